"""Rhythms, and where their dates fall: no date twice, none before today, no gap nobody agreed to."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.calendar import DAY, FAR, Planned, Rhythm, WorkingCalendar, laid_out, placed
from tests.followups.calendar.examples import DAYS, KINDS, RULES, calendars, longest_closed_stretch

MONDAY = date(2026, 1, 12)
# The longest step of each kind.
LONGEST = {"weekly": 7, "every_two_weeks": 14, "monthly": 31, "weekly_12": 7, "step_down": 31}


def test_the_end_of_a_month_and_of_a_leap_february() -> None:
    monthly = Rhythm("monthly", date(2026, 1, 31)).dates(date(2026, 1, 30), date(2026, 5, 31))
    assert [on.isoformat() for on in monthly] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    leap = list(Rhythm("monthly", date(2024, 1, 29)).dates(date(2024, 1, 29), date(2025, 3, 31)))
    assert leap[0] == date(2024, 2, 29)
    assert leap[-2:] == [date(2025, 2, 28), date(2025, 3, 29)]


def test_stepping_down_as_in_telephone_continuing_care() -> None:
    # research vector: enrolled on Monday 5 January 2026, first contact a week later
    rhythm = Rhythm("step_down", MONDAY)
    dates = list(rhythm.dates(MONDAY - DAY, date(2027, 5, 31)))
    weekly, two_weekly, monthly = dates[:12], dates[12:32], dates[32:]

    assert (weekly[0], weekly[-1]) == (date(2026, 1, 12), date(2026, 3, 30))
    assert {second - first for first, second in pairwise(weekly)} == {7 * DAY}
    assert (two_weekly[0], two_weekly[-1]) == (date(2026, 4, 13), date(2027, 1, 4))
    assert {second - first for first, second in pairwise(two_weekly)} == {14 * DAY}
    assert monthly == [date(2027, month, 4) for month in (2, 3, 4, 5)]
    assert rhythm.last is None


def test_twelve_weeks_and_then_asking() -> None:
    rhythm = Rhythm("weekly_12", MONDAY)
    dates = list(rhythm.dates(MONDAY - DAY, MONDAY + FAR))
    assert dates == [MONDAY + 7 * DAY * number for number in range(12)]
    assert rhythm.last == dates[-1]
    assert list(rhythm.dates(dates[-1], MONDAY + FAR)) == []


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    """Any rhythm that can be agreed on."""
    weekdays = draw(st.frozensets(st.integers(1, 7), max_size=7))
    return Rhythm(draw(st.sampled_from(KINDS)), draw(DAYS), draw(st.integers(1, 60)), weekdays)


def longest(rhythm: Rhythm) -> int:
    """The most days between two of its dates."""
    return LONGEST.get(rhythm.kind, rhythm.every) + (6 if rhythm.weekdays else 0)


@given(rhythms(), st.integers(0, 900))
def test_each_date_once_in_order_on_its_weekdays_and_without_a_gap(rhythm: Rhythm, later: int) -> None:
    after = rhythm.start + DAY * later
    dates = list(rhythm.dates(after, after + 120 * DAY))

    assert dates == sorted(set(dates))
    assert all(on > after for on in dates)
    assert all(not rhythm.weekdays or on.isoweekday() in rhythm.weekdays for on in dates)
    assert all(second - first <= longest(rhythm) * DAY for first, second in pairwise([after, *dates]))


@given(rhythms(), st.integers(0, 900), st.integers(0, 200))
def test_where_one_asks_from_changes_no_date(rhythm: Rhythm, first: int, further: int) -> None:
    end = rhythm.start + 1300 * DAY
    after, later = rhythm.start + DAY * first, rhythm.start + DAY * (first + further)
    assert [on for on in rhythm.dates(after, end) if on > later] == list(rhythm.dates(later, end))


@given(rhythms())
def test_a_rhythm_ends_with_its_last_date_or_never(rhythm: Rhythm) -> None:
    dates = list(rhythm.dates(rhythm.start - DAY, rhythm.start + FAR))
    goes_on = next(rhythm.dates(rhythm.start + FAR, rhythm.start + 2 * FAR), None) is not None
    assert rhythm.last == (None if goes_on else dates[-1])


@st.composite
def plans(draw: st.DrawFn) -> tuple[Rhythm, WorkingCalendar, date]:
    """A rhythm, a team, and a day from which it is laid out."""
    rhythm = draw(rhythms())
    today = rhythm.start + DAY * draw(st.integers(0, 600))
    return rhythm, draw(calendars(around=today)), today


def lay_out(rhythm: Rhythm, calendar: WorkingCalendar, rule: str, today: date, taken: frozenset[date]) -> list[Planned]:
    dates = rhythm.dates(today - DAY, today + 300 * DAY)
    return list(laid_out(dates, calendar=calendar, rule=rule, today=today, taken=taken))


@pytest.mark.parametrize("rule", RULES)
@given(plans(), st.frozensets(st.integers(0, 300), max_size=10))
def test_one_contact_a_day_on_working_days_and_none_in_the_past(
    rule: str, plan: tuple[Rhythm, WorkingCalendar, date], taken: frozenset[int]
) -> None:
    rhythm, calendar, today = plan
    has_one = frozenset(today + DAY * number for number in taken)
    rows = lay_out(rhythm, calendar, rule, today, has_one)
    meant, due = [row.planned_on for row in rows], [row.due_on for row in rows]

    assert meant == sorted(set(meant)), "a date of the plan was used twice"
    assert due == sorted(set(due)), "two contacts on one day, or out of order"
    assert not has_one & set(due)
    assert all(on >= today for on in due)
    assert rule == "keep" or all(calendar.is_working_day(on) for on in due)
    assert set(meant) <= set(rhythm.dates(today - DAY, today + 300 * DAY))


@pytest.mark.parametrize("rule", RULES)
@given(plans(), st.frozensets(st.integers(0, 300), max_size=10))
def test_no_gap_is_longer_than_the_rhythm_and_the_longest_closed_stretch(
    rule: str, plan: tuple[Rhythm, WorkingCalendar, date], taken: frozenset[int]
) -> None:
    rhythm, calendar, today = plan
    has_one = frozenset(today + DAY * number for number in taken)
    contacts = sorted({row.due_on for row in lay_out(rhythm, calendar, rule, today, has_one)} | has_one)
    end = min(today + 300 * DAY, rhythm.last or today + 300 * DAY)
    stretch = 0 if rule == "keep" else longest_closed_stretch(calendar, today - 60 * DAY, today + 400 * DAY)
    most = timedelta(days=longest(rhythm) + stretch)
    within = [today - DAY, *(on for on in contacts if on <= end)]

    assert all(second - first <= most for first, second in pairwise(within))
    assert end - within[-1] <= most


@pytest.mark.parametrize("rule", RULES)
@given(plans())
def test_every_date_of_a_rhythm_is_kept_within_the_closed_stretch_it_falls_in(
    rule: str, plan: tuple[Rhythm, WorkingCalendar, date]
) -> None:
    rhythm, calendar, today = plan
    due = {row.due_on for row in lay_out(rhythm, calendar, rule, today, frozenset())}
    for on in rhythm.dates(today - DAY, today + 300 * DAY):
        kept = placed(on, calendar=calendar, rule=rule, today=today)
        assert kept in due
        low, high = sorted((on, kept))
        between = [low + DAY * number for number in range((high - low).days + 1)]
        assert all(not calendar.is_working_day(day) for day in between if day != kept)


@pytest.mark.parametrize("rule", RULES)
@given(calendars(), st.integers(-60, 300), st.integers(0, 300))
def test_a_date_is_never_placed_before_today(rule: str, calendar: WorkingCalendar, meant: int, later: int) -> None:
    on, today = date(2026, 1, 1) + DAY * meant, date(2026, 1, 1) + DAY * later
    due_on = placed(on, calendar=calendar, rule=rule, today=today)
    assert due_on >= today
    assert rule == "keep" or calendar.is_working_day(due_on)
