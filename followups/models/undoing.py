"""How long what was done can be taken back, and where that is offered."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from followups.models.attempts import ContactAttempt
from followups.models.followups import FollowUp, FollowUpQuerySet, Purpose, State

# One limit for the deeds and for the pages that offer them.
UNDO_WITHIN = timedelta(hours=24)

# What an outcome may change, and what taking it back restores.
KEPT = (
    "state",
    "due_on",
    "why_here",
    "moved_at",
    "moved_by_id",
    "attempts",
    "closed_at",
    "closed_by_id",
    "closing_reason",
    "decided_by",
    "kept",
    "set_aside",
    "rests_from",
    "flagged_rung",
    "flagged_at",
    "unheard",
)

# What the worker notes about a follow-up: nobody has worked on it because it was flagged.
WORKERS = {"flagged_rung", "flagged_at", "unheard"}


def promises_settled_since(user: Any, since: datetime) -> FollowUpQuerySet:
    """Promises this person said since then they kept or could not keep; newest first."""
    settled = FollowUp.objects.visible_to(user).filter(purpose=Purpose.PROMISE, state=State.DONE, closed_by=user.pk)
    recent = settled.filter(closed_at__gte=since, participant__is_active=True)
    return recent.select_related("participant").order_by("-closed_at", "-pk")


def offer_undo(entries: list[Any], user: Any, supervises: bool, at: datetime) -> None:
    """Give each row of a story `may_undo`: one's own within the limit, for supervisors also a colleague's.

    Not of a try whose follow-up is no more as it was left. What else has happened since, the deed finds out.
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
    offered = [entry.row for entry in entries if entry.kind == "attempt" and entry.row.may_undo]
    if offered:
        whole = ContactAttempt.objects.select_related("followup", "next_followup")
        found = whole.in_bulk([row.pk for row in offered])
        for row in offered:
            row.may_undo = is_as_left(found[row.pk])


def is_as_left(attempt: ContactAttempt) -> bool:
    """Whether the follow-up tried on, and the one that the try made, are as it left them. Asks no database.

    Where they are not, it cannot be taken back.
    """
    followup, created, as_made = attempt.followup, attempt.next_followup, attempt.before.get("created_next")
    if followup is None or not is_as(followup, attempt.before.get("after")):
        return False
    return created is None or not as_made or is_as(created, as_made)


def is_as(followup: FollowUp, fields: dict[str, Any] | None) -> bool:
    """Whether nobody has changed it since that snapshot; that the worker has flagged it is no change."""
    now = snapshot(followup)
    return fields is not None and all(now[name] == fields.get(name) for name in KEPT if name not in WORKERS)


def snapshot(followup: FollowUp) -> dict[str, Any]:
    """The fields an outcome may change, as JSON can hold them."""
    return {name: as_text(getattr(followup, name)) for name in KEPT}


def as_text(value: Any) -> Any:
    """Dates, moments and ids as text; the rest as it is."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
