"""Quick choices for the next date, each shown with the day it really means."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team
from followups.models.calendars import calendar_of

QUICK = (
    ("tomorrow", gettext_lazy("Tomorrow"), 1),
    ("3_days", gettext_lazy("In 3 days"), 3),
    ("week", gettext_lazy("In a week"), 7),
    ("two_weeks", gettext_lazy("In two weeks"), 14),
)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class QuickDate:
    """One choice: the day meant, and the day it becomes by the team's rule for closed days."""

    code: str
    label: Any
    planned_on: date
    due_on: date

    @property
    def words(self) -> str:
        """The choice as it is read: what, and which day that is."""
        label = _("Next working day") if self.code == "tomorrow" and self.why_here else self.label
        return f"{label} · {formats.date_format(self.due_on, 'D j M')}"

    @property
    def why_here(self) -> str:
        """Why the day is not the one meant; empty if it is."""
        if self.due_on == self.planned_on:
            return ""
        return _("moved from %(day)s, a day the team is closed") % {"day": formats.date_format(self.planned_on, "j M")}


def quick_dates(team: Team, today: date) -> list[QuickDate]:
    """The quick choices counted from the team's today, moved off its closed days, never back to today; no day twice."""
    calendar = calendar_of(team)
    dates: list[QuickDate] = []
    for code, label, days in QUICK:
        on = today + timedelta(days=days)
        due_on = calendar.move(on, team.closed_day_rule)
        quick = QuickDate(code, label, on, due_on if due_on > today else calendar.next_working_day(on))
        if quick.due_on not in {earlier.due_on for earlier in dates}:
            dates.append(quick)
    return dates
