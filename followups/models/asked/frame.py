"""The frame around every page."""

from typing import Any

from django.db.models import Count, QuerySet, Value

from accounts.models import User
from accounts.prepared import prepared
from followups.models.reminders import Reminder


@prepared
def unread_counted(user: User) -> QuerySet[Any, Any]:
    """How many notices are not seen yet and still of use, in a row; no row where there are none."""
    waiting = Reminder.objects.visible_to(user).needed().unseen().order_by()
    return waiting.annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values_list("number")
