"""A team's working calendar, from its settings."""

from collections.abc import Iterable
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.models import Team, TeamClosedDay
from followups.calendar import WorkingCalendar


def closed_days_of(team: str) -> ArraySubquery:
    """The closed days of the team in that column, to be read with a row: for `calendar_of`."""
    return ArraySubquery(TeamClosedDay.objects.filter(team=OuterRef(team)).values("on"))


def calendar_of(team: Team, closed: Iterable[date] | None = None) -> WorkingCalendar:
    """The pure calendar of a team, with these closed days or its own: one query, none if they are prefetched."""
    return WorkingCalendar(
        weekdays=frozenset(team.working_days),
        country=team.holiday_country,
        region=team.holiday_region,
        closed=frozenset((day.on for day in team.closed_days.all()) if closed is None else closed),
    )
