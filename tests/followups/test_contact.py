from datetime import timedelta

import pytest

from accounts.ids import new_id
from caseload.models import Participant
from followups.actions import contact, ending, planning, plans
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


@pytest.mark.parametrize(
    "outcome", ["reached", "no_answer", "message_left", "call_later", "no_contact", "no_calls_for_now", "died"]
)
def test_every_outcome_can_be_taken_back_whole(due, specialist, participant, outcome: str) -> None:
    other = factories.FollowUpFactory(participant=participant, purpose="promise", what="bus")
    plan = factories.CheckInPlanFactory(participant=participant)
    Participant.objects.filter(pk=participant.pk).update(last_contact_at=NOON - timedelta(days=5))
    before = list(FollowUp.objects.filter(plan=None).order_by("pk").values())
    attempt = tap(due, outcome, specialist)

    contact.undo(attempt=attempt, by=specialist, at=NOON + timedelta(minutes=5))

    participant.refresh_from_db()
    plan.refresh_from_db()
    assert list(FollowUp.objects.filter(plan=None).order_by("pk").values()) == before
    assert participant.last_contact_at == NOON - timedelta(days=5)
    assert plan.ended_at is None
    assert other.is_standing
    attempt.refresh_from_db()
    assert attempt.undone_by == specialist


def test_taking_back_twice_changes_nothing(due, specialist) -> None:
    attempt = tap(due, "no_answer", specialist)
    contact.undo(attempt=attempt, by=specialist, at=NOON)
    later = planning.reschedule(followup=due, due_on=DAY + timedelta(days=9), reason="x", by=specialist, at=NOON)
    contact.undo(attempt=attempt, by=specialist, at=NOON)
    later.refresh_from_db()
    assert later.due_on == DAY + timedelta(days=9)


def test_what_happened_since_is_not_overwritten(due, specialist) -> None:
    attempt = tap(due, "no_answer", specialist)
    planning.reschedule(followup=due, due_on=DAY + timedelta(days=9), reason="x", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)


def test_a_day_later_it_stands(due, specialist) -> None:
    attempt = tap(due, "no_answer", specialist)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON + timedelta(hours=25))


def test_only_its_author_or_their_supervisor_takes_it_back(due, specialist, colleague, supervisor) -> None:
    attempt = tap(due, "no_answer", specialist)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=colleague, at=NOON)
    assert contact.undo(attempt=attempt, by=supervisor, at=NOON).undone_by == supervisor


def test_reached_ahead_of_its_day_goes_on_to_the_date_after(participant, specialist) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, kind="monthly", starts_on=DAY + timedelta(days=3))
    plans.lay_out(plan=plan, at=NOON)
    row = FollowUp.objects.get(plan=plan)

    attempt = tap(row, "reached", specialist)

    assert attempt.next_followup.is_standing
    assert attempt.next_followup.due_on > row.due_on


def test_what_came_of_it_and_was_worked_on_is_not_taken_away(due, specialist) -> None:
    attempt = tap(due, "reached", specialist)
    tried = tap(attempt.next_followup, "no_answer", specialist)
    contact.undo(attempt=tried, by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)


def test_a_next_date_chosen_by_hand_is_not_taken_away(due, specialist) -> None:
    attempt = tap(due, "reached", specialist)
    sooner = DAY + timedelta(days=2)
    planning.reschedule(followup=attempt.next_followup, due_on=sooner, reason="court", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)


def test_an_old_rhythm_does_not_come_back_beside_a_new_one(due, specialist, participant) -> None:
    factories.CheckInPlanFactory(participant=participant)
    attempt = tap(due, "no_contact", specialist)
    factories.CheckInPlanFactory(participant=participant)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)


def test_nothing_is_owed_again_once_services_ended(due, specialist, participant) -> None:
    factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=5))
    attempt = tap(due, "reached", specialist)
    ending.end_services(participant=participant, on=DAY, reason="moved", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)
    assert not FollowUp.objects.standing().exists()
