"""A team's working calendar, from its settings."""

from collections.abc import Iterable
from datetime import date

from accounts.models import Team
from followups.calendar import WorkingCalendar


def calendar_of(team: Team, closed: Iterable[date] | None = None) -> WorkingCalendar:
    """The pure calendar of a team, with these closed days or its own: one query, none if they are prefetched."""
    return WorkingCalendar(
        weekdays=frozenset(team.working_days),
        country=team.holiday_country,
        region=team.holiday_region,
        closed=frozenset((day.on for day in team.closed_days.all()) if closed is None else closed),
    )
