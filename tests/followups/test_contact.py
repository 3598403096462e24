import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.ids import new_id
from followups.actions import contact, plans
from followups.models import CheckInPlan, ContactAttempt, FollowUp, Outcome, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


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
