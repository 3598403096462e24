"""Steps of a goal and their follow-ups: one is never done without the other being settled."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.actions.goals import AlreadyClosed
from caseload.models import Goal, GoalStep, Participant
from caseload.models.goals import GoalState
from followups.actions import planning, plans
from followups.calendar import local_date, placed
from followups.models import DecidedBy, FollowUp, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.followups import FollowUpQuerySet


@transaction.atomic
def add_step(*, goal: Goal, step: GoalStep, asks: bool, by: User, at: datetime) -> GoalStep:
    """Keep a step; with `asks` and a day, a follow-up asks after it then.

    The same words while open are one step, with the day given last. Raises AlreadyClosed, planning.ServicesEnded.
    """
    participant = planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state != GoalState.OPEN:
        raise AlreadyClosed
    if not participant.is_active:
        raise planning.ServicesEnded
    same = GoalStep.objects.open().filter(goal=goal, text=step.text).first()
    if same is not None:
        if step.due_on:
            give_day(same, step.due_on, asks, participant, by, at)
        return same
    step.goal, step.recorded_by, step.recorded_at = goal, by, at
    step.save(force_insert=True)
    if step.due_on:
        give_day(step, step.due_on, asks, participant, by, at)
    note("goal_step_added", subject=goal, by=by, at=at)
    return step


@transaction.atomic
def move_step(*, step: GoalStep, on: date, asks: bool, by: User, at: datetime) -> GoalStep:
    """Give a step another day; with `asks`, a follow-up stands for it then.

    Raises AlreadyClosed where it is done or set aside, by itself or with its goal, planning.ServicesEnded.
    """
    participant = planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    if step.is_over:
        raise AlreadyClosed
    if not participant.is_active:
        raise planning.ServicesEnded
    give_day(step, on, asks, participant, by, at)
    note("goal_step_moved", subject=step.goal, by=by, at=at, to=on.isoformat())
    return step


def give_day(step: GoalStep, on: date, asks: bool, participant: Participant, by: User, at: datetime) -> None:
    """Keep the step's day, and let the follow-up that asks after it stand for it; with `asks` one is made.

    Where somebody asks after it, both have the day on which the team works.
    """
    team = participant.team
    today = local_date(at, team.time_zone)
    due_on = placed(on, calendar=calendar_of(team), rule=team.closed_day_rule, today=today)
    standing = FollowUp.objects.standing().filter(step=step).first()
    day = due_on if asks or standing else on
    if step.due_on != day:
        step.due_on = day
        step.save(update_fields=["due_on"])
    if standing is not None and standing.due_on != due_on:
        why = _("The step got another day.")
        planning.give_date(standing, due_on, state=State.OPEN, why=why, by=by, at=at)
    elif standing is None and asks:
        asking = planning.NextContact(due_on=due_on, planned_on=on, purpose=Purpose.GOAL_STEP, what=step.text)
        planning.create(participant, asking, by=by, at=at, step=step)


@transaction.atomic
def drop_step(*, step: GoalStep, on: date, by: User, at: datetime) -> GoalStep:
    """A step is set aside, as they wish; nothing asks after it any more, also where it was over before."""
    participant = planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    was_open = step.is_open
    if was_open:
        step.dropped_on = on
        step.save(update_fields=["dropped_on"])
    let_go(FollowUp.objects.standing().filter(step=step), _("The step was set aside."), participant, by, at)
    if was_open:
        note("goal_step_dropped", subject=step.goal, by=by, at=at)
    return step


def let_go(asking: FollowUpQuerySet, reason: str, participant: Participant, by: User, at: datetime) -> None:
    """Set aside what asks after a step that is over: no decision that nothing is needed, and no rest that ends."""
    if asking.exists():
        plans.set_aside(asking, reason=reason, decided_by=DecidedBy.PARTICIPANT, by=by, at=at, rests=False)
        planning.leave_nobody_dangling(participant, by=by, at=at)


@transaction.atomic
def tick(*, step: GoalStep, done_by: str, on: date, by: User, at: datetime) -> GoalStep:
    """The step is done; a follow-up that asks after it is settled with it, also where the step was over before."""
    participant = planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    was_open = step.is_open
    if was_open:
        step.done_on, step.done_by, step.ticked_at = on, done_by, at
        step.save(update_fields=["done_on", "done_by", "ticked_at"])
    settled = FollowUp.objects.standing().filter(step=step).update(state=State.DONE, closed_at=at, closed_by=by)
    if settled:
        planning.leave_nobody_dangling(participant, by=by, at=at)
    if was_open:
        note("goal_step_done", subject=step.goal, by=by, at=at, done_by=done_by)
    return step


@transaction.atomic
def untick(*, step: GoalStep, by: User, at: datetime) -> GoalStep:
    """It was ticked by a slip: the step is open again, and so is the follow-up that was settled by ticking it."""
    participant = planning.lock(step.goal.participant_id)
    step = GoalStep.objects.select_related("goal").get(pk=step.pk)
    if step.done_on is None or GoalStep.objects.open().filter(goal=step.goal, text=step.text).exists():
        return step
    ticked_at = step.ticked_at
    step.done_on, step.done_by, step.ticked_at = None, "", None
    step.save(update_fields=["done_on", "done_by", "ticked_at"])
    settled = FollowUp.objects.select_related("team").filter(step=step, state=State.DONE, closed_at=ticked_at).first()
    if ticked_at is not None and settled is not None and participant.is_active and not step.is_over:
        why = _("The step was not done after all.")
        planning.stand_again(settled, why=why, at=at)
        # The check-in that came in its place, where nobody has worked on it.
        instead = FollowUp.objects.filter(participant=participant, purpose=Purpose.CHECK_IN, created_at=ticked_at)
        untouched = instead.filter(state=State.OPEN, attempts=0, moved_at=None, session=None, plan=None)
        plans.set_aside(untouched, reason=why, decided_by=DecidedBy.SPECIALIST, by=by, at=at, rests=False)
    note("goal_step_undone", subject=step.goal, by=by, at=at)
    return step


@transaction.atomic
def close(*, goal: Goal, state: str, words: str, on: date, by: User, at: datetime) -> Goal:
    """The goal is reached, or set aside by their choice; what asks after its steps is not needed any more."""
    participant = planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state != GoalState.OPEN:
        return goal
    goal.state, goal.closed_on, goal.closed_words = state, on, words
    goal.save(update_fields=["state", "closed_on", "closed_words"])
    # It comes back with the goal.
    asking = FollowUp.objects.standing().filter(step__goal=goal)
    let_go(asking, _("The goal was reached or set aside."), participant, by, at)
    note("goal_closed", subject=goal, by=by, at=at, state=state)
    return goal


@transaction.atomic
def take_up_again(*, goal: Goal, by: User, at: datetime) -> Goal:
    """A closed goal is open again, as the person wishes, and what asked after its open steps stands again.

    Raises AlreadyClosed where the same is open already.
    """
    participant = planning.lock(goal.participant_id)
    goal = Goal.objects.get(pk=goal.pk)
    if goal.state == GoalState.OPEN:
        return goal
    if Goal.objects.filter(participant=goal.participant_id, wording=goal.wording, state=GoalState.OPEN).exists():
        raise AlreadyClosed
    goal.state, goal.closed_on, goal.closed_words = GoalState.OPEN, None, ""
    goal.save(update_fields=["state", "closed_on", "closed_words"])
    if participant.is_active:
        ask_again(goal, by, at)
    note("goal_taken_up_again", subject=goal, by=by, at=at)
    return goal


def ask_again(goal: Goal, by: User, at: datetime) -> None:
    """Let what was set aside with the goal stand again, one for each step that is still open."""
    asked = {row.step_id for row in FollowUp.objects.standing().filter(step__goal=goal)}
    aside = FollowUp.objects.filter(step__in=GoalStep.objects.open().filter(goal=goal), set_aside=True)
    for row in aside.select_related("team").order_by("-closed_at", "-pk"):
        if row.step_id not in asked:
            asked.add(row.step_id)
            planning.stand_again(row, why=_("The goal was taken up again."), at=at)
