"""Overdue from 00:00 of the day after, on the clocks of the team, as PostgreSQL works it out."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings

from accounts.models import Team
from followups.calendar import DAY, local_date, midnight
from followups.models import FollowUp
from tests import factories
from tests.followups.calendar.examples import DAYS, ZONES

TICK = timedelta(microseconds=1)
# Both clock changes of each hemisphere and of zones that change at midnight, year ends, leap days, ends of months.
EDGES = [
    *((2026, 3, day) for day in (7, 8, 28, 29, 30)),
    *((2026, 4, day) for day in (4, 5, 23, 24)),
    *((2026, 9, day) for day in (26, 27)),
    *((2026, 10, day) for day in (3, 4, 24, 25, 29, 30, 31)),
    *((2026, 11, day) for day in (1, 30)),
    *((2025, 12, 31), (2026, 1, 1), (2027, 12, 31)),
    *((2024, 2, 28), (2024, 2, 29), (2024, 3, 1), (2025, 2, 28), (2028, 2, 29)),
]


@pytest.fixture
def owed(db: None):
    """One follow-up in a team whose zone can be changed."""
    return factories.FollowUpFactory()


def is_overdue(owed: FollowUp, zone: str, due_on: date, at: datetime) -> bool:
    """What the database answers for that zone, date and moment."""
    Team.objects.filter(pk=owed.team_id).update(time_zone=zone)
    FollowUp.objects.filter(pk=owed.pk).update(due_on=due_on)
    return FollowUp.objects.overdue(at).exists()


def changes_at_the_right_moment(owed: FollowUp, zone: str, due_on: date) -> None:
    begins = midnight(due_on + DAY, zone)
    assert local_date(begins - TICK, zone) == due_on
    assert not is_overdue(owed, zone, due_on, begins - TICK)
    assert is_overdue(owed, zone, due_on, begins)


@pytest.mark.parametrize("zone", ZONES)
def test_at_the_edges_of_the_year(owed: FollowUp, zone: str) -> None:
    for edge in EDGES:
        changes_at_the_right_moment(owed, zone, date(*edge))


@pytest.mark.parametrize("zone", ZONES)
def test_on_any_day(owed: FollowUp, zone: str) -> None:
    @settings(max_examples=settings.default.max_examples // 5)
    @given(DAYS)
    def on_that_day(due_on: date) -> None:
        changes_at_the_right_moment(owed, zone, due_on)

    on_that_day()


@pytest.mark.parametrize("zone", ZONES)
def test_days_overdue_are_counted_on_the_same_clocks(owed: FollowUp, zone: str) -> None:
    due_on = date(2026, 10, 24)
    is_overdue(owed, zone, due_on, factories.NOON)
    for days in (0, 1, 8, 69):
        begins = midnight(due_on + DAY * days, zone)
        counted = FollowUp.objects.with_days_overdue(begins).values_list("days_overdue", flat=True)
        assert counted.get() == days
