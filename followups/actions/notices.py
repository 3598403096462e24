"""In-app notices."""

from datetime import datetime

from accounts.models import User
from followups.models import Reminder


def mark_seen(*, by: User, at: datetime) -> int:
    """Mark everything this person has been told as seen; returns how much it was."""
    return Reminder.objects.filter(recipient=by, seen_at=None).update(seen_at=at)
