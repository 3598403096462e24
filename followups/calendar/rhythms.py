"""How often: rhythms, and where their dates fall once closed days are passed over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from followups.calendar.days import DAY, WorkingCalendar, in_months

# Further than any next date of a rhythm lies.
FAR = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Stage:
    """A stretch of a rhythm: contacts so many days or months apart; `count` of them, or without end."""

    days: int = 0
    months: int = 0
    count: int | None = None

    def nth(self, anchor: date, index: int) -> date:
        """The date `index` steps after the anchor; the month's last day where it has no such day."""
        return in_months(anchor, self.months * index) if self.months else anchor + timedelta(days=self.days) * index

    def index_before(self, anchor: date, after: date) -> int:
        """An index safely before the first date later than `after`, without walking there."""
        if after <= anchor:
            return 0
        if self.months:
            months = (after.year - anchor.year) * 12 + after.month - anchor.month
            return max(0, months // self.months - 1)
        return max(0, (after - anchor).days // self.days - 7)


# Step-down as in telephone continuing care: weekly for three months, every two weeks up to a year, then monthly.
# Weekly for twelve weeks and then asking whether to go on is how recovery phone support is commonly done.
STAGES = {
    "weekly": (Stage(days=7),),
    "every_two_weeks": (Stage(days=14),),
    "monthly": (Stage(months=1),),
    "weekly_12": (Stage(days=7, count=12),),
    "step_down": (Stage(days=7, count=12), Stage(days=14, count=20), Stage(months=1)),
}


@dataclass(frozen=True)
class Rhythm:
    """How often: a key of STAGES, or 'every_n_days' with `every`; on given ISO weekdays only, if it matters.

    Dates are counted from `start`, not from the last contact, so that one late contact does not shift all.
    Weekdays given: the day moves forward to the first of them; two dates that meet so become one.
    """

    kind: str
    start: date
    every: int = 7
    weekdays: frozenset[int] = frozenset()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stretches it is made of."""
        return STAGES.get(self.kind) or (Stage(days=max(1, self.every)),)

    @property
    def last(self) -> date | None:
        """The last date of a rhythm that comes to an end; None for one that goes on."""
        anchor, first = self.start, 0
        for stage in self.stages:
            if stage.count is None:
                return None
            anchor, first = stage.nth(anchor, first + stage.count - 1), 1
        return self._on_weekday(anchor)

    def dates(self, after: date, until: date) -> Iterator[date]:
        """The rhythm's dates later than `after`, up to and including `until`, each once."""
        last = after
        for on in self._all(after):
            on = self._on_weekday(on)
            if on > until:
                return
            if on > last:
                yield on
                last = on

    def _all(self, after: date) -> Iterator[date]:
        """Its dates from a little before `after` on; each stage is counted from the last date before it."""
        anchor, first = self.start, 0
        for stage in self.stages:
            index = max(first, stage.index_before(anchor, after))
            end = None if stage.count is None else first + stage.count
            while end is None or index < end:
                yield stage.nth(anchor, index)
                index += 1
            anchor, first = stage.nth(anchor, end - 1), 1

    def _on_weekday(self, on: date) -> date:
        while self.weekdays and on.isoweekday() not in self.weekdays:
            on += DAY
        return on


@dataclass(frozen=True)
class Planned:
    """One date of a plan: the one first meant, and the one it falls on once closed days are passed over."""

    planned_on: date
    due_on: date


def placed(on: date, *, calendar: WorkingCalendar, rule: str, today: date) -> date:
    """Where a planned date falls by the team's rule; never before today."""
    due_on = calendar.move(on, rule)
    if due_on >= today:
        return due_on
    return today if rule == "keep" else calendar.next_working_day(today)


def laid_out(
    dates: Iterator[date], *, calendar: WorkingCalendar, rule: str, today: date, taken: Collection[date] = ()
) -> Iterator[Planned]:
    """The dates moved off closed days, one contact a day at most; days in `taken` have theirs already."""
    used = set(taken)
    for on in dates:
        due_on = placed(on, calendar=calendar, rule=rule, today=today)
        if due_on not in used:
            used.add(due_on)
            yield Planned(on, due_on)
