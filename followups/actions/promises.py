"""What a specialist said they would do: kept, or not."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from followups.actions import planning
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
    contact = planning.NextContact(due_on=again_on, planned_on=again_on, purpose=Purpose.PROMISE, what=followup.what)
    return planning.create(followup.participant, contact, by=by, at=at, came_from=followup)


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
