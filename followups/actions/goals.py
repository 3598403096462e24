"""Steps of a goal and their follow-ups: one is never done without the other being settled."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.actions.goals import AlreadyClosed
from caseload.models import Goal, GoalStep
from caseload.models.goals import GoalState
from followups.actions import planning
from followups.calendar import local_date, placed
from followups.models import DecidedBy, FollowUp, Purpose, State
from followups.models.calendars import calendar_of


@transaction.atomic
def add_step(*, goal: Goal, step: GoalStep, asks: bool, by: User, at: datetime) -> GoalStep:
    """Keep a step; with `asks` and a day, a follow-up asks after it then. The same words while open are one step.

    Raises AlreadyClosed, planning.ServicesEnded.
    """
    participant = planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state != GoalState.OPEN:
        raise AlreadyClosed
    if not participant.is_active:
        raise planning.ServicesEnded
    same = GoalStep.objects.filter(goal=goal, text=step.text, done_on=None).first()
    if same is not None:
        return same
    step.goal, step.recorded_by, step.recorded_at = goal, by, at
    step.save(force_insert=True)
    if asks and step.due_on:
        team = participant.team
        today = local_date(at, team.time_zone)
        on = placed(step.due_on, calendar=calendar_of(team), rule=team.closed_day_rule, today=today)
        contact = planning.NextContact(due_on=on, planned_on=step.due_on, purpose=Purpose.GOAL_STEP, what=step.text)
        planning.create(participant, contact, by=by, at=at, step=step)
    note("goal_step_added", subject=goal, by=by, at=at)
    return step


@transaction.atomic
def tick(*, step: GoalStep, done_by: str, on: date, by: User, at: datetime) -> GoalStep:
    """The step is done; a follow-up that asks after it is settled with it. Ticking twice changes nothing."""
    planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    if step.done_on is not None:
        return step
    step.done_on, step.done_by = on, done_by
    step.save(update_fields=["done_on", "done_by"])
    FollowUp.objects.standing().filter(step=step).update(state=State.DONE, closed_at=at, closed_by=by)
    note("goal_step_done", subject=step.goal, by=by, at=at, done_by=done_by)
    return step


@transaction.atomic
def untick(*, step: GoalStep, by: User, at: datetime) -> GoalStep:
    """It was ticked by a slip: the step is open again, and so is the follow-up that was settled with it."""
    participant = planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    if step.done_on is None or GoalStep.objects.filter(goal=step.goal, text=step.text, done_on=None).exists():
        return step
    step.done_on, step.done_by = None, ""
    step.save(update_fields=["done_on", "done_by"])
    settled = FollowUp.objects.filter(step=step, state=State.DONE).order_by("-closed_at").first()
    if settled is not None and participant.is_active:
        settled.state, settled.closed_at, settled.closed_by = State.OPEN, None, None
        settled.save(update_fields=["state", "closed_at", "closed_by"])
    note("goal_step_undone", subject=step.goal, by=by, at=at)
    return step


@transaction.atomic
def close(*, goal: Goal, state: str, words: str, on: date, by: User, at: datetime) -> Goal:
    """The goal is reached, or set aside by their choice; what asks after its steps is not needed any more."""
    planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state != GoalState.OPEN:
        return goal
    goal.state, goal.closed_on, goal.closed_words = state, on, words
    goal.save(update_fields=["state", "closed_on", "closed_words"])
    FollowUp.objects.standing().filter(step__goal=goal).update(
        state=State.NOT_NEEDED,
        closed_at=at,
        closed_by=by,
        closing_reason=_("The goal was reached or set aside."),
        decided_by=DecidedBy.PARTICIPANT,
    )
    note("goal_closed", subject=goal, by=by, at=at, state=state)
    return goal


@transaction.atomic
def take_up_again(*, goal: Goal, by: User, at: datetime) -> Goal:
    """A closed goal is open again, as the person wishes. Raises AlreadyClosed where the same is open already."""
    planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state == GoalState.OPEN:
        return goal
    if Goal.objects.filter(participant=goal.participant_id, wording=goal.wording, state=GoalState.OPEN).exists():
        raise AlreadyClosed
    goal.state, goal.closed_on, goal.closed_words = GoalState.OPEN, None, ""
    goal.save(update_fields=["state", "closed_on", "closed_words"])
    note("goal_taken_up_again", subject=goal, by=by, at=at)
    return goal
