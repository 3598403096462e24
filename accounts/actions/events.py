"""Writing down who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import AuditEvent, User


def note(
    action: str, *, subject: Any = None, team_id: UUID | None = None, by: User | None, at: datetime, **facts: Any
) -> None:
    """Write one audit event in the caller's transaction. `facts` hold codes, dates and ids only."""
    AuditEvent.objects.create(
        action=action,
        at=at,
        by=by,
        team_id=team_id if team_id is not None else getattr(subject, "team_id", None),
        subject_type=type(subject).__name__ if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        facts=facts,
    )
