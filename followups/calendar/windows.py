"""Within which days or hours: windows after an event, quiet hours."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from followups.calendar.days import DAY, WorkingCalendar, local_datetime, moment
from followups.calendar.rhythms import placed


@dataclass(frozen=True)
class Window:
    """Local days within which somebody is to be reached, both included."""

    first: date
    last: date

    def day_in(self, calendar: WorkingCalendar, today: date) -> date:
        """The first working day in it from today on; where the team is closed all through, its last day.

        A window is a promise to a person: it is not left because the office is closed.
        """
        if today > self.last:
            return calendar.next_working_day(today)
        on = calendar.next_working_day(max(self.first, today))
        return on if on <= self.last else self.last

    def last_day_in(self, calendar: WorkingCalendar, today: date) -> date:
        """Its last working day from today on; its last day where the team is closed all through."""
        if today > self.last:
            return calendar.next_working_day(today)
        on = calendar.previous_working_day(self.last)
        return on if on >= max(self.first, today) else self.last


def window_after(event: date, days: int, *, counts_day_zero: bool) -> Window:
    """The days up to `days` after an event.

    HEDIS: after a psychiatric inpatient stay (FUH) the day of discharge does not count; after an emergency
    visit (FUA, FUM) the day of the visit does. For stays for substance use (FUI) the rule is unconfirmed and
    handled like FUH, which is the stricter.
    """
    return Window(event if counts_day_zero else event + DAY, event + timedelta(days=days))


def hours_24_to_72(event: date) -> Window:
    """The first contact after a setback: one to three days later (practice of post-overdose outreach teams)."""
    return Window(event + DAY, event + 3 * DAY)


def is_quiet(at: datetime, zone: str, begins: time, ends: time) -> bool:
    """Whether that moment lies in the team's quiet hours; equal times mean there are none.

    They go from one moment to another, so that a night in which the clocks change has one beginning and one end.
    """
    today = local_datetime(at, zone).date()
    over_midnight = DAY if begins > ends else timedelta()
    return any(
        moment(day, begins, zone) <= at < moment(day + over_midnight, ends, zone) for day in (today - DAY, today)
    )


def quiet_ends(at: datetime, zone: str, ends: time) -> datetime:
    """The next moment (UTC) at which quiet hours end."""
    today = local_datetime(at, zone).date()
    first = moment(today, ends, zone)
    return first if first > at else moment(today + DAY, ends, zone)


@dataclass(frozen=True)
class CloserDate:
    """One contact of a closer rhythm: the day meant, the day it falls on, and the last day of its window."""

    planned_on: date
    due_on: date
    latest_on: date | None = None


def after_setback(event: date, *, calendar: WorkingCalendar, rule: str, today: date) -> list[CloserDate]:
    """Within 24 to 72 hours, then weekly for four weeks."""
    window = hours_24_to_72(event)
    first = window.day_in(calendar, today)
    dates = [CloserDate(first, first, window.last if first <= window.last else None)]
    weeks = (first + timedelta(weeks=week) for week in range(1, 5))
    return dates + [CloserDate(on, placed(on, calendar=calendar, rule=rule, today=today)) for on in weeks]


def after_discharge(event: date, *, counts_day_zero: bool, calendar: WorkingCalendar, today: date) -> list[CloserDate]:
    """Once soon, within seven days where they are not over, and once at the end of thirty, where those are not."""
    week, month = (window_after(event, days, counts_day_zero=counts_day_zero) for days in (7, 30))
    soon = week.day_in(calendar, today)
    found = {soon: CloserDate(soon, soon, week.last if soon <= week.last else None)}
    if today <= month.last:
        on = month.last_day_in(calendar, today)
        found.setdefault(on, CloserDate(on, on, month.last))
    return list(found.values())
