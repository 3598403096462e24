"""Windows after an event, and quiet hours over midnight and over both clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from followups.calendar import (
    DAY,
    Window,
    hours_24_to_72,
    is_quiet,
    local_datetime,
    quiet_ends,
    window_after,
)
from tests.followups.calendar.examples import DAYS, ZONES, calendars

MINUTE = timedelta(minutes=1)
EVENING, MORNING = time(21, 0), time(8, 0)
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("event", "days", "counts_day_zero", "first", "last"),
    [  # after a stay the day of discharge does not count; after an emergency visit its day does
        ("2026-02-26", 7, False, "2026-02-27", "2026-03-05"),
        ("2026-02-26", 30, False, "2026-02-27", "2026-03-28"),
        ("2026-02-26", 7, True, "2026-02-26", "2026-03-05"),
        ("2026-02-26", 30, True, "2026-02-26", "2026-03-28"),
        ("2026-03-01", 7, False, "2026-03-02", "2026-03-08"),
        ("2026-03-01", 30, False, "2026-03-02", "2026-03-31"),
        ("2026-03-01", 7, True, "2026-03-01", "2026-03-08"),
        ("2026-03-01", 30, True, "2026-03-01", "2026-03-31"),
        ("2024-02-28", 7, False, "2024-02-29", "2024-03-06"),
    ],
)
def test_windows_after_a_discharge(event: str, days: int, counts_day_zero: bool, first: str, last: str) -> None:
    window = window_after(date.fromisoformat(event), days, counts_day_zero=counts_day_zero)
    assert (window.first.isoformat(), window.last.isoformat()) == (first, last)


def test_one_to_three_days_after_a_setback() -> None:
    assert hours_24_to_72(date(2026, 2, 26)) == Window(date(2026, 2, 27), date(2026, 3, 1))


@given(st.data(), DAYS, st.integers(1, 40), st.booleans(), st.integers(-5, 50))
def test_a_day_in_a_window_is_in_it_and_worked_where_it_can_be(
    data: st.DataObject, event: date, days: int, counts_day_zero: bool, later: int
) -> None:
    calendar, today = data.draw(calendars(around=event)), event + DAY * later
    window = window_after(event, days, counts_day_zero=counts_day_zero)
    left = [window.first + DAY * number for number in range((window.last - window.first).days + 1)]
    left = [on for on in left if on >= today]
    worked = [on for on in left if calendar.is_working_day(on)]

    if not left:
        assert window.day_in(calendar, today) == calendar.next_working_day(today)
        assert window.last_day_in(calendar, today) == calendar.next_working_day(today)
    else:
        assert window.day_in(calendar, today) == (worked[0] if worked else window.last)
        assert window.last_day_in(calendar, today) == (worked[-1] if worked else window.last)


def at_utc(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}+00:00")


@pytest.mark.parametrize(
    ("at", "quiet"),
    [  # New York is five hours behind in winter
        (at_utc("2026-01-15", "01:59"), False),
        (at_utc("2026-01-15", "02:00"), True),
        (at_utc("2026-01-15", "05:00"), True),
        (at_utc("2026-01-15", "12:59"), True),
        (at_utc("2026-01-15", "13:00"), False),
        # the night that is an hour short, and the one that is an hour long
        (at_utc("2026-03-08", "11:59"), True),
        (at_utc("2026-03-08", "12:00"), False),
        (at_utc("2026-11-01", "12:59"), True),
        (at_utc("2026-11-01", "13:00"), False),
    ],
)
def test_quiet_over_midnight_and_over_both_clock_changes(at: datetime, quiet: bool) -> None:
    assert is_quiet(at, NEW_YORK, EVENING, MORNING) == quiet


def test_hours_that_end_in_the_hour_that_does_not_exist() -> None:
    # 02:30 moves forward to 03:30 on 8 March: until then it stays quiet.
    begins, ends = time(22, 0), time(2, 30)
    leaves = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert quiet_ends(at_utc("2026-03-08", "06:30"), NEW_YORK, ends) == leaves
    assert is_quiet(leaves - MINUTE, NEW_YORK, begins, ends)
    assert not is_quiet(leaves, NEW_YORK, begins, ends)


def test_hours_that_end_in_the_hour_that_comes_twice() -> None:
    # 01:30 comes twice on 1 November: quiet ends at the first, and does not begin again.
    begins, ends = time(22, 0), time(1, 30)
    leaves = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert quiet_ends(at_utc("2026-11-01", "05:00"), NEW_YORK, ends) == leaves
    assert is_quiet(leaves - MINUTE, NEW_YORK, begins, ends)
    assert not any(is_quiet(leaves + MINUTE * number, NEW_YORK, begins, ends) for number in range(0, 600, 5))


def test_equal_times_mean_no_quiet_hours() -> None:
    assert not any(is_quiet(at_utc("2026-05-06", f"{hour:02}:00"), NEW_YORK, time(9), time(9)) for hour in range(24))


def loud_minutes(begins: time, ends: time) -> int:
    """How long the day between two nights is."""
    return ((begins.hour - ends.hour) * 60 + begins.minute - ends.minute) % (24 * 60)


# Nights of clock changes come often, so that the properties meet them.
CHANGES = [(2026, 3, 8), (2026, 11, 1), (2026, 3, 29), (2026, 10, 25), (2026, 4, 5), (2026, 10, 4), (2026, 4, 24)]
NIGHTS = st.one_of(st.sampled_from([date(*change) for change in CHANGES]), DAYS)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@pytest.mark.parametrize("zone", ZONES)
@given(NIGHTS, st.integers(-18 * 60, 30 * 60), CLOCKS, CLOCKS)
def test_quiet_hours_end_once_and_nothing_before_is_loud(
    zone: str, night: date, minutes: int, begins: time, ends: time
) -> None:
    # A team that leaves less than three hours of the day loud is not one whose hours we serve.
    assume(begins != ends and loud_minutes(begins, ends) >= 180)
    at = datetime.combine(night, time(), tzinfo=UTC) + MINUTE * minutes
    assume(is_quiet(at, zone, begins, ends))
    over = quiet_ends(at, zone, ends)

    assert over > at
    assert not is_quiet(over, zone, begins, ends)
    step = 5 * MINUTE
    assert all(is_quiet(at + step * number, zone, begins, ends) for number in range(int((over - at) / step)))
    assert is_quiet(over - MINUTE, zone, begins, ends)


@pytest.mark.parametrize("zone", ZONES)
@given(DAYS, CLOCKS, CLOCKS, CLOCKS)
def test_away_from_clock_changes_the_clock_on_the_wall_decides(
    zone: str, on: date, clock: time, begins: time, ends: time
) -> None:
    at = datetime.combine(on, clock, tzinfo=UTC)
    local = local_datetime(at, zone)
    assume(local_datetime(at - 2 * DAY, zone).utcoffset() == local_datetime(at + 2 * DAY, zone).utcoffset())
    wall = local.time()
    over_night = wall >= begins or wall < ends
    assert is_quiet(at, zone, begins, ends) == (begins <= wall < ends if begins <= ends else over_night)
