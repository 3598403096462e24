"""Every date rule, pure: dates, working days, rhythms, ages. No database, no clock.

A *day* is a date in the team's time zone. Working days are the team's weekdays less public holidays
(package `holidays`) less the team's own closed days.
"""

import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays
from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
# Further than any next date lies.
FAR = timedelta(days=2 * 366)
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
        for _try in range(LONGEST_CLOSED_STRETCH):
            if self.is_working_day(on):
                return on
            on += step
        return start


def in_months(on: date, count: int) -> date:
    """The same day `count` months later; the month's last day where it has no such day."""
    return on + relativedelta(months=count)


@dataclass(frozen=True)
class Rhythm:
    """How often: 'weekly', 'every_two_weeks', 'monthly', or 'every_n_days' with `every`, on given ISO weekdays.

    Dates are counted from `start`, not from the last contact, so that one late contact does not shift all.
    Weekdays given: the day moves forward to the first of them; never so far that it passes the next date.
    """

    kind: str
    start: date
    every: int = 7
    weekdays: frozenset[int] = frozenset()

    def dates(self, after: date, until: date) -> Iterator[date]:
        """The rhythm's dates later than `after`, up to and including `until`, each once."""
        index, last = self._index_before(after), after
        while True:
            on = self._on_weekday(self._nth(index))
            if on > until:
                return
            if on > last:
                yield on
                last = on
            index += 1

    def _nth(self, index: int) -> date:
        if self.kind == "monthly":
            return in_months(self.start, index)
        return self.start + self._step() * index

    def _step(self) -> timedelta:
        days = {"weekly": 7, "every_two_weeks": 14}.get(self.kind, self.every)
        return timedelta(days=max(1, days))

    def _index_before(self, after: date) -> int:
        """An index safely at or before the first date later than `after`, without walking there."""
        if after <= self.start:
            return 0
        if self.kind == "monthly":
            months = (after.year - self.start.year) * 12 + after.month - self.start.month
            return max(0, months - 1)
        return max(0, (after - self.start).days // self._step().days - 7)

    def _on_weekday(self, on: date) -> date:
        if not self.weekdays:
            return on
        while on.isoweekday() not in self.weekdays:
            on += DAY
        return on


@dataclass(frozen=True)
class Age:
    """A column of the overdue board: days overdue from `first` to `last` inclusive; the last has no end."""

    code: str
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        """Whether something that many days overdue belongs here."""
        return self.first <= days and (self.last is None or days <= self.last)


AGES = (Age("1-3", 1, 3), Age("4-7", 4, 7), Age("8-14", 8, 14), Age("15", 15, None))


def age_of(days: int) -> Age | None:
    """The board's column for that many days overdue; None when it is not overdue."""
    return next((age for age in AGES if age.holds(days)), None)


def spread(counts: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Sum (days overdue, count) pairs into the board's columns."""
    columns = {age.code: 0 for age in AGES}
    for days, count in counts:
        age = age_of(days)
        if age is not None:
            columns[age.code] += count
    return columns
