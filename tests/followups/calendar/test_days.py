"""Days and working days: weekends, public holidays, days of a team's own, clock changes, ends of months."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.calendar import DAY, WorkingCalendar, in_months, local_date, midnight, moment
from followups.calendar.days import LONGEST_CLOSED_STRETCH
from tests.followups.calendar.examples import DAYS, ZONES, calendars

PLAIN = WorkingCalendar()


@pytest.mark.parametrize(
    ("contact", "closed", "two", "five"),
    [  # day 0 is the day of contact, weekends skipped
        ("2026-01-02", "", "2026-01-06", "2026-01-09"),
        ("2026-01-10", "", "2026-01-13", "2026-01-16"),
        ("2026-04-17", "", "2026-04-21", "2026-04-24"),
        ("2026-04-17", "2026-04-20", "2026-04-22", "2026-04-27"),
        ("2026-11-25", "", "2026-11-27", "2026-12-02"),
        ("2026-11-25", "2026-11-26", "2026-11-30", "2026-12-03"),
    ],
)
def test_working_days_after_a_contact(contact: str, closed: str, two: str, five: str) -> None:
    calendar = WorkingCalendar(closed=frozenset({date.fromisoformat(closed)} if closed else ()))
    day = date.fromisoformat(contact)

    assert calendar.add_working_days(day, 2).isoformat() == two
    assert calendar.add_working_days(day, 5).isoformat() == five


YEARS = range(2024, 2034)


def nth(year: int, month: int, weekday: int, count: int) -> date:
    """The count-th such ISO weekday of a month; counted from its end where negative."""
    days = [date(year, month, 1) + DAY * number for number in range(31)]
    fitting = [on for on in days if on.month == month and on.isoweekday() == weekday]
    return fitting[count - 1 if count > 0 else count]


def observed(on: date) -> date:
    """A federal holiday on a Saturday is kept on Friday, one on a Sunday on Monday (5 U.S.C. 6103)."""
    return on + {6: -DAY, 7: DAY}.get(on.isoweekday(), 0 * DAY)


def federal(year: int) -> set[date]:
    """The eleven federal holidays of a year, by the law's own arithmetic."""
    fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
    moving = [(1, 1, 3), (2, 1, 3), (5, 1, -1), (9, 1, 1), (10, 1, 2), (11, 4, 4)]
    return {observed(date(year, *day)) for day in fixed} | {nth(year, *rule) for rule in moving}


def closed_in(calendar: WorkingCalendar, year: int) -> set[date]:
    """Its closed days from Monday to Friday."""
    days = (date(year, 1, 1) + DAY * number for number in range(366))
    return {on for on in days if on.year == year and on.isoweekday() < 6 and not calendar.is_working_day(on)}


@pytest.mark.parametrize("year", YEARS)
def test_federal_holidays_over_ten_years(year: int) -> None:
    wanted = {on for on in federal(year) | federal(year + 1) if on.year == year}
    assert closed_in(WorkingCalendar(country="US"), year) == wanted


@pytest.mark.parametrize("year", YEARS)
def test_a_state_adds_its_own_and_a_team_its_own(year: int) -> None:
    patriots_day, staff_day = nth(year, 4, 1, 3), nth(year, 8, 3, 2)
    massachusetts = WorkingCalendar(country="US", region="MA", closed=frozenset({staff_day}))
    elsewhere = WorkingCalendar(country="US", region="IL")

    assert {patriots_day, staff_day} <= closed_in(massachusetts, year)
    assert not {patriots_day, staff_day} & closed_in(elsewhere, year)
    # Not every state keeps the Friday before a federal holiday that falls on a Saturday.
    not_kept = closed_in(WorkingCalendar(country="US"), year) - closed_in(massachusetts, year)
    assert {on.isoweekday() for on in not_kept} <= {5}
    assert closed_in(massachusetts, year) - closed_in(WorkingCalendar(country="US", region="MA"), year) == {staff_day}


def test_a_country_or_state_nobody_knows_has_no_holidays_of_its_own() -> None:
    assert closed_in(WorkingCalendar(country="XX"), 2026) == set()
    assert closed_in(WorkingCalendar(country="US", region="ZZ"), 2026) == closed_in(WorkingCalendar(country="US"), 2026)


def test_where_a_closed_day_goes() -> None:
    saturday = date(2026, 5, 9)
    assert PLAIN.move(saturday, "next") == date(2026, 5, 11)
    assert PLAIN.move(saturday, "previous") == date(2026, 5, 8)
    assert PLAIN.move(saturday, "keep") == saturday


def test_a_team_that_never_opens_does_not_hang_the_program() -> None:
    closed = WorkingCalendar(closed=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(400)))
    assert closed.next_working_day(date(2026, 2, 1)) == date(2026, 2, 1)


@pytest.mark.parametrize("length", [1, LONGEST_CLOSED_STRETCH])
def test_a_team_may_be_closed_for_two_months(length: int) -> None:
    first = date(2026, 6, 1)
    closed = WorkingCalendar(frozenset(range(1, 8)), closed=frozenset(first + DAY * number for number in range(length)))
    assert closed.next_working_day(first) == first + DAY * length
    assert closed.previous_working_day(first + DAY * (length - 1)) == first - DAY


@given(DAYS, st.integers(1, 30))
def test_the_cutoff_is_the_latest_day_whose_limit_has_come(today: date, count: int) -> None:
    cutoff = PLAIN.due_before(today, count)
    assert PLAIN.add_working_days(cutoff, count) <= today
    assert PLAIN.add_working_days(cutoff + DAY, count) > today


@given(DAYS)
def test_a_moved_date_is_a_working_day_and_the_nearest_one(on: date) -> None:
    calendar = WorkingCalendar(country="US", region="MA")
    after, before = calendar.move(on, "next"), calendar.move(on, "previous")
    assert calendar.is_working_day(after)
    assert calendar.is_working_day(before)
    assert before <= on <= after
    assert not any(calendar.is_working_day(before + DAY * number) for number in range(1, (after - before).days))


@given(calendars(), st.integers(-30, 300), st.integers(0, 20))
def test_so_many_working_days_after_is_that_many(calendar: WorkingCalendar, start: int, count: int) -> None:
    on = date(2026, 1, 1) + DAY * start
    end = calendar.add_working_days(on, count)
    passed = sum(calendar.is_working_day(on + DAY * number) for number in range(1, (end - on).days + 1))
    assert passed == count
    assert end == on or calendar.is_working_day(end)


@given(DAYS, st.integers(0, 60))
def test_a_month_later_is_the_same_day_or_the_last_of_its_month(on: date, count: int) -> None:
    later = in_months(on, count)
    assert (later.year - on.year) * 12 + later.month - on.month == count
    assert later.day == on.day or (later.day < on.day and (later + DAY).month != later.month)


def test_the_end_of_a_month_and_a_leap_day() -> None:
    assert in_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert in_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_clock_changes() -> None:
    zone = "America/New_York"
    # 02:30 does not exist on 8 March 2026 and moves forward; 01:30 exists twice on 1 November, the first is meant.
    assert moment(date(2026, 3, 8), time(2, 30), zone) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert moment(date(2026, 11, 1), time(1, 30), zone) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert midnight(date(2026, 3, 8), zone) == datetime(2026, 3, 8, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@given(on=DAYS)
def test_a_day_begins_at_its_midnight(zone: str, on: date) -> None:
    begins = midnight(on, zone)
    assert local_date(begins, zone) == on
    assert local_date(begins - timedelta(seconds=1), zone) == on - DAY
