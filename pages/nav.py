"""The menu and the frame around every page: one list decides what each role is shown."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.access import Permission, standing_of
from accounts.models import User
from followups.models.asked import frame as asked


@dataclass(frozen=True)
class Entry:
    """One entry of the menu: where it leads and whom it is for."""

    label: Any
    view: str
    permission: Permission
    icon: str
    also: tuple[str, ...] = ()


MENU = (
    Entry(_("Today"), "today", Permission.KEEP_FOLLOW_UPS, "calendar", ("decided", "week")),
    Entry(_("Overdue"), "overdue", Permission.SUPERVISE, "clock"),
    Entry(_("Participants"), "participants", Permission.READ_RECORDS, "people"),
    Entry(_("Groups"), "groups", Permission.READ_RECORDS, "people"),
    Entry(_("Notes"), "notes", Permission.READ_RECORDS, "note"),
    Entry(_("Waiting"), "waiting", Permission.SUPERVISE, "plus"),
    Entry(_("Talks"), "signals", Permission.READ_RECORDS, "text"),
    Entry(_("Staff"), "staff", Permission.RUN_ACCOUNTS, "people"),
    Entry(_("Teams"), "teams", Permission.RUN_ACCOUNTS, "note"),
    Entry(
        _("Lists"),
        "outcomes",
        Permission.RUN_ACCOUNTS,
        "check",
        ("add_outcome", "outcome", "activities", "hard_days", "word_hints"),
    ),
    Entry(_("Deliveries"), "deliveries", Permission.RUN_ACCOUNTS, "text"),
)


def entries_for(user: Any) -> list[Entry]:
    """What this person finds in the menu, in order; the first is their first page.

    A supervisor without a caseload begins with what is overdue, not with their own day.
    """
    standing = standing_of(user)
    entries = [entry for entry in MENU if standing.has(entry.permission)]
    if not standing.has(Permission.KEEP_A_CASELOAD):
        entries.sort(key=lambda entry: entry.view == "today")
    return entries


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: menu, unread notices, demo hint. Costs nothing on pages that do not show it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "demo_mode": settings.DEMO}
    here = getattr(request.resolver_match, "view_name", "")
    return {
        "nav": [
            {
                "label": entry.label,
                "url": reverse(entry.view),
                "icon": entry.icon,
                "is_current": here in (entry.view, *entry.also),
            }
            for entry in entries_for(user)
        ],
        "unread": SimpleLazyObject(lambda: unread(user)),
        "demo_mode": settings.DEMO,
    }


def unread(user: User) -> int:
    """How many notices wait for this person."""
    return sum(number for (number,) in asked.unread_counted(user))
