"""Days, teams and zones that the properties are tried on."""

from datetime import date, timedelta

from hypothesis import strategies as st

from followups.calendar import DAY, WorkingCalendar

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
RULES = ("next", "previous", "keep")
KINDS = ("weekly", "every_two_weeks", "monthly", "every_n_days", "weekly_12", "step_down")
# Twelve hours and more to either side, half hours, three quarters, a change of half an hour, and changes at midnight.
ZONES = (
    "Pacific/Kiritimati",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Europe/Berlin",
    "UTC",
    "America/St_Johns",
    "America/New_York",
    "America/Havana",
    "Etc/GMT+12",
)


@st.composite
def calendars(draw: st.DrawFn, around: date = date(2026, 1, 1)) -> WorkingCalendar:
    """A team with any working days and holidays, closed for up to six weeks somewhere near that day."""
    begins = around + timedelta(days=draw(st.integers(-60, 400)))
    closed = {begins + DAY * number for number in range(draw(st.integers(0, 42)))}
    closed |= draw(st.frozensets(st.dates(around - 60 * DAY, around + 400 * DAY), max_size=8))
    return WorkingCalendar(
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1)),
        country=draw(st.sampled_from(["", "US"])),
        region=draw(st.sampled_from(["", "MA", "TX"])),
        closed=frozenset(closed),
    )


def longest_closed_stretch(calendar: WorkingCalendar, first: date, last: date) -> int:
    """The most closed days in a row between two days."""
    longest = run = 0
    for number in range((last - first).days + 1):
        run = 0 if calendar.is_working_day(first + DAY * number) else run + 1
        longest = max(longest, run)
    return longest
