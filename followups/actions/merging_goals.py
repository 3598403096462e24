"""Where two records have a goal of the same words, the kept record's goes on, with the steps of both."""

from caseload.models import Goal, GoalStep, Merge, Participant
from caseload.models.goals import GoalState
from followups.models.merging import that_stay


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
