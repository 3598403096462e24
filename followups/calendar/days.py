"""Days, working days and ages, pure: no database, no clock. Rhythms and windows are beside it, in rhythms.py.

A *day* is a date in the team's time zone. Working days are the team's weekdays less public holidays
(package `holidays`) less the team's own closed days.
"""

import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays
from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
# A team closed for longer than this at a stretch has its calendar wrong; searching on would hang.
LONGEST_CLOSED_STRETCH = 60


def local_date(at: datetime, zone: str) -> date:
    """The calendar day it is at that moment (aware, any zone) in the named IANA zone."""
    return at.astimezone(zoneinfo.ZoneInfo(zone)).date()


def local_datetime(at: datetime, zone: str) -> datetime:
    """That moment (aware, any zone) on the clocks of the named IANA zone."""
    return at.astimezone(zoneinfo.ZoneInfo(zone))


def moment(on: date, clock: time, zone: str) -> datetime:
    """Local date and time to UTC. A time in the spring gap moves forward; in the repeated hour the first is taken."""
    local = datetime.combine(on, clock, tzinfo=zoneinfo.ZoneInfo(zone))
    return local.astimezone(UTC)


def midnight(on: date, zone: str) -> datetime:
    """The moment (UTC) at which that local day begins."""
    return moment(on, time(0, 0), zone)


@lru_cache(maxsize=4096)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166) and region in a year; an unknown region counts as none."""
    if not country:
        return frozenset()
    known = holidays.list_supported_countries()
    if country not in known:
        return frozenset()
    return frozenset(
        holidays.country_holidays(country, subdiv=region if region in known[country] else None, years=year)
    )


@dataclass(frozen=True)
class WorkingCalendar:
    """A team's working days: ISO weekdays, a country's and region's holidays, and its own closed days."""

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    country: str = ""
    region: str = ""
    closed: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, on: date) -> bool:
        """Whether the team works on that local day."""
        return (
            on.isoweekday() in self.weekdays
            and on not in self.closed
            and on not in public_holidays(self.country, self.region, on.year)
        )

    def next_working_day(self, on: date) -> date:
        """That day itself if the team works, else the first working day after it."""
        return self._seek(on, DAY)

    def previous_working_day(self, on: date) -> date:
        """That day itself if the team works, else the last working day before it."""
        return self._seek(on, -DAY)

    def add_working_days(self, on: date, count: int) -> date:
        """`count` working days after `on`; `on` itself is day 0 and need not be a working day."""
        for _step in range(count):
            on = self._seek(on + DAY, DAY)
        return on

    def due_before(self, today: date, count: int) -> date:
        """The latest day `on` for which `add_working_days(on, count)` is today or earlier."""
        on = today
        while self.add_working_days(on, count) > today:
            on -= DAY
        return on

    def move(self, on: date, rule: str) -> date:
        """Where a planned date goes by the team's rule for closed days: 'next', 'previous' or 'keep'."""
        if rule == "keep":
            return on
        return self.previous_working_day(on) if rule == "previous" else self.next_working_day(on)

    def _seek(self, on: date, step: timedelta) -> date:
        start = on
        for _try in range(LONGEST_CLOSED_STRETCH + 1):
            if self.is_working_day(on):
                return on
            on += step
        return start


def in_months(on: date, count: int) -> date:
    """The same day `count` months later; the month's last day where it has no such day."""
    return on + relativedelta(months=count)


def comes_round(on: date, today: date) -> date:
    """The next day from today on that is a year or years after a date; 29 February is kept on the 28th of others."""
    years = max(0, today.year - on.year)
    coming = in_months(on, 12 * years)
    return coming if coming >= today else in_months(on, 12 * (years + 1))
