"""What was let go with what it was about stays let go, whatever rests and whatever rest ends."""

from datetime import timedelta

import pytest

from caseload.actions.goals import AlreadyClosed
from caseload.models import GoalStep
from followups.actions import closer, coming_back, contact, ending, goals, pausing, planning
from followups.models import FollowUp, Outcome
from tests import factories
from tests.followups.test_constraints import refused

NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
SOON = DAY + timedelta(days=2)


@pytest.fixture
def step(participant, specialist) -> GoalStep:
    goal = factories.GoalFactory(participant=participant)
    asked = GoalStep(text="Call the landlord", due_on=SOON)
    factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=1))
    return goals.add_step(goal=goal, step=asked, asks=True, by=specialist, at=NOON)


def drop(step: GoalStep, by) -> None:
    goals.drop_step(step=step, on=DAY, by=by, at=NOON)


def close(step: GoalStep, by) -> None:
    goals.close(goal=step.goal, state="set_aside", words="", on=DAY, by=by, at=NOON)


def pause_and_resume(person, by) -> None:
    who = {"decided_by": "participant", "by": by, "at": NOON}
    pausing.pause(participant=person, until=DAY + timedelta(days=9), **who)
    assert pausing.resume(participant=person, **who)


def begin_and_relax(person, by) -> None:
    who = {"decided_by": "participant", "by": by, "at": NOON}
    begun = closer.begin(participant=person, occasion="setback", happened_on=DAY, **who)
    closer.relax(closer=begun, **who)


def asking(step: GoalStep):
    return FollowUp.objects.standing().filter(step=step)


@pytest.mark.parametrize("let_go", [drop, close])
@pytest.mark.parametrize("rests", [pause_and_resume, begin_and_relax])
def test_a_step_let_go_is_not_asked_after_when_a_rest_ends(participant, specialist, step, let_go, rests) -> None:
    let_go(step, specialist)
    rests(participant, specialist)
    assert not asking(step).exists()
    assert FollowUp.objects.standing().get(participant=participant).due_on == DAY + timedelta(days=1)


def test_with_the_goal_it_is_asked_after_again(participant, specialist, step) -> None:
    close(step, specialist)
    pause_and_resume(participant, specialist)
    goals.take_up_again(goal=step.goal, by=specialist, at=NOON)
    assert asking(step).get().due_on == SOON


def test_the_check_in_that_a_ticked_step_had_made_stays_away(participant, specialist, step) -> None:
    FollowUp.objects.filter(participant=participant, step=None).update(state="done", closed_at=NOON)
    goals.tick(step=step, done_by="them", on=DAY, by=specialist, at=NOON)
    made = FollowUp.objects.standing().get(participant=participant)
    goals.untick(step=step, by=specialist, at=NOON)
    factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=5))
    pause_and_resume(participant, specialist)
    assert asking(step).exists()
    made.refresh_from_db()
    assert not made.is_standing


def test_what_rested_when_services_ended_does_not_come_back(participant, specialist, supervisor) -> None:
    for later in (1, 6):
        factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=later))
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + timedelta(days=9), **who)
    by = {"by": supervisor, "at": NOON}
    ending.end_services(participant=participant, on=DAY, reason="moved", **by)
    soon = planning.NextContact(due_on=SOON, planned_on=SOON)
    ending.welcome_back(participant=participant, on=DAY, contact=soon, specialist=specialist, **by)
    pause_and_resume(participant, specialist)
    assert FollowUp.objects.standing().get(participant=participant).due_on == SOON


@pytest.fixture
def stopped(participant, specialist):
    """Two contacts are planned, contact rests, and the person asks for no more of it."""
    rows = [factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=later)) for later in (1, 6)]
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + timedelta(days=9), **who)
    stops = Outcome.objects.filter(effect="stops_all").first()
    rows[0].refresh_from_db()
    return contact.record_attempt(
        followup=rows[0], outcome=stops, form_token=factories.new_id(), by=specialist, at=NOON
    )


def test_what_rested_when_they_asked_for_no_contact_does_not_come_back(participant, specialist, stopped) -> None:
    FollowUp.objects.standing().filter(participant=participant).update(state="done", closed_at=NOON)
    factories.FollowUpFactory(participant=participant, due_on=SOON)
    pause_and_resume(participant, specialist)
    assert FollowUp.objects.standing().get(participant=participant).due_on == SOON


def test_and_with_that_taken_back_it_does(participant, specialist, stopped) -> None:
    contact.undo(attempt=stopped, by=specialist, at=NOON)
    assert pausing.resume(participant=participant, decided_by="participant", by=specialist, at=NOON)
    standing = FollowUp.objects.standing().filter(participant=participant).order_by("due_on")
    assert list(standing.values_list("due_on", flat=True)) == [DAY + timedelta(days=1), DAY + timedelta(days=6)]


def test_a_step_done_meanwhile_is_not_asked_after_when_a_try_is_taken_back(participant, specialist, step) -> None:
    stops = Outcome.objects.filter(effect="stops_all").first()
    first = FollowUp.objects.get(participant=participant, step=None)
    tried = contact.record_attempt(followup=first, outcome=stops, form_token=factories.new_id(), by=specialist, at=NOON)
    goals.tick(step=step, done_by="them", on=DAY, by=specialist, at=NOON)
    contact.undo(attempt=tried, by=specialist, at=NOON)
    assert FollowUp.objects.standing().get(participant=participant) == first


def test_nothing_owed_asks_after_what_is_over_also_by_sql(step) -> None:
    steps, goal = GoalStep.objects.filter(pk=step.pk), type(step.goal).objects.filter(pk=step.goal_id)
    done = {"done_on": DAY, "done_by": "them"}
    refused(lambda: steps.update(dropped_on=DAY), "asks after what is over")
    refused(lambda: steps.update(**done), "asks after what is over")
    refused(lambda: goal.update(state="reached", closed_on=DAY), "asks after what is over")
    asking(step).update(state="done", closed_at=NOON)
    for rows, over in ((steps, done), (goal, {"state": "reached", "closed_on": DAY})):
        rows.update(**over)
        again = {"state": "open", "closed_at": None}
        refused(lambda again=again: FollowUp.objects.filter(step=step).update(**again), "a step that is over")
        steps.update(done_on=None, done_by="")


@pytest.mark.parametrize("settle", [drop, lambda step, by: goals.tick(step=step, done_by="us", on=DAY, by=by, at=NOON)])
def test_what_asks_after_a_step_that_is_over_can_still_be_settled(specialist, step, settle) -> None:
    GoalStep.objects.filter(pk=step.pk).update(dropped_on=DAY)
    settle(step, specialist)
    assert not asking(step).exists()
    step.refresh_from_db()
    assert (step.done_on, step.dropped_on) == (None, DAY)


def test_brought_back_it_asks_after_no_step_of_a_goal_that_is_closed(participant, specialist, step) -> None:
    row = asking(step).get()
    decided = {"state": "not_needed", "closed_at": NOON, "closing_reason": "Later", "decided_by": "participant"}
    FollowUp.objects.filter(pk=row.pk).update(**decided)
    close(step, specialist)
    assert coming_back.bring_back(followup=row, by=specialist, at=NOON).step is None


def test_nobody_asks_after_a_step_of_a_goal_that_is_closed(participant, specialist, step) -> None:
    goals.tick(step=step, done_by="us", on=DAY, by=specialist, at=NOON)
    close(step, specialist)
    goals.untick(step=step, by=specialist, at=NOON)
    with pytest.raises(AlreadyClosed):
        goals.move_step(step=step, on=SOON, asks=True, by=specialist, at=NOON)
    assert not asking(step).exists()
