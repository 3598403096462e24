"""A team's working calendar, from its settings."""

from accounts.models import Team
from followups.calendar import WorkingCalendar


def calendar_of(team: Team) -> WorkingCalendar:
    """The pure calendar of a team; one query for its own closed days, none if they are prefetched."""
    return WorkingCalendar(
        weekdays=frozenset(team.working_days),
        country=team.holiday_country,
        region=team.holiday_region,
        closed=frozenset(day.on for day in team.closed_days.all()),
    )
