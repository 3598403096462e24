"""One participant's story, newest first, from all the tables it is kept in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet

from caseload.models import Activity, Participant, Session, Win
from followups.models.attempts import ContactAttempt
from followups.models.followups import FollowUp, State


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, of which kind, and the row itself."""

    at: datetime
    kind: str
    row: Any

    @property
    def key(self) -> tuple[datetime, UUID]:
        """The place in the order; the id decides between things of the same moment."""
        return self.at, self.row.pk

    @property
    def cursor(self) -> str:
        """The place as an address carries it."""
        return f"{self.at.isoformat()}_{self.row.pk}"


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """The place in an address; None for the start or for what is none."""
    try:
        at, key = text.split("_")
        return datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None


def page(
    user: Any, participant: Participant, before: tuple[datetime, UUID] | None, size: int
) -> tuple[list[Entry], str]:
    """The newest `size` entries before that place, and the place to go on from (empty at the end).

    Four queries, however long the story: each table gives at most one page, by its index.
    """
    labels = Activity.objects.filter(
        pk__in=Session.activities.through.objects.filter(session=OuterRef(OuterRef("pk"))).values("activity")
    )
    sessions = (
        Session.objects.visible_to(user)
        .filter(participant=participant)
        .select_related("specialist", "next_step__followup")
        .annotate(activity_labels=ArraySubquery(labels.order_by("position").values("label")))
    )
    attempts = ContactAttempt.objects.visible_to(user).filter(participant=participant).select_related("outcome", "by")
    wins = Win.objects.visible_to(user).filter(participant=participant).select_related("recorded_by")
    decided = FollowUp.objects.visible_to(user).filter(participant=participant, state=State.NOT_NEEDED)
    entries = [
        *some(sessions, "session", "started_at", before, size),
        *some(attempts, "attempt", "at", before, size),
        *some(wins, "win", "recorded_at", before, size),
        *some(decided.select_related("closed_by"), "decision", "closed_at", before, size),
    ]
    entries.sort(key=lambda entry: entry.key, reverse=True)
    more = len(entries) > size
    return entries[:size], entries[size - 1].cursor if more else ""


def some(rows: QuerySet[Any], kind: str, moment: str, before: tuple[datetime, UUID] | None, size: int) -> list[Entry]:
    """One page of one table, and one more to know whether there is more."""
    if before is not None:
        at, key = before
        rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at}, pk__lt=key))
    ordered = rows.order_by(F(moment).desc(), "-pk")[: size + 1]
    return [Entry(getattr(row, moment), kind, row) for row in ordered]
