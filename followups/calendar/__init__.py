"""Every date rule of the program, pure: no database, no clock. Dates are local days in the team's time zone."""

from followups.calendar.ages import AGES, Age, age_of, spread
from followups.calendar.days import (
    DAY,
    WorkingCalendar,
    comes_round,
    in_months,
    local_date,
    local_datetime,
    midnight,
    moment,
)
from followups.calendar.rhythms import FAR, Planned, Rhythm, laid_out, placed
from followups.calendar.windows import (
    CloserDate,
    Window,
    after_discharge,
    after_setback,
    hours_24_to_72,
    is_quiet,
    quiet_ends,
    window_after,
)

__all__ = [
    "AGES",
    "DAY",
    "FAR",
    "Age",
    "CloserDate",
    "Planned",
    "Rhythm",
    "Window",
    "WorkingCalendar",
    "after_discharge",
    "after_setback",
    "age_of",
    "comes_round",
    "hours_24_to_72",
    "in_months",
    "is_quiet",
    "laid_out",
    "local_date",
    "local_datetime",
    "midnight",
    "moment",
    "placed",
    "quiet_ends",
    "spread",
    "window_after",
]
