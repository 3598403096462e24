"""Goals, how they go, what was tried, and what the two expect of each other."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.actions.locking import lock
from caseload.models import Expectations, Goal, GoalProgress, Participant, Tried
from caseload.models.goals import GoalState


class AlreadyClosed(Exception):
    """The goal was reached or set aside in the meantime."""


@transaction.atomic
def set_goal(*, participant: Participant, goal: Goal, on: date, by: User, at: datetime) -> Goal:
    """Keep a goal from that local day on; the same words while it is open are one goal."""
    lock(participant.pk)
    same = Goal.objects.filter(participant=participant, wording=goal.wording, state=GoalState.OPEN).first()
    if same is not None:
        return same
    goal.participant, goal.started_on = participant, on
    goal.recorded_by, goal.recorded_at = by, at
    goal.save(force_insert=True)
    note("goal_set", subject=participant, by=by, at=at)
    return goal


@transaction.atomic
def say_how_it_goes(
    *, goal: Goal, direction: str, words: str, review_on: date | None, on: date, by: User, at: datetime
) -> GoalProgress:
    """Write down how it goes as the person sees it; the same said twice on a day is said once.

    With that it was looked at together: `review_on` is when they do so again, None where no day is meant.
    """
    lock(goal.participant_id)
    Goal.objects.filter(pk=goal.pk).update(review_on=review_on)
    said, created = GoalProgress.objects.get_or_create(
        goal=goal, said_on=on, direction=direction, words=words, defaults={"recorded_by": by, "recorded_at": at}
    )
    if created:
        note("goal_progress_said", subject=goal, by=by, at=at)
    return said


@transaction.atomic
def answer_tried(*, tried: Tried, answer: str, on: date, by: User, at: datetime) -> Tried:
    """Write down whether it helped; a later answer takes the place of an earlier one."""
    lock(tried.participant_id)
    tried = Tried.objects.get(pk=tried.pk)
    if tried.answer != answer:
        tried.answer, tried.answered_on = answer, on
        tried.save(update_fields=["answer", "answered_on"])
        note("tried_answered", subject=tried, by=by, at=at, answer=answer)
    return tried


@transaction.atomic
def expect(*, participant: Participant, theirs: str, ours: str, on: date, by: User, at: datetime) -> Expectations:
    """Keep what the two agreed to expect of each other; the same on a later day says that it still holds."""
    lock(participant.pk)
    agreed, created = Expectations.objects.get_or_create(
        participant=participant,
        agreed_on=on,
        theirs=theirs,
        ours=ours,
        defaults={"recorded_by": by, "recorded_at": at},
    )
    if created:
        note("expectations_agreed", subject=participant, by=by, at=at)
    return agreed
