from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.ids import new_id
from caseload.models import Assignment, Participant, PhoneNumber, Quotation, ServiceEpisode, Win
from followups.models import FollowUp
from tests import factories
from tests.pages.test_today import counter

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def intake(specialist, participant, **fields) -> dict:
    return {
        "name_used": "Wren",
        "new_id": new_id(),
        "team": participant.team_id,
        "walks_with": specialist.pk,
        "next_choice": "tomorrow",
        "phones-TOTAL_FORMS": 2,
        "phones-INITIAL_FORMS": 0,
        **fields,
    }


def test_a_name_is_enough_to_take_somebody_in(sign_in, specialist, participant) -> None:
    answers = intake(specialist, participant)
    client = sign_in(specialist)
    first, again = client.post(reverse("add_participant"), answers), client.post(reverse("add_participant"), answers)

    wren = Participant.objects.get(name_used="Wren")
    assert first.url == again.url == reverse("participant", args=[wren.pk])
    assert Assignment.objects.get(participant=wren).specialist == specialist
    assert FollowUp.objects.get(participant=wren).due_on.isoformat() == "2026-05-07"
    assert ServiceEpisode.objects.get(participant=wren).started_on == factories.DAY


def test_a_page_gone_back_to_takes_in_the_next_person_too(sign_in, specialist, participant) -> None:
    client, answers = sign_in(specialist), intake(specialist, participant)
    client.post(reverse("add_participant"), answers)
    page = client.post(reverse("add_participant"), {**answers, "name_used": "Otto"})

    otto = Participant.objects.get(name_used="Otto")
    assert page.url == reverse("participant", args=[otto.pk])
    assert FollowUp.objects.filter(participant=otto).count() == 1


def test_numbers_are_read_and_nothing_is_allowed_until_ticked(sign_in, specialist, participant) -> None:
    numbers = {"phones-0-number": "(617) 555-0142", "phones-1-number": "+44 20 7946 0958", "phones-1-may_call": "on"}
    sign_in(specialist).post(reverse("add_participant"), intake(specialist, participant, vision="A dog.", **numbers))

    own, abroad = PhoneNumber.objects.order_by("position")
    assert (own.number, own.may_call, own.may_text, own.message) == ("+16175550142", False, False, "none")
    assert (abroad.number, abroad.may_call) == ("+442079460958", True)
    assert Quotation.objects.get().text == "A dog."


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name_used": "  "}, "What do they like to be called"),
        ({"phones-0-number": "call the desk"}, "cannot read this as a phone number"),
        ({"phones-0-number": "123"}, "too few or too many digits"),
        ({"phones-0-number": "555-0142"}, "needs its area code"),
        ({"phones-0-number": "617 555 0142 ext. 7"}, "write the extension beside it"),
        ({"phones-0-number": "6175550142", "phones-0-message": "may_say"}, "What may a message say"),
        ({"phones-0-may_call": "on"}, "Which number is this for"),
        ({"phones-0-message": "name_only"}, "Which number is this for"),
        ({"phones-0-number": "6175550142", "phones-1-number": "617 555 0142"}, "stands there twice"),
        ({"next_choice": "date", "next_date": ""}, "Which day"),
        ({"walks_with": "0"}, "valid choice"),
    ],
)
def test_bad_input_is_said_plainly_and_kept(sign_in, specialist, participant, fields: dict, where: str) -> None:
    answers = intake(specialist, participant, legal_name="Kept Name", **fields)
    text = sign_in(specialist).post(reverse("add_participant"), answers).content.decode()
    assert where in text
    assert "Kept Name" in text
    assert Participant.objects.count() == 1


def test_likely_duplicates_are_shown_first(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    answers = intake(specialist, participant, name_used="Mayá")
    page_with_question = client.post(reverse("add_participant"), answers)
    assert page_with_question.context["alike"] == [participant]
    assert Participant.objects.count() == 1

    client.post(reverse("add_participant"), {**answers, "is_somebody_else": "on"})
    assert Participant.objects.count() == 2


def test_a_specialist_may_leave_somebody_waiting(sign_in, specialist, participant, supervisor) -> None:
    page = sign_in(specialist).post(
        reverse("add_participant"), intake(specialist, participant, walks_with="nobody"), follow=True
    )
    assert "waiting for a peer" in page.content.decode()
    waiting = sign_in(supervisor).get(reverse("waiting"))
    assert [row.name_used for row in waiting.context["rows"]] == ["Wren"]


def test_two_clicks_give_a_waiting_person_a_peer(sign_in, supervisor, colleague, team) -> None:
    person = factories.ParticipantFactory(team=team)
    followup = factories.FollowUpFactory(participant=person)
    address = reverse("assign", args=[person.pk]) + "?from=waiting"
    page = sign_in(supervisor).post(address, {"specialist": colleague.pk}, follow=True)
    followup.refresh_from_db()
    assert page.context["rows"] == []
    assert followup.owner == colleague


def test_a_crafted_choice_is_not_taken(sign_in, supervisor, other_supervisor, participant) -> None:
    address = reverse("assign", args=[participant.pk])
    page = sign_in(supervisor).post(address, {"specialist": other_supervisor.pk})
    assert page.status_code == 200
    assert "specialist" in page.context["form"].errors


def test_the_record_shows_words_plan_and_story(sign_in, specialist, participant) -> None:
    factories.QuotationFactory(participant=participant, text="Older words.", said_on=factories.DAY - timedelta(days=9))
    factories.QuotationFactory(participant=participant, text="Newer words.")
    factories.SessionFactory(participant=participant, strands=["goals"], note="<script>alert(1)</script>\nsecond line")
    factories.WinFactory(participant=participant, text="Slept.")
    factories.FollowUpFactory(participant=participant, purpose="promise", what="the bus")
    text = sign_in(specialist).get(reverse("participant", args=[participant.pk])).content.decode()

    assert text.index("Newer words.") < text.index("Older words.") < text.index("Slept.")
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "the bus" in text
    assert "Goal-setting" in text


def test_many_words_about_one_thing_hide_no_others(sign_in, specialist, participant) -> None:
    factories.QuotationFactory(participant=participant, text="A key of my own.", said_on=factories.DAY)
    for number in range(80):
        factories.QuotationFactory(participant=participant, topic="does_not_help", text=f"Word {number}.")
    page = sign_in(specialist).get(reverse("participant", args=[participant.pk]))

    vision, other = page.context["topics"]
    assert vision["latest"].text == "A key of my own."
    assert other["latest"].text == "Word 79."
    assert len(other["older"]) == 9


def test_twenty_years_ask_no_more_than_a_week(sign_in, specialist, participant) -> None:
    address = reverse("participant", args=[participant.pk])

    def asked() -> int:
        client = sign_in(specialist)
        client.get(address)
        with connection.execute_wrapper(count := counter()):
            client.get(address)
        return count.count

    factories.SessionFactory(participant=participant)
    few = asked()
    for number in range(40):
        factories.SessionFactory(participant=participant, started_at=NOON - timedelta(days=number * 180))
        factories.ContactAttemptFactory(participant=participant)
        factories.WinFactory(participant=participant)
        factories.QuotationFactory(participant=participant)
        factories.FollowUpFactory(participant=participant)

    assert few == asked() <= 12


def test_words_and_wins_are_added_never_changed(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    quotation = {"topic": "vision", "text": "  Word for word…  ", "said_on": "2026-05-01"}
    for _twice in range(2):
        client.post(reverse("add_words", args=[participant.pk]), quotation)
        client.post(reverse("add_win", args=[participant.pk]), {"text": "Slept.", "happened_on": "2026-05-06"})
    assert Quotation.objects.count() == Win.objects.count() == 1
    page = client.post(reverse("add_win", args=[participant.pk]), {"text": "Soon", "happened_on": "2026-05-07"})
    assert "still to come" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("add_words", ["What is it about?", "What did they say?"]),
        ("add_win", ["What went well?"]),
        ("end_services", ["How does it end?"]),
    ],
)
def test_what_is_missing_is_asked_for_kindly(sign_in, specialist, participant, name: str, told: list[str]) -> None:
    text = sign_in(specialist).post(reverse(name, args=[participant.pk]), {"said_on": "2026-05-06"}).content.decode()
    assert all(words in text for words in told)


def test_editing_keeps_what_was_typed_when_something_is_wrong(sign_in, specialist, participant) -> None:
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya Q.", "phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 0, "phones-0-number": "x"}
    text = sign_in(specialist).post(address, form).content.decode()
    assert "Maya Q." in text
    participant.refresh_from_db()
    assert participant.name_used == "Maya"
    assert '<a href="#id_phones-0-number">Phone number</a>' in text
    assert "not said" in text
    assert "---" not in text
    sign_in(specialist).post(address, {**form, "phones-0-number": "6175550142"})
    participant.refresh_from_db()
    assert participant.name_used == "Maya Q."
    assert participant.phones.get().number == "+16175550142"


def test_emptying_a_number_takes_it_away(sign_in, specialist, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, number="+16175550142", may_call=True, position=0)
    kept = factories.PhoneNumberFactory(participant=participant, number="+16175550143", position=1)
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya", "phones-TOTAL_FORMS": 4, "phones-INITIAL_FORMS": 2}
    first = {"phones-0-number": "", "phones-0-may_call": "on", "phones-0-message": "may_say"}
    sign_in(specialist).post(address, {**form, **first, "phones-1-number": kept.number})
    assert [phone.number for phone in participant.phones.all()] == [kept.number]


def test_a_permission_taken_away_meanwhile_does_not_come_back_unseen(sign_in, specialist, supervisor, participant):
    number = factories.PhoneNumberFactory(participant=participant, number="+16175550142", may_call=True).number
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya", "phones-TOTAL_FORMS": 3, "phones-INITIAL_FORMS": 1, "phones-0-number": number}
    early, late = sign_in(supervisor), sign_in(specialist)
    seen = late.get(address).context["seen"]
    early.post(address, {**form, "seen": early.get(address).context["seen"]})

    answers = {**form, "phones-0-may_call": "on", "pronouns": "she"}
    page = late.post(address, {**answers, "seen": seen})
    assert "A colleague changed this meanwhile" in page.content.decode()
    assert not participant.phones.get().may_call
    assert page.context["form"]["pronouns"].value() == "she"

    for _twice in range(2):
        assert late.post(address, {**answers, "seen": page.context["seen"]}).status_code == 302
    assert participant.phones.get().may_call


def test_services_end_and_the_door_stays_open(sign_in, specialist, supervisor, participant, colleague) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    factories.CheckInPlanFactory(participant=participant)
    end = {"reason": "moved", "on": "2026-05-06"}
    page = sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)

    assert page.url == reverse("participants")
    assert not FollowUp.objects.standing().exists()
    assert sign_in(specialist).get(reverse("participant", args=[participant.pk])).status_code == 404
    assert sign_in(supervisor).get(reverse("participant", args=[participant.pk])).status_code == 200

    back = {"walks_with": colleague.pk, "next_choice": "3_days"}
    sign_in(supervisor).post(reverse("welcome_back", args=[participant.pk]), back)
    participant.refresh_from_db()
    assert participant.is_active
    assert participant.episodes.count() == 2
    assert FollowUp.objects.standing().get(participant=participant).owner == colleague


def test_the_page_says_who_sees_the_record_afterwards(sign_in, specialist, supervisor, participant) -> None:
    address, warning = reverse("end_services", args=[participant.pk]), "you do not see the record any more"
    assert warning in sign_in(specialist).get(address).content.decode()
    assert warning not in sign_in(supervisor).get(address).content.decode()


def test_a_second_press_ends_or_welcomes_nobody_twice(sign_in, supervisor, participant) -> None:
    client = sign_in(supervisor)
    presses = {
        "end_services": ({"reason": "moved", "on": "2026-05-06"}, "had ended already"),
        "welcome_back": ({"walks_with": "nobody", "next_choice": "tomorrow"}, "with us already"),
    }
    for name, (answers, told) in presses.items():
        address = reverse(name, args=[participant.pk])
        client.post(address, answers)
        assert told in client.post(address, answers, follow=True).content.decode()
    assert participant.episodes.count() == 2


def test_only_supervisors_look_through_those_whose_services_ended(sign_in, specialist, supervisor, participant) -> None:
    gone = factories.ParticipantFactory(team=participant.team, is_active=False)
    address = reverse("participants") + "?show=ended"
    assert sign_in(supervisor).get(address).context["rows"] == [gone]
    page = sign_in(specialist).get(address)
    assert page.context["rows"] == [participant]
    assert "Services ended" not in page.content.decode()


def test_a_search_that_finds_nobody_offers_to_take_somebody_in(sign_in, specialist, participant) -> None:
    text = sign_in(specialist).get(reverse("participants") + "?q=xyzzy").content.decode()
    assert text.count(f'href="{reverse("add_participant")}"') == 2


@pytest.mark.parametrize("on", ["2026-05-07", "2020-01-01"])
def test_services_end_on_a_day_that_can_be(sign_in, specialist, participant, on: str) -> None:
    page = sign_in(specialist).post(reverse("end_services", args=[participant.pk]), {"reason": "moved", "on": on})
    assert "on" in page.context["form"].errors


def test_the_list_goes_on_by_name(sign_in, supervisor, team) -> None:
    for number in range(120):
        factories.ParticipantFactory(team=team, name_used=f"Person {number % 7}")
    client, seen, query = sign_in(supervisor), [], "?"
    while query:
        page = client.get(reverse("participants") + query)
        seen += [row.pk for row in page.context["rows"]]
        query = page.context["next"]
    assert len(seen) == len(set(seen)) == 120
