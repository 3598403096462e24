"""In-app notices."""

from datetime import datetime

from accounts.models import User
from followups.models import Reminder


def mark_seen(*, until: datetime, by: User, at: datetime) -> int:
    """Mark what this person has been told until that moment as seen; returns how much it was.

    What came while the page was open is still new.
    """
    return Reminder.objects.filter(recipient=by, seen_at=None, created_at__lte=until).update(seen_at=at)
