from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.calendar import AGES, Rhythm, WorkingCalendar, age_of, in_months, local_date, midnight, moment, spread

PLAIN = WorkingCalendar()
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("contact", "closed", "two", "five"),
    [  # research/domain.md 1.2: day 0 is the day of contact, weekends skipped
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


def test_a_state_keeps_its_own_holidays() -> None:
    patriots_day = date(2026, 4, 20)
    assert not WorkingCalendar(country="US", region="MA").is_working_day(patriots_day)
    assert WorkingCalendar(country="US", region="IL").is_working_day(patriots_day)
    assert not WorkingCalendar(country="US").is_working_day(date(2026, 11, 26))


def test_where_a_closed_day_goes() -> None:
    saturday = date(2026, 5, 9)
    assert PLAIN.move(saturday, "next") == date(2026, 5, 11)
    assert PLAIN.move(saturday, "previous") == date(2026, 5, 8)
    assert PLAIN.move(saturday, "keep") == saturday


def test_a_team_that_never_opens_does_not_hang_the_program() -> None:
    closed = WorkingCalendar(closed=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(400)))
    assert closed.next_working_day(date(2026, 2, 1)) == date(2026, 2, 1)


@given(days, st.integers(1, 30))
def test_the_cutoff_is_the_latest_day_whose_limit_has_come(today: date, count: int) -> None:
    cutoff = PLAIN.due_before(today, count)
    assert PLAIN.add_working_days(cutoff, count) <= today
    assert PLAIN.add_working_days(cutoff + timedelta(days=1), count) > today


@given(days)
def test_a_moved_date_is_a_working_day(on: date) -> None:
    calendar = WorkingCalendar(country="US", region="MA")
    assert calendar.is_working_day(calendar.move(on, "next"))
    assert calendar.is_working_day(calendar.move(on, "previous"))


@given(
    st.sampled_from(["weekly", "every_two_weeks", "monthly", "every_n_days"]),
    days,
    st.integers(1, 60),
    st.frozensets(st.integers(1, 7), max_size=7),
    st.integers(0, 900),
)
def test_a_rhythm_gives_each_date_once_in_order_and_leaves_no_gap(
    kind: str, start: date, every: int, weekdays: frozenset[int], later: int
) -> None:
    rhythm = Rhythm(kind, start, every, weekdays)
    after = start + timedelta(days=later)
    dates = list(rhythm.dates(after, after + timedelta(days=120)))
    longest = {"weekly": 7, "every_two_weeks": 14, "monthly": 31}.get(kind, every) + (6 if weekdays else 0)

    assert dates == sorted(set(dates))
    assert all(on > after for on in dates)
    assert all(not weekdays or on.isoweekday() in weekdays for on in dates)
    gaps = [second - first for first, second in zip([after, *dates], dates, strict=False)]
    assert all(gap <= timedelta(days=longest) for gap in gaps)


@given(days, st.integers(1, 60), st.integers(0, 500), st.integers(0, 100))
def test_a_rhythm_does_not_depend_on_where_one_asks_from(start: date, every: int, first: int, further: int) -> None:
    rhythm = Rhythm("every_n_days", start, every)
    end = start + timedelta(days=700)
    from_first = list(rhythm.dates(start + timedelta(days=first), end))
    from_later = list(rhythm.dates(start + timedelta(days=first + further), end))

    assert [on for on in from_first if on > start + timedelta(days=first + further)] == from_later


def test_the_end_of_a_month_and_a_leap_day() -> None:
    assert in_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert in_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    monthly = Rhythm("monthly", date(2026, 1, 31)).dates(date(2026, 1, 30), date(2026, 5, 31))
    assert [on.isoformat() for on in monthly] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_clock_changes() -> None:
    zone = "America/New_York"
    # 02:30 does not exist on 8 March 2026 and moves forward; 01:30 exists twice on 1 November, the first is meant.
    assert moment(date(2026, 3, 8), time(2, 30), zone) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert moment(date(2026, 11, 1), time(1, 30), zone) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert midnight(date(2026, 3, 8), zone) == datetime(2026, 3, 8, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Asia/Kolkata"])
@given(on=days)
def test_a_day_begins_at_its_midnight(zone: str, on: date) -> None:
    begins = midnight(on, zone)
    assert local_date(begins, zone) == on
    assert local_date(begins - timedelta(seconds=1), zone) == on - timedelta(days=1)


@given(st.integers(-10, 400))
def test_every_overdue_day_has_one_column(count: int) -> None:
    assert sum(age.holds(count) for age in AGES) == (1 if count > 0 else 0)
    assert (age_of(count) is None) == (count < 1)


def test_counts_are_spread_over_the_columns() -> None:
    assert spread([(1, 2), (3, 1), (4, 5), (15, 1), (400, 1), (0, 9)]) == {"1-3": 3, "4-7": 5, "8-14": 0, "15": 2}
