"""What is in the way, on offer, and where somebody belongs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.models import Activity, Barrier, BarrierChange, Connection, GoalProgress, RecordRules, Referral, Service
from followups.actions import ending
from followups.models import FollowUp
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def offer(**given) -> dict[str, object]:
    return {
        "form_token": factories.new_id(),
        "to_whom": "The dentist",
        "ask_on": "2026-05-09",
        "wants_to": "on",
        **given,
    }


@pytest.fixture
def wanted(sign_in, specialist, participant) -> Referral:
    given = offer()
    for _twice in range(2):
        sign_in(specialist).post(reverse("refer", args=[participant.pk]), given)
    return Referral.objects.get()


def test_a_place_and_words_for_another_are_not_both_kept(sign_in, specialist, participant) -> None:
    place = factories.ServiceFactory()
    page = sign_in(specialist).post(reverse("refer", args=[participant.pk]), offer(service=place.pk))
    assert "Keep one of the two." in page.content.decode()
    assert "The dentist" in page.content.decode()
    assert not Referral.objects.exists()


def test_who_wants_to_go_is_asked_after_on_an_open_day(wanted, specialist) -> None:
    asked = FollowUp.objects.get(referral=wanted)
    assert (wanted.state, asked.purpose, asked.what, asked.owner) == ("accepted", "referral", "The dentist", specialist)
    assert (asked.planned_on.isoformat(), asked.due_on.isoformat()) == ("2026-05-09", "2026-05-11")


def test_an_offer_may_be_left(sign_in, specialist, participant) -> None:
    sign_in(specialist).post(reverse("refer", args=[participant.pk]), offer(wants_to=""))
    assert Referral.objects.get().state == "offered"
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("state", "more", "followup", "barrier"),
    [
        ("got_there", {}, ["done"], False),
        ("did_not", {"why_not": "No bus", "is_barrier": "on"}, ["done"], True),
        ("accepted", {"ask_on": "2026-05-20"}, ["done", "open"], False),
        ("not_now", {}, ["not_needed"], False),
    ],
)
def test_what_became_of_it(sign_in, specialist, wanted, state, more, followup, barrier) -> None:
    client, address = sign_in(specialist), reverse("answer_referral", args=[wanted.pk])
    client.post(address, {"state": state, "ask_on": "2026-05-12", **more})
    wanted.refresh_from_db()
    assert wanted.state == state
    assert sorted(FollowUp.objects.filter(referral=wanted).values_list("state", flat=True)) == followup
    assert Barrier.objects.filter(what="No bus").exists() is barrier
    if state in ("got_there", "did_not"):
        client.post(address, {"state": "not_now"})
        wanted.refresh_from_db()
        assert wanted.state == state


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"to_whom": ""}, "to_whom"),
        ({"ask_on": ""}, "ask_on"),
        ({"ask_on": "2026-05-05"}, "ask_on"),
        ({"service": str(factories.new_id())}, "service"),
    ],
)
def test_an_offer_that_cannot_be_is_said(sign_in, specialist, participant, given, wrong: str) -> None:
    page = sign_in(specialist).post(reverse("refer", args=[participant.pk]), offer(**given))
    assert wrong in page.context["form"].errors
    assert not Referral.objects.exists()


def test_did_not_get_there_says_why(sign_in, specialist, wanted) -> None:
    page = sign_in(specialist).post(reverse("answer_referral", args=[wanted.pk]), {"state": "did_not"})
    assert list(page.context["form"].errors) == ["why_not"]


def test_what_was_typed_before_they_got_there_is_no_barrier(sign_in, specialist, wanted) -> None:
    hidden = {"state": "got_there", "why_not": "No bus", "is_barrier": "on"}
    sign_in(specialist).post(reverse("answer_referral", args=[wanted.pk]), hidden)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.why_not) == ("got_there", "")
    assert not Barrier.objects.exists()


def test_after_services_ended_nothing_new_is_offered_but_how_it_went_can_be_said(sign_in, supervisor, wanted) -> None:
    client = sign_in(supervisor)
    reason = {"participant": wanted.participant, "on": DAY, "reason": "moved", "by": supervisor, "at": NOON}
    ending.end_services(**reason)
    refused = client.post(reverse("refer", args=[wanted.participant_id]), offer(to_whom="The choir"))
    assert "Services have ended" in refused.content.decode()
    address = reverse("answer_referral", args=[wanted.pk])
    again = client.post(address, {"state": "accepted", "ask_on": "2026-05-20"}, follow=True)
    assert "How it went can still be said" in again.content.decode()
    client.post(address, {"state": "got_there"})
    wanted.refresh_from_db()
    assert wanted.state == "got_there"
    assert not FollowUp.objects.standing().exists()
    assert Referral.objects.count() == 1


def test_a_place_of_the_directory_is_offered_by_its_name(sign_in, specialist, participant) -> None:
    row, closed = factories.ServiceFactory(name="Legal aid"), factories.ServiceFactory(is_active=False)
    client, address = sign_in(specialist), reverse("refer", args=[participant.pk])
    assert "service" in client.post(address, offer(to_whom="", service=str(closed.pk))).context["form"].errors
    client.post(address, offer(to_whom="", service=str(row.pk)))
    assert (Referral.objects.get().service, FollowUp.objects.get().what) == (row, "Legal aid")
    assert "Legal aid" in client.get(reverse("around", args=[participant.pk])).content.decode()


def test_a_barrier_eases_goes_and_comes_back_with_its_history(sign_in, specialist, participant) -> None:
    client, address = sign_in(specialist), reverse("around", args=[participant.pk])
    for _twice in range(2):
        client.post(address, {"which": "barrier", "barrier-what": "No bus on Sundays"})
    row = Barrier.objects.get()
    for state in ("easing", "gone", "gone", "there", "owl"):
        client.post(reverse("change_barrier", args=[row.pk]), {"state": state})
    row.refresh_from_db()
    assert row.state == "there"
    assert list(BarrierChange.objects.order_by("pk").values_list("state", flat=True)) == [
        "there",
        "easing",
        "gone",
        "there",
    ]
    assert "No bus on Sundays" in client.get(reverse("participant", args=[participant.pk])).content.decode()


def test_where_they_belong(sign_in, specialist, participant) -> None:
    client, address = sign_in(specialist), reverse("around", args=[participant.pk])
    for _twice in range(2):
        client.post(address, {"which": "connection", "connection-what": "The choir"})
    row = Connection.objects.get()
    for _twice in range(2):
        client.post(reverse("end_connection", args=[row.pk]))
    row.refresh_from_db()
    assert row.until == DAY
    assert client.post(address, {"which": "barrier", "barrier-what": ""}).context["barrier"].errors


def test_the_directory_is_read_by_all_and_kept_by_supervisors(sign_in, specialist, supervisor, administrator) -> None:
    boss = sign_in(supervisor)
    boss.post(reverse("add_service"), {"name": "Legal aid", "what_for": "Eviction", "is_active": "on"})
    row = Service.objects.get()
    assert boss.post(reverse("add_service"), {"name": "Legal aid"}).context["form"].errors
    assert "Legal aid" in sign_in(specialist).get(reverse("services") + "?q=evict").content.decode()
    assert "Legal aid" not in sign_in(specialist).get(reverse("services") + "?q=dentist").content.decode()
    assert sign_in(specialist).get(reverse("service", args=[row.pk])).status_code == 403
    assert sign_in(administrator).get(reverse("services")).status_code == 403


def test_administrators_word_activities_and_codes_stay(sign_in, administrator) -> None:
    client = sign_in(administrator)
    listed = client.get(reverse("activities")).context["listed"]
    given: dict[str, object] = {}
    for form in (listed.management_form, *listed):
        given |= {form.add_prefix(name): form[name].value() for name in form.fields if form[name].value() is not False}
    first = listed[0].instance
    given |= {"listed-0-label": "Reworded", "new-label": "Bus training", "new-strand": "skills", "new-position": "5"}
    assert client.post(reverse("activities"), given).status_code == 302
    assert Activity.objects.get(pk=first.pk).label == "Reworded"
    assert Activity.objects.get(pk="bus-training").strand == "skills"


def test_strands_not_touched_for_a_while_are_offered_to_those_who_know_us(sign_in, specialist, participant) -> None:
    record = reverse("participant", args=[participant.pk])
    factories.SessionFactory(participant=participant, strands=["goals"])
    participant.episodes.update(started_on=DAY - timedelta(days=30))
    assert sign_in(specialist).get(record).context["untouched"] == []
    participant.episodes.update(started_on=DAY - timedelta(days=200))
    assert sign_in(specialist).get(record).context["untouched"] == ["Skill-building", "Advocacy", "Community"]


def test_what_was_not_touched_stands_on_the_record_as_an_offer(sign_in, specialist, participant) -> None:
    record, words = reverse("participant", args=[participant.pk]), "Not touched for a while, if they would like:"
    participant.episodes.update(started_on=DAY - timedelta(days=200))
    factories.SessionFactory(participant=participant, strands=["goals", "advocacy"])
    client = sign_in(specialist)
    assert f"{words} Skill-building · Community" in client.get(record).content.decode()
    factories.SessionFactory(participant=participant, strands=["skills", "community"])
    assert words not in client.get(record).content.decode()


@pytest.mark.parametrize(("days", "touched"), [(30, False), (60, True), (180, True)])
def test_a_while_is_what_the_team_says(sign_in, specialist, participant, days: int, touched: bool) -> None:
    RecordRules.objects.create(team=participant.team, untouched_days=days)
    participant.episodes.update(started_on=DAY - timedelta(days=400))
    factories.SessionFactory(participant=participant, strands=["goals"], started_at=NOON - timedelta(days=50))
    offered = sign_in(specialist).get(reverse("participant", args=[participant.pk])).context["untouched"]
    assert ("Goal-setting" not in offered) is touched


def test_what_was_done_together_touches_its_strand(sign_in, specialist, participant) -> None:
    participant.episodes.update(started_on=DAY - timedelta(days=200))
    session = factories.SessionFactory(participant=participant)
    session.activities.add(Activity.objects.filter(strand="skills").first())
    offered = sign_in(specialist).get(reverse("participant", args=[participant.pk])).context["untouched"]
    assert offered == ["Goal-setting", "Advocacy", "Community"]


def test_topics_worked_on_stand_with_their_last_day(sign_in, specialist, participant) -> None:
    skill, other = Activity.objects.filter(strand="skills").order_by("position")[:2]
    advocacy = Activity.objects.filter(strand="advocacy").first()
    for days, done in ((30, skill), (3, skill), (3, advocacy)):
        factories.SessionFactory(participant=participant, started_at=NOON - timedelta(days=days)).activities.add(done)
    factories.SessionFactory(started_at=NOON - timedelta(days=3)).activities.add(other)
    Activity.objects.filter(pk=skill.pk).update(is_active=False)
    page = sign_in(specialist).get(reverse("around", args=[participant.pk]))
    assert [(row.label, row.times) for row in page.context["topics"]] == [(skill.label, 2)]
    assert "3 May 2026" in page.content.decode()


def test_how_a_barrier_changed_stands_under_it(sign_in, specialist, participant) -> None:
    row = factories.BarrierFactory(participant=participant)
    for number, state in enumerate(("there", "easing", "gone")):
        given = {"state": state, "on": DAY - timedelta(days=9 - number), "recorded_at": NOON}
        BarrierChange.objects.create(barrier=row, recorded_by=specialist, **given)
    text = sign_in(specialist).get(reverse("around", args=[participant.pk])).content.decode()
    assert text.index("27 Apr") < text.index("28 Apr") < text.index("29 Apr")


def test_much_around_somebody_asks_no_more(sign_in, specialist, participant) -> None:
    client, address = sign_in(specialist), reverse("around", args=[participant.pk])
    factories.BarrierFactory(participant=participant)
    few = count_queries(client, address)
    for _number in range(20):
        factories.BarrierFactory(participant=participant)
        factories.ReferralFactory(participant=participant, service=factories.ServiceFactory(), to_whom="")
        factories.ConnectionFactory(participant=participant)
    assert count_queries(client, address) == few <= 12
    assert count_queries(client, reverse("participant", args=[participant.pk])) <= 12


@pytest.mark.django_db
def test_states_that_cannot_be(participant, specialist) -> None:
    barrier = factories.BarrierFactory(participant=participant, what="No bus")
    referral = factories.ReferralFactory(participant=participant)
    factories.ConnectionFactory(participant=participant, what="Choir")
    factories.ServiceFactory(name="Legal aid")
    change = BarrierChange.objects.create(
        barrier=barrier, state="there", on=DAY, recorded_at=NOON, recorded_by=specialist
    )
    factories.FollowUpFactory(participant=participant, referral=referral)
    refusals = [
        (lambda: factories.BarrierFactory(participant=participant, what=""), "barrier_has_words"),
        (lambda: factories.BarrierFactory(participant=participant, state="owl"), "barrier_state_known"),
        (lambda: factories.BarrierFactory(participant=participant, what="No bus"), "barrier_once_while_there"),
        (lambda: BarrierChange.objects.filter(pk=change.pk).update(state="gone"), "stays as it was"),
        (lambda: factories.ReferralFactory(participant=participant, to_whom=""), "referral_leads_somewhere"),
        (lambda: factories.ReferralFactory(participant=participant, state="owl"), "referral_state_known"),
        (lambda: factories.ReferralFactory(participant=participant, state="did_not"), "referral_says_what_came"),
        (lambda: factories.FollowUpFactory(participant=participant, referral=referral), "followup_one_per_referral"),
        (lambda: factories.ConnectionFactory(participant=participant, what=""), "connection_has_words"),
        (lambda: factories.ConnectionFactory(participant=participant, what="Choir"), "connection_once_at_a_time"),
        (lambda: Connection.objects.update(until=DAY - timedelta(1)), "connection_ends_after_start"),
        (lambda: factories.ServiceFactory(name=""), "service_has_a_name"),
        (lambda: factories.ServiceFactory(name="Legal aid"), "service_once_a_team"),
    ]
    for refused, rule in refusals:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            refused()


@pytest.mark.parametrize("how", ["a step", "progress", "long ago"])
def test_a_step_or_what_was_said_of_a_goal_touches_goals(sign_in, specialist, participant, how: str) -> None:
    participant.episodes.update(started_on=DAY - timedelta(days=200))
    goal = factories.GoalFactory(participant=participant)
    ago = DAY - timedelta(days=100 if how == "long ago" else 10)
    if how == "progress":
        words = {"direction": "closer", "said_on": ago, "recorded_at": NOON, "recorded_by": specialist}
        GoalProgress.objects.create(goal=goal, **words)
    else:
        factories.GoalStepFactory(goal=goal, done_on=ago, done_by="them", ticked_at=NOON)
    offered = sign_in(specialist).get(reverse("participant", args=[participant.pk])).context["untouched"]
    assert ("Goal-setting" in offered) is (how == "long ago")
