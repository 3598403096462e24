"""What a specialist said they would do: kept, or not."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from followups.actions import contact, planning
from followups.models import FollowUp, Purpose, State


class NotAPromise(Exception):
    """Only a promise is kept or not."""


@transaction.atomic
def kept(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Note that it was kept. Raises NotAPromise, planning.AlreadySettled."""
    return settle(followup, was_kept=True, words="", by=by, at=at)


@transaction.atomic
def not_kept(*, followup: FollowUp, words: str, again_on: date | None, by: User, at: datetime) -> FollowUp:
    """Note that it was not, and why; with a day, it is promised anew for then. Returns what stands now.

    Raises NotAPromise, planning.AlreadySettled.
    """
    followup = settle(followup, was_kept=False, words=words, by=by, at=at)
    if again_on is None:
        return followup
    again = planning.NextContact(due_on=again_on, planned_on=again_on, purpose=Purpose.PROMISE, what=followup.what)
    return planning.create(followup.participant, again, by=by, at=at, came_from=followup)


def settle(followup: FollowUp, *, was_kept: bool, words: str, by: User, at: datetime) -> FollowUp:
    """Close a promise."""
    followup = planning.lock_standing(followup)
    if followup.purpose != Purpose.PROMISE:
        raise NotAPromise
    followup.state, followup.kept = State.DONE, was_kept
    followup.closed_at, followup.closed_by, followup.closing_reason = at, by, words
    followup.save(update_fields=["state", "kept", "closed_at", "closed_by", "closing_reason"])
    note("promise_settled", subject=followup, by=by, at=at, kept=was_kept)
    return followup


@transaction.atomic
def undo(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Take back that it was kept or not: it is owed again, and what was promised anew is gone.

    Raises contact.CannotUndo as taking back a try does: another person's (unless their supervisor asks), after a
    day, or where something else has happened since. Taking back twice changes nothing.
    """
    participant = planning.lock(followup.participant_id)
    followup = FollowUp.objects.get(pk=followup.pk)
    if followup.is_standing:
        return followup
    again = FollowUp.objects.filter(came_from=followup).first()
    settled = followup.kept is not None and participant.is_active
    # One that a try has settled is taken back with the try.
    by_a_try = followup.tries.filter(undone_at=None, at=followup.closed_at).exists()
    if not settled or by_a_try or (again is not None and not is_untouched(again)):
        raise contact.CannotUndo
    if not contact.may_take_back(followup.closed_by_id, followup.team_id, followup.closed_at, by, at):
        raise contact.CannotUndo
    if again is not None:
        again.delete()
    followup.state, followup.kept = State.OPEN, None
    followup.closed_at, followup.closed_by, followup.closing_reason = None, None, ""
    followup.save(update_fields=["state", "kept", "closed_at", "closed_by", "closing_reason"])
    note("promise_taken_back", subject=followup, by=by, at=at)
    return followup


def is_untouched(again: FollowUp) -> bool:
    """Whether nobody has worked on what was promised anew, or was told of it."""
    as_made = again.state == State.OPEN and again.moved_at is None and again.attempts == 0
    return as_made and not again.tries.exists() and not again.reminders.exists()
