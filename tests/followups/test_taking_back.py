from datetime import timedelta

import pytest

from caseload.models import Participant
from followups import reminders
from followups.actions import closer, coming_back, contact, ending, pausing, planning, plans
from followups.models import FollowUp
from tests import factories
from tests.followups.test_contact import STARTER, tap

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


@pytest.mark.parametrize("outcome", STARTER)
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


def test_one_stopped_by_a_slip_is_taken_back_after_the_supervisors_were_told(
    due, specialist, supervisor, participant
) -> None:
    rhythm = closer.begin(
        participant=participant, occasion="setback", happened_on=DAY, decided_by="participant", by=specialist, at=NOON
    )
    before = sorted(FollowUp.objects.standing().values_list("due_on", flat=True))
    attempt = tap(due, "died", specialist)
    reminders.sweep(NOON + timedelta(minutes=1))
    assert attempt.next_followup.reminders.exists()

    contact.undo(attempt=attempt, by=specialist, at=NOON + timedelta(minutes=5))
    assert sorted(FollowUp.objects.standing().values_list("due_on", flat=True)) == before
    rhythm.refresh_from_db()
    assert rhythm.ended_at is None
    made = FollowUp.objects.get(purpose="review")
    assert (made.state, made.set_aside) == ("not_needed", True)


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


@pytest.mark.parametrize("which", ["its own", "another"])
def test_what_was_stopped_and_came_back_does_not_stand_twice(due, specialist, participant, which: str) -> None:
    other = factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=3))
    attempt = tap(due, "no_contact", specialist)
    coming_back.bring_back(followup=due if which == "its own" else other, by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)
    assert FollowUp.objects.standing().filter(participant=participant, purpose="check_in").count() == 1


def test_what_rested_and_came_back_does_not_stand_twice(due, specialist, participant) -> None:
    other = factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=3))
    attempt = tap(due, "no_calls_for_now", specialist)
    coming_back.bring_back(followup=other, by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)


def test_a_rest_of_more_than_contacts_is_taken_back_at_once(due, specialist, participant) -> None:
    day = factories.MilestoneFactory(participant=participant, on=DAY)
    factories.FollowUpFactory(participant=participant, milestone=day, purpose="celebration", due_on=DAY)
    before = sorted(FollowUp.objects.values_list("pk", "due_on", "state"))
    for _twice in range(2):
        attempt = tap(due, "no_calls_for_now", specialist)
        assert before != sorted(FollowUp.objects.values_list("pk", "due_on", "state"))
        contact.undo(attempt=attempt, by=specialist, at=NOON)
        assert before == sorted(FollowUp.objects.values_list("pk", "due_on", "state"))
        due.refresh_from_db()


def test_a_rest_that_was_ended_is_not_taken_back(due, specialist, participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=DAY + timedelta(days=1))
    plans.lay_out(plan=plan, at=NOON)
    attempt = tap(due, "away", specialist)
    pausing.resume(participant=participant, decided_by="participant", by=specialist, at=NOON)
    before = sorted(FollowUp.objects.standing().values_list("pk", "due_on"))
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=attempt, by=specialist, at=NOON)
    assert sorted(FollowUp.objects.standing().values_list("pk", "due_on")) == before
