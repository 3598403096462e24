"""Two records with a goal of the same words: one goal goes on, with the steps of both."""

from datetime import timedelta

import pytest

from caseload.models import Goal, GoalStep, Merge, Participant
from followups.actions import ending, goals, merging, pausing, planning
from followups.models import FollowUp
from followups.models.merging import moved_in_words
from tests import factories
from tests.followups.test_merging import everything

NOON, DAY = factories.NOON, factories.DAY
LATER = NOON + timedelta(days=3)
SOON = DAY + timedelta(days=9)


@pytest.fixture
def twin(team, colleague) -> Participant:
    person = factories.ParticipantFactory(team=team)
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


@pytest.fixture
def both(participant, twin, specialist) -> list[Goal]:
    """A goal of the same words on both records; a step of the same words on both, asked after on both."""
    found = [factories.GoalFactory(participant=person, wording="Một căn nhà 🏠") for person in (participant, twin)]
    for goal in found:
        ask(goal, "Call the landlord", specialist)
    return found


def ask(goal: Goal, text: str, by, **more) -> GoalStep:
    step = GoalStep(text=text, due_on=SOON, **more)
    return goals.add_step(goal=goal, step=step, asks=True, by=by, at=NOON)


def steps() -> list[dict[str, object]]:
    return list(GoalStep.objects.order_by("pk").values())


@pytest.fixture
def put(participant, twin, supervisor):
    def together() -> Merge:
        return merging.merge(kept=participant, merged=twin, by=supervisor, at=NOON)

    return together


def test_the_steps_go_on_with_the_goal_that_is_kept_and_are_asked_after(put, both, participant, specialist) -> None:
    kept, other = both
    own = ask(other, "Save a first rent", specialist)
    done = factories.GoalStepFactory(goal=other, text="Call the landlord", done_on=DAY, done_by="them", ticked_at=NOON)
    put()
    own.refresh_from_db()
    done.refresh_from_db()
    assert own.goal == done.goal == kept
    assert FollowUp.objects.standing().get(step=own).participant == participant
    assert other.steps.get().text == "Call the landlord"
    assert FollowUp.objects.standing().filter(participant=participant).count() == 2
    assert not FollowUp.objects.standing().filter(step__goal=other).exists()


def test_taken_apart_every_step_is_back(put, both, supervisor, specialist) -> None:
    ask(both[1], "Save a first rent", specialist)
    before = everything(), steps()
    trace = put()
    assert (everything(), steps()) != before
    assert moved_in_words(supervisor, trace)[-1] == ("Steps of goals that both had", 1)
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert (everything(), steps()) == before


def test_a_step_asked_after_since_goes_back_with_who_asks(put, both, twin, supervisor, specialist) -> None:
    step = factories.GoalStepFactory(goal=both[1], text="Save a first rent")
    trace = put()
    goals.move_step(step=GoalStep.objects.get(pk=step.pk), on=SOON, asks=True, by=specialist, at=NOON)
    merging.undo(merge=trace, by=supervisor, at=LATER)
    step.refresh_from_db()
    assert step.goal == both[1]
    assert FollowUp.objects.standing().get(step=step).participant == twin


def test_a_step_to_be_done_on_both_by_now_stays_where_it_is(put, both, participant, supervisor, specialist) -> None:
    step = ask(both[1], "Save a first rent", specialist)
    trace = put()
    factories.GoalStepFactory(goal=both[1], text="Save a first rent")
    merging.undo(merge=trace, by=supervisor, at=LATER)
    step.refresh_from_db()
    assert step.goal == both[0]
    assert FollowUp.objects.standing().get(step=step).participant == participant


def test_what_asks_after_a_step_that_stayed_never_comes_up_on_the_kept_record(
    put, both, participant, twin, specialist, supervisor
) -> None:
    trace, by = put(), {"by": supervisor, "at": NOON}
    ending.end_services(participant=participant, on=DAY, reason="moved", **by)
    soon = planning.NextContact(due_on=DAY + timedelta(days=2), planned_on=DAY + timedelta(days=2))
    ending.welcome_back(participant=participant, on=DAY, contact=soon, specialist=specialist, **by)
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=SOON + timedelta(days=9), **who)
    assert pausing.resume(participant=participant, **who)
    assert FollowUp.objects.standing().get(participant=participant).purpose == "check_in"

    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert FollowUp.objects.standing().get(participant=twin).why_here == ""


def test_who_asks_after_a_twin_step_asks_after_the_kept_one(put, both, participant, twin, supervisor) -> None:
    own, theirs = (goal.steps.get() for goal in both)
    FollowUp.objects.filter(step=own).delete()
    GoalStep.objects.filter(pk=own.pk).update(due_on=None)
    asking = FollowUp.objects.get(step=theirs)
    before = everything(), steps()
    trace = put()
    asking.refresh_from_db()
    own.refresh_from_db()
    assert (asking.step, asking.participant, asking.state) == (own, participant, "open")
    assert own.due_on == asking.due_on

    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert (everything(), steps()) == before


def test_where_the_twin_step_is_over_by_then_it_goes_on_asking(put, both, participant, supervisor) -> None:
    own, theirs = (goal.steps.get() for goal in both)
    FollowUp.objects.filter(step=own).delete()
    trace = put()
    GoalStep.objects.filter(pk=theirs.pk).update(dropped_on=DAY)
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert FollowUp.objects.standing().get(step=own).participant == participant


def test_a_twin_step_done_meanwhile_is_not_asked_after_again(put, both, twin, supervisor) -> None:
    trace = put()
    both[1].steps.update(done_on=DAY, done_by="them")
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert not FollowUp.objects.standing().filter(participant=twin, step__isnull=False).exists()
