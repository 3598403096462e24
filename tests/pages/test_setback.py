from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.models import Complaint, CrisisContact, PeerRequest, Prompt, Setback, SignalTalk
from followups.actions import handing_on
from followups.models import CloserRhythm, FollowUp
from pages.setback import in_words
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def told(**given) -> dict[str, object]:
    return {"form_token": factories.new_id(), "answer": "weekly", "words": "Too loud.", "happened_on": DAY, **given}


def address(name: str, participant) -> str:
    return reverse(name, args=[participant.pk])


def test_a_setback_with_an_agreed_closer_rhythm(sign_in, specialist, participant) -> None:
    client, given = sign_in(specialist), told()
    page = client.get(address("setback", participant)).content.decode()
    for words in ("Listen first", "tel:988", "sms:988", "Part of the story"):
        assert words in page
    for _twice in range(2):
        client.post(address("setback", participant), given)
    assert Setback.objects.count() == CloserRhythm.objects.count() == 1
    assert FollowUp.objects.standing().filter(purpose="after_setback").count() == 5
    assert "Too loud." in client.get(address("participant", participant)).content.decode()


def test_four_things_to_remember_and_other_help_as_an_offer(sign_in, specialist, participant) -> None:
    page = sign_in(specialist).get(address("setback", participant)).content.decode()
    for words in ("Listen first.", "you have known hard days too.", "good for them, even today?", "One small step"):
        assert words in page
    assert "Other help can be offered when they are ready; it is never a condition." in page
    assert f'<a href="{address("refer", participant)}">' in page


@pytest.mark.parametrize(("answer", "planned"), [("soon", 1), ("keep", 0), ("later", 1)])
def test_other_answers_are_taken_as_they_are(sign_in, specialist, participant, answer: str, planned: int) -> None:
    sign_in(specialist).post(address("setback", participant), told(answer=answer, words=""))
    assert FollowUp.objects.standing().count() == planned
    assert CloserRhythm.objects.filter(only_soon=True).exists() == (answer == "soon")
    assert all(row.due_on == DAY + timedelta(days=1) for row in FollowUp.objects.all())


def test_each_answer_shows_the_days_it_would_bring(sign_in, specialist, participant) -> None:
    factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=6))
    client = sign_in(specialist)
    text = client.get(address("setback", participant)).content.decode()
    weekly = "Thu 7 May, Thu 14 May, Thu 21 May, Thu 28 May, Thu 4 Jun"
    for words in ("days · Thu 7 May\n", f"four weeks · {weekly}", "Keep it as it is · Tue 12 May", "later · Thu 7 May"):
        assert words.strip() in text
    assert "closer together for a while" not in text

    earlier = told(happened_on=DAY - timedelta(days=5), preview="1")
    page = client.post(address("setback", participant), earlier).content.decode()
    assert "four weeks · Wed 6 May, Wed 13 May" in page
    assert not Setback.objects.exists()
    client.post(address("setback", participant), told())
    days = FollowUp.objects.standing().filter(purpose="after_setback").order_by("due_on")
    assert ", ".join(f"{row.due_on:%a} {row.due_on.day} {row.due_on:%b}" for row in days) == weekly


def test_a_yes_kept_before_there_were_two_is_still_read(sign_in, specialist, participant) -> None:
    row = factories.SetbackFactory(participant=participant, answer="agreed")
    assert row.get_answer_display() == "Yes, closer together for a while"
    page = sign_in(specialist).post(address("setback", participant), told(answer="agreed"))
    assert list(page.context["form"].errors) == ["answer"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"answer": ""}, "answer"),
        ({"answer": "shout"}, "answer"),
        ({"happened_on": DAY + timedelta(days=1)}, "happened_on"),
        ({"happened_on": "1999-01-01"}, "happened_on"),
    ],
)
def test_what_cannot_be_is_said(sign_in, specialist, participant, given, wrong: str) -> None:
    page = sign_in(specialist).post(address("setback", participant), told(**given))
    assert list(page.context["form"].errors) == [wrong]
    assert "Too loud." in page.content.decode()
    assert not Setback.objects.exists()


def test_prompts_are_put_away_and_brought_back_by_each_for_themselves(sign_in, specialist, supervisor, participant):
    client = sign_in(specialist)
    client.post(address("put_away_prompts", participant), {"hide": "1"})
    assert "Listen first" not in client.get(address("setback", participant)).content.decode()
    assert "Listen first" in sign_in(supervisor).get(address("setback", participant)).content.decode()
    client.post(address("put_away_prompts", participant))
    assert "Listen first" in client.get(address("setback", participant)).content.decode()


def test_administrators_word_prompts_and_numbers(sign_in, administrator, specialist, participant, team, other_team):
    client = sign_in(administrator)
    page = client.get(reverse("hard_days"))
    given: dict[str, object] = {}
    for formset in (page.context["words"], page.context["numbers"]):
        for form in (formset.management_form, *formset):
            shown = {form.add_prefix(name): form[name].value() for name in form.fields}
            given |= {name: "" if value is None else value for name, value in shown.items() if value is not False}
    given |= {"prompts-0-text": "Breathe first.", "contacts-1-label": "Night line", "contacts-1-number": "6175550100"}
    given |= {"contacts-1-team": str(other_team.pk), "contacts-1-is_active": "on", "contacts-1-position": "1"}
    page = client.post(reverse("hard_days"), given)
    assert page.status_code == 302, [page.context[name].errors for name in ("words", "numbers")]
    assert Prompt.objects.get(pk="listen").text == "Breathe first."
    text = sign_in(specialist).get(address("setback", participant)).content.decode()
    assert "Breathe first." in text
    assert "Night line" not in text  # of the other team
    CrisisContact.objects.filter(label="Night line").update(team=team)
    assert "Night line" in sign_in(specialist).get(address("handoff", participant)).content.decode()
    wrong = client.post(reverse("hard_days"), {**given, "contacts-0-number": "nine"})
    assert wrong.status_code == 200


def test_a_complaint_is_kept_once_and_reaches_the_supervisor(sign_in, specialist, supervisor, participant) -> None:
    given = {"form_token": factories.new_id(), "words": "Late again", "said_by": "them", "said_on": DAY}
    client = sign_in(specialist)
    for _twice in range(2):
        client.post(address("complaint", participant), given)
    assert Complaint.objects.count() == 1
    assert participant in sign_in(supervisor).get(reverse("signals")).context["rows"]
    assert "Late again" in sign_in(supervisor).get(address("trust_of", participant)).content.decode()


def test_one_for_the_supervisor_only_is_met_by_the_specialist_nowhere(sign_in, specialist, supervisor, participant):
    given = {"form_token": factories.new_id(), "words": "kestrelfinch", "said_by": "for_them", "said_on": DAY}
    sign_in(supervisor).post(address("complaint", participant), {**given, "for_supervisor": "on"})
    client = sign_in(specialist)
    for name in ("participant", "trust_of", "handoff", "setback", "whole_copy", "whole_copy_json"):
        assert "kestrelfinch" not in client.get(address(name, participant)).content.decode()
    assert participant not in client.get(reverse("signals")).context["rows"]
    assert "kestrelfinch" in sign_in(supervisor).get(address("trust_of", participant)).content.decode()


def test_who_wrote_it_down_or_stands_in_as_supervisor_reads_it_no_more(
    sign_in, specialist, supervisor, team, participant
) -> None:
    factories.ComplaintFactory(
        participant=participant, words="kestrelfinch", for_supervisor=True, recorded_by=specialist, said_on=DAY
    )
    day = timedelta(days=1)
    lent = {"role": "supervisor", "absent": supervisor, "cover": specialist}
    factories.CoverFactory(team=team, starts_at=NOON - day, ends_at=NOON + 400 * day, **lent)
    assert not Complaint.objects.visible_to(specialist).exists()
    assert Complaint.objects.visible_to(supervisor).exists()
    assert "kestrelfinch" not in sign_in(specialist).get(address("trust_of", participant)).content.decode()


def test_the_same_peer_again_is_no_answer_to_the_wish(specialist, supervisor, participant) -> None:
    wish = factories.PeerRequestFactory(participant=participant)
    same = {"specialist": specialist, "instead_of": specialist.pk, "answers": [wish]}
    handing_on.assign(participant=participant, by=supervisor, at=NOON, **same)
    wish.refresh_from_db()
    assert wish.answered_at is None


def test_talked_about_it_takes_it_off_the_list(sign_in, specialist, participant) -> None:
    factories.ComplaintFactory(participant=participant)
    client = sign_in(specialist)
    assert participant in client.get(reverse("signals")).context["rows"]
    assert client.post(address("trust_of", participant), {"agreed": "", "on": DAY}).context["form"].errors
    for _twice in range(2):
        client.post(address("trust_of", participant), {"agreed": "We write the day down", "on": DAY})
    assert SignalTalk.objects.count() == 1
    assert participant not in client.get(reverse("signals")).context["rows"]


def test_asking_for_another_peer_reaches_the_supervisor(sign_in, specialist, supervisor, colleague, participant):
    client, boss = sign_in(specialist), sign_in(supervisor)
    for _twice in range(2):
        client.post(address("another_peer", participant), {"words": "Somebody my age"})
    wish = PeerRequest.objects.get()
    assert "Somebody my age" in boss.get(reverse("signals")).content.decode()
    assert boss.get(reverse("week")).context["summary"].wishes == 1
    place, given = reverse("assign", args=[participant.pk]), {"specialist": colleague.pk, "instead_of": specialist.pk}
    page = boss.get(place).content.decode()
    assert "This answers their wish for another peer" in page
    assert f'value="{wish.pk}" id="w-assign-{wish.pk}" checked' in page
    boss.post(place, {**given, "answers": [wish.pk]})
    wish.refresh_from_db()
    assert (wish.answered_by, wish.answer) == (supervisor, "Another peer walks with them now.")
    assert "This answers" not in boss.get(place).content.decode()
    # Ticked on a page that was open meanwhile, it is no mistake.
    back = {"specialist": specialist.pk, "instead_of": colleague.pk, "answers": [wish.pk]}
    assert boss.post(place, back).status_code == 302


def test_passing_on_answers_a_wish_only_where_the_supervisor_says_so(
    sign_in, specialist, supervisor, colleague, participant
) -> None:
    wish = factories.PeerRequestFactory(participant=participant)
    boss, place = sign_in(supervisor), reverse("assign", args=[participant.pk])
    boss.post(place, {"specialist": colleague.pk, "instead_of": specialist.pk})
    boss.post(place, {"specialist": specialist.pk, "instead_of": colleague.pk})
    handing_on.assign(participant=participant, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=NOON)
    wish.refresh_from_db()
    assert wish.answered_at is None
    # What was left unticked stays so where the form comes back.
    assert "checked" not in boss.post(place, {"specialist": ""}).content.decode().split('id="w-assign')[1].split(">")[0]


def test_a_wish_is_answered_from_the_waiting_list_and_one_of_somebody_else_is_not(
    sign_in, supervisor, colleague, team
) -> None:
    person, other = factories.ParticipantFactory(team=team), factories.ParticipantFactory(team=team)
    wish, foreign = (factories.PeerRequestFactory(participant=one) for one in (person, other))
    boss = sign_in(supervisor)
    page = boss.get(reverse("waiting")).content.decode()
    assert f'value="{wish.pk}" id="w-{person.pk}-{wish.pk}" checked' in page
    place = reverse("assign", args=[person.pk]) + "?from=waiting"
    assert boss.post(place, {"specialist": colleague.pk, "answers": [foreign.pk]}).status_code == 200
    boss.post(place, {"specialist": colleague.pk, "answers": [wish.pk]})
    assert list(PeerRequest.objects.filter(answered_at=None)) == [foreign]


def test_a_second_wish_keeps_what_was_typed_and_one_of_somebody_gone_is_not_listed(
    sign_in, specialist, supervisor, participant
):
    factories.PeerRequestFactory(participant=participant)
    client = sign_in(specialist)
    page = client.post(address("another_peer", participant), {"words": "Other words"}).content.decode()
    assert "Other words" in page
    assert "asked already" in page
    boss = sign_in(supervisor)
    assert client.get(reverse("signals")).context["asked"]
    assert boss.get(reverse("signals")).context["asked"]
    factories.end_services(participant)
    assert not boss.get(reverse("signals")).context["asked"]


def test_a_wish_is_answered_in_words_once(sign_in, supervisor, participant) -> None:
    wish = factories.PeerRequestFactory(participant=participant)
    client, place = sign_in(supervisor), reverse("answer_request", args=[wish.pk])
    for words in ("We talk on Friday", "Another"):
        page = client.post(place, {"words": words}, follow=True).content.decode()
    assert "answered meanwhile: We talk on Friday" in page
    wish.refresh_from_db()
    assert wish.answer == "We talk on Friday"
    assert "We talk on Friday" in client.get(address("trust_of", participant)).content.decode()
    assert not client.get(reverse("signals")).context["asked"]


def test_many_signals_ask_no_more(sign_in, supervisor, team) -> None:
    client = sign_in(supervisor)
    factories.ComplaintFactory(participant=factories.ParticipantFactory(team=team))
    few = count_queries(client, reverse("signals"))
    for _number in range(60):
        factories.ComplaintFactory(participant=factories.ParticipantFactory(team=team))
    assert count_queries(client, reverse("signals")) <= few <= 12
    page = client.get(reverse("signals"))
    assert len(page.context["rows"]) == 50
    assert len(client.get(reverse("signals") + page.context["next"]).context["rows"]) == 11


def refused(change, name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


@pytest.mark.django_db
def test_states_that_cannot_be(participant, specialist) -> None:
    setback = factories.SetbackFactory(participant=participant)
    complaint = factories.ComplaintFactory(participant=participant)
    wish = factories.PeerRequestFactory(participant=participant)
    spoken = {"participant": participant, "talked_on": DAY, "recorded_at": NOON, "recorded_by": specialist}
    talk = SignalTalk.objects.create(agreed="Slower", **spoken)
    for row in (setback, complaint, talk):
        refused(lambda row=row: type(row).objects.filter(pk=row.pk).update(recorded_at=NOON), "stays as it was")
    refused(lambda: factories.SetbackFactory(participant=participant, answer="shout"), "setback_answer_known")
    refused(lambda: factories.ComplaintFactory(participant=participant, words=""), "complaint_has_words")
    refused(lambda: factories.ComplaintFactory(participant=participant, said_by="owl"), "complaint_said_by_known")
    refused(lambda: SignalTalk.objects.create(agreed="", **spoken), "signaltalk_says_what")
    refused(lambda: SignalTalk.objects.create(agreed="Slower", **spoken), "signaltalk_once_a_day")
    refused(lambda: factories.PeerRequestFactory(participant=participant), "peerrequest_one_open")
    secret = {"participant": participant, "words": "Only you", "for_supervisor": True}
    factories.PeerRequestFactory(**secret)
    refused(lambda: factories.PeerRequestFactory(**secret), "peerrequest_one_open_of_its_words")
    refused(lambda: PeerRequest.objects.filter(pk=wish.pk).update(words="x"), "stays as it was")
    refused(lambda: PeerRequest.objects.filter(pk=wish.pk).delete(), "stays as it was")
    half = {"answered_at": NOON}
    refused(lambda: PeerRequest.objects.filter(pk=wish.pk).update(**half), "peerrequest_answered_by_somebody")
    done = {"answered_at": NOON, "answered_by": specialist, "answer": "On Friday"}
    PeerRequest.objects.filter(pk=wish.pk).update(**done)
    refused(lambda: PeerRequest.objects.filter(pk=wish.pk).update(answer="Never"), "stays as it was")
    refused(lambda: CrisisContact.objects.create(label="x", number="nine"), "crisiscontact_number_dials")
    refused(lambda: CrisisContact.objects.create(label="", number="988"), "crisiscontact_says_who")
    refused(lambda: Prompt.objects.create(code="x", text=""), "prompt_has_words")


def test_sent_again_with_other_words_it_says_what_was_kept(sign_in, specialist, participant) -> None:
    client, given = sign_in(specialist), told()
    client.post(address("setback", participant), given)
    again = client.post(address("setback", participant), {**given, "words": "Quieter now."}, follow=True)
    text = again.content.decode()
    assert "kept already, as it was sent the first time" in text
    assert Setback.objects.get().words == "Too loud."


def test_the_days_shown_for_one_long_ago_are_those_planned(sign_in, specialist, participant) -> None:
    client, long_ago = sign_in(specialist), told(happened_on=DAY - timedelta(days=800))
    shown = client.post(address("setback", participant), {**long_ago, "preview": "1"}).content.decode()
    client.post(address("setback", participant), long_ago)
    days = FollowUp.objects.standing().order_by("due_on").values_list("due_on", flat=True)
    assert f"four weeks · {in_words(list(days))}" in shown


@pytest.mark.parametrize("name", ["setback", "closer_rhythm", "check_in_plan"])
def test_where_contact_is_planned_it_is_said_that_they_asked_for_none(sign_in, specialist, participant, name) -> None:
    client, words = sign_in(specialist), "Plan contact only if they wish for it now."
    assert words not in client.get(address(name, participant)).content.decode()
    due = factories.FollowUpFactory(participant=participant, owner=specialist)
    client.post(reverse("record_attempt", args=[due.pk]), {"outcome": "no_contact", "form_token": factories.new_id()})
    assert words in client.get(address(name, participant)).content.decode()
