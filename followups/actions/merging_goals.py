"""Where two records have a goal of the same words, the kept record's goes on, with the steps of both."""

from typing import Any

from caseload.models import Goal, GoalStep, Merge, Participant
from caseload.models.goals import GoalState
from followups.models import FollowUp
from followups.models.merging import that_stay
from followups.models.undoing import as_text


def give_steps(kept: Participant, merged: Participant) -> dict[str, str]:
    """Let the steps of a goal that stays go on with the kept record's goal of the same words.

    One that is to be done there already stays, and so does what was said of how it goes. Returns which moved, with
    the goal each came from.
    """
    goals = {goal.pk: goal.wording for goal in that_stay(Goal, of=merged, into=kept)}
    own = Goal.objects.filter(participant=kept, state=GoalState.OPEN, wording__in=goals.values())
    twins = dict(own.values_list("wording", "pk"))
    steps = GoalStep.objects.filter(goal__in=goals)
    moved = {str(step.pk): str(step.goal_id) for step in steps}
    staying = hand_over({step: twins[goals[step.goal_id]] for step in steps})
    return {key: goal for key, goal in moved.items() if key not in staying}


def take_steps_back(merge: Merge) -> None:
    """Give the steps back to the goals they came from, and leave what asks after one that stays where its step is."""
    came_from = merge.before.get("steps", {})
    goals = {str(key): key for key in Goal.objects.filter(pk__in=set(came_from.values())).values_list("pk", flat=True)}
    steps = GoalStep.objects.filter(pk__in=list(came_from), goal__participant=merge.kept_id)
    hand_over({step: goals[came_from[str(step.pk)]] for step in steps})


def hand_over(steps: dict[GoalStep, object]) -> set[str]:
    """Let each step be of that goal, where it is not to be done there already; returns which are not."""
    there = set(GoalStep.objects.open().filter(goal__in=set(steps.values())).values_list("goal", "text"))
    staying = {step for step, goal in steps.items() if step.is_open and (goal, step.text) in there}
    going = [step for step in steps if step not in staying]
    for step in going:
        step.goal_id = steps[step]
    GoalStep.objects.bulk_update(going, ["goal"])
    return {str(step.pk) for step in staying}


def that_ask(kept: Participant, merged: Participant) -> dict[str, dict[str, Any]]:
    """What asks after a step that stays, where nobody asks after the kept record's own of the same words.

    Returns for each the step, the own one, and the day that one has.
    """
    asking = FollowUp.objects.standing().filter(step__goal__in=that_stay(Goal, of=merged, into=kept))
    asked = FollowUp.objects.standing().filter(participant=kept, step__isnull=False).values("step")
    open_ones = GoalStep.objects.open().filter(goal__participant=kept, goal__state=GoalState.OPEN)
    unasked = open_ones.exclude(pk__in=asked).select_related("goal")
    own = {(step.goal.wording, step.text): step for step in unasked}
    found = {row: own.get((row.step.goal.wording, row.step.text)) for row in asking.select_related("step__goal")}
    return {
        str(row.pk): {"step": str(row.step_id), "own": str(step.pk), "due_on": as_text(step.due_on)}
        for row, step in found.items()
        if step is not None
    }


def ask_of_own(asks: dict[str, dict[str, Any]]) -> None:
    """Let these ask after the kept record's own steps, which have their days from now on."""
    for row in FollowUp.objects.filter(pk__in=list(asks)):
        own = asks[str(row.pk)]["own"]
        FollowUp.objects.filter(pk=row.pk).update(step=own)
        GoalStep.objects.filter(pk=own).update(due_on=row.due_on)


def ask_of_theirs(merge: Merge) -> None:
    """Let them ask after the steps they came from again, those that are still open; each own step has its day again."""
    for key, was in merge.before.get("asks", {}).items():
        row = FollowUp.objects.get(pk=key)
        if GoalStep.objects.over().filter(pk=was["step"]).exists():
            continue
        FollowUp.objects.filter(pk=key).update(step=was["step"])
        GoalStep.objects.filter(pk=was["own"], due_on=row.due_on).update(due_on=was["due_on"])
