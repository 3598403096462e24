import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.ids import new_id
from followups.actions import contact, plans
from followups.models import CheckInPlan, ContactAttempt, FollowUp, Outcome, State
from followups.models.timeline import Entry
from followups.models.undoing import offer_undo
from tests import factories

NOON, DAY = factories.NOON, factories.DAY

STARTER = ["reached", "message_left", "no_answer", "text_sent", "call_later", "letter_sent", "someone_else"]
STARTER += ["wrong_number", "no_calls_for_now", "away", "no_contact", "died"]


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def tap(due: FollowUp, outcome: str, by, token=None) -> ContactAttempt:
    return contact.record_attempt(
        followup=due, outcome=Outcome.objects.get(pk=outcome), form_token=token or new_id(), by=by, at=NOON
    )


@pytest.mark.parametrize(
    ("outcome", "state", "working_days"),
    [
        ("no_answer", State.OPEN, 1),
        ("message_left", State.WAITING, 2),
        ("text_sent", State.WAITING, 2),
        ("call_later", State.OPEN, 1),
        ("letter_sent", State.WAITING, 5),
        ("away", State.PAUSED, 5),
        ("no_calls_for_now", State.PAUSED, 20),
        ("someone_else", State.OPEN, 1),
        ("wrong_number", State.OPEN, 1),
    ],
)
def test_the_outcome_sets_the_next_date(due, specialist, outcome: str, state: str, working_days: int) -> None:
    tap(due, outcome, specialist)

    due.refresh_from_db()
    assert due.state == state
    assert due.attempts == 1
    expected = DAY
    for _day in range(working_days):
        expected += timedelta(days=1 if expected.isoweekday() < 5 else 8 - expected.isoweekday())
    assert due.due_on == expected


def test_the_outcomes_a_program_starts_with(db: None) -> None:
    found = Outcome.objects.order_by("position").values_list("pk", "reached", "counts_as_presence", "effect", "channel")
    assert list(found) == [
        ("reached", True, True, "completes", "call"),
        ("message_left", False, False, "waits", "call"),
        ("no_answer", False, False, "try_again", "call"),
        ("text_sent", False, False, "waits", "text"),
        ("call_later", True, True, "try_again", "call"),
        ("letter_sent", False, False, "waits", "letter"),
        ("someone_else", False, False, "try_again", "call"),
        ("wrong_number", False, False, "try_again", "call"),
        ("no_calls_for_now", True, True, "pauses", "call"),
        ("away", False, False, "pauses", "call"),
        ("no_contact", True, True, "stops_all", "call"),
        ("died", False, False, "stops_all", "call"),
    ]


@pytest.mark.parametrize("code", STARTER)
def test_each_of_them_is_a_try_kept_in_its_own_words_and_does_what_it_says(due, specialist, participant, code) -> None:
    outcome = Outcome.objects.get(pk=code)
    attempt = tap(due, code, specialist)
    due.refresh_from_db()
    participant.refresh_from_db()
    ends_as = {"completes": "done", "waits": "waiting", "try_again": "open", "pauses": "paused"}
    assert (due.state, due.attempts) == (ends_as.get(outcome.effect, "not_needed"), 1)
    assert (participant.last_contact_at is not None) == outcome.counts_as_presence
    assert (attempt.label, attempt.channel) == (outcome.label, outcome.channel)
    # Nobody is left without anything that stands.
    assert FollowUp.objects.standing().filter(participant=participant).exists()


def test_reached_settles_it_and_plans_the_next(due, specialist, participant) -> None:
    attempt = tap(due, "reached", specialist)

    due.refresh_from_db()
    participant.refresh_from_db()
    assert due.state == State.DONE
    assert attempt.next_followup.due_on == DAY + timedelta(days=7)
    assert attempt.next_followup.owner == specialist
    assert participant.last_contact_at == NOON


def test_reached_with_a_plan_goes_on_with_the_plan(due, specialist, participant) -> None:
    factories.CheckInPlanFactory(participant=participant, kind="every_n_days", every=3, starts_on=DAY)
    attempt = tap(due, "reached", specialist)
    assert attempt.next_followup.plan is not None
    assert attempt.next_followup.due_on > DAY


def test_a_double_tap_counts_once(due, specialist) -> None:
    token = new_id()
    assert tap(due, "no_answer", specialist, token) == tap(due, "no_answer", specialist, token)
    due.refresh_from_db()
    assert due.attempts == 1


def test_a_try_that_did_not_reach_is_no_contact(due, specialist, participant) -> None:
    tap(due, "message_left", specialist)
    participant.refresh_from_db()
    assert participant.last_contact_at is None


def test_asking_for_no_contact_stops_all_and_reaches_the_supervisor(due, specialist, participant) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist, purpose="promise", what="bus")
    factories.CheckInPlanFactory(participant=participant)

    tap(due, "no_contact", specialist)

    standing = FollowUp.objects.standing().get(participant=participant)
    assert (standing.purpose, standing.owner) == ("review", None)
    assert not CheckInPlan.objects.running().exists()
    closed = FollowUp.objects.filter(participant=participant, state=State.NOT_NEEDED)
    assert {row.decided_by for row in closed} == {"participant"}


def test_reached_ahead_of_its_day_goes_on_to_the_date_after(participant, specialist) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, kind="monthly", starts_on=DAY + timedelta(days=3))
    plans.lay_out(plan=plan, at=NOON)
    row = FollowUp.objects.get(plan=plan)

    attempt = tap(row, "reached", specialist)

    assert attempt.next_followup.is_standing
    assert attempt.next_followup.due_on > row.due_on


def test_reached_plans_nothing_further_where_a_contact_stands_already(due, specialist, participant) -> None:
    court = factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=20))
    attempt = tap(due, "reached", specialist)
    assert attempt.next_followup == court
    assert FollowUp.objects.standing().get() == court


@pytest.mark.parametrize("purpose", ["goal_step", "referral", "celebration", "promise"])
def test_what_is_no_contact_does_not_stand_for_the_next_one(due, specialist, participant, purpose: str) -> None:
    far = DAY + timedelta(days=700)
    factories.FollowUpFactory(participant=participant, purpose=purpose, what="the choir", due_on=far)
    assert tap(due, "reached", specialist).next_followup.due_on == DAY + timedelta(days=7)


def test_a_nearer_closer_contact_comes_before_the_plans_date(due, specialist, participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=DAY + timedelta(days=6))
    plans.lay_out(plan=plan, at=NOON)
    closer = factories.FollowUpFactory(
        participant=participant, purpose="after_discharge", due_on=DAY + timedelta(days=2)
    )
    assert tap(due, "reached", specialist).next_followup == closer


@pytest.mark.django_db(transaction=True)
def test_taps_at_the_same_moment_count_once(due, specialist) -> None:
    token, errors, barrier = new_id(), [], threading.Barrier(4)

    def press() -> None:
        try:
            barrier.wait()
            tap(due, "reached", specialist, token)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thumbs = [threading.Thread(target=press) for _ in range(4)]
    for thumb in thumbs:
        thumb.start()
    for thumb in thumbs:
        thumb.join()

    assert not errors
    assert ContactAttempt.objects.count() == 1
    assert FollowUp.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("latest", "tried_again"),
    [(None, 2), (DAY + timedelta(days=1), 1), (DAY + timedelta(days=9), 2), (DAY, 2), (DAY - timedelta(days=3), 2)],
)
def test_the_next_try_is_within_the_window_while_that_lasts(due, specialist, latest, tried_again: int) -> None:
    FollowUp.objects.update(latest_on=latest)
    due.refresh_from_db()
    tap(due, "text_sent", specialist)
    due.refresh_from_db()
    assert due.due_on == DAY + timedelta(days=tried_again)


def test_of_several_tries_the_last_is_taken_back_first(due, specialist) -> None:
    older, newer = (tap(due, "no_answer", specialist) for _time in range(2))
    other = tap(factories.FollowUpFactory(participant=due.participant), "no_answer", specialist)
    entries = [Entry(one.at, "attempt", one) for one in (other, newer, older)]
    offer_undo(entries, specialist, False, NOON)
    assert [one.may_undo for one in (other, newer, older)] == [True, True, False]


@pytest.mark.parametrize(("outcome", "on"), [("no_answer", 2), ("text_sent", 6), ("call_later", 2), ("away", 7)])
def test_the_next_try_is_on_a_day_of_its_own(due, specialist, participant, outcome: str, on: int) -> None:
    # Tomorrow, and Friday with the Monday after it: days on which somebody is in touch already.
    for number in (1, 2 if on > 2 else 1, 5):
        factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=number), purpose="after_setback")
    attempt = tap(due, outcome, specialist)
    due.refresh_from_db()
    assert due.due_on == DAY + timedelta(days=on)
    contact.undo(attempt=attempt, by=specialist, at=NOON)
    due.refresh_from_db()
    assert due.due_on == DAY


@pytest.mark.parametrize(("purpose", "days"), [("check_in", 30), ("after_setback", 2), ("after_discharge", 2)])
def test_where_somebody_is_in_touch_nearly_daily_and_after_a_hard_stretch_the_try_is_not_put_off(
    due, specialist, participant, purpose: str, days: int
) -> None:
    FollowUp.objects.filter(pk=due.pk).update(purpose=purpose)
    due.refresh_from_db()
    for number in range(1, days):
        factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=number))
    tap(due, "no_answer", specialist)
    due.refresh_from_db()
    assert due.due_on == DAY + timedelta(days=1)


def test_what_is_no_contact_may_share_its_day_and_so_may_one_whose_window_ends(due, specialist, participant) -> None:
    tomorrow = DAY + timedelta(days=1)
    factories.FollowUpFactory(participant=participant, due_on=tomorrow)
    promised = factories.FollowUpFactory(participant=participant, purpose="promise", what="bus", due_on=DAY)
    tap(promised, "no_answer", specialist)
    FollowUp.objects.filter(pk=due.pk).update(latest_on=tomorrow)
    due.refresh_from_db()
    tap(due, "no_answer", specialist)
    assert set(FollowUp.objects.standing().values_list("due_on", flat=True)) == {tomorrow}
