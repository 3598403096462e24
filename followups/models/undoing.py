"""How long what was done can be taken back, and where that is offered."""

from datetime import datetime, timedelta
from typing import Any

from followups.models.followups import FollowUp, FollowUpQuerySet, Purpose, State

# One limit for the deeds and for the pages that offer them.
UNDO_WITHIN = timedelta(hours=24)


def promises_settled_since(user: Any, since: datetime) -> FollowUpQuerySet:
    """Promises this person said since then they kept or could not keep; newest first."""
    settled = FollowUp.objects.visible_to(user).filter(purpose=Purpose.PROMISE, state=State.DONE, closed_by=user.pk)
    recent = settled.filter(closed_at__gte=since, participant__is_active=True)
    return recent.select_related("participant").order_by("-closed_at", "-pk")


def offer_undo(entries: list[Any], user: Any, supervises: bool, at: datetime) -> None:
    """Give each row of a story `may_undo`: one's own within the limit, for supervisors also a colleague's.

    Whether something else has happened since, the deed finds out.
    """
    newer: set[Any] = set()
    for entry in entries:
        if entry.kind == "attempt":
            done_at, done_by = entry.row.at, entry.row.by_id
            # Of several tries the last is taken back first.
            is_one = entry.row.undone_at is None and entry.row.followup_id not in {None, *newer}
            newer |= {entry.row.followup_id} if entry.row.undone_at is None else set()
        elif entry.kind == "decision":
            done_at, done_by = entry.row.closed_at, entry.row.closed_by_id
            is_one = entry.row.kept is not None
        else:
            continue
        entry.row.may_undo = is_one and (supervises or done_by == user.pk) and at - done_at <= UNDO_WITHIN
