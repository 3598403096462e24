"""Clocks that jump, days that are 23 or 25 hours long, zones that change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Team
from followups import delivery, reminders
from followups.calendar import local_date
from followups.models import FollowUp, Reminder
from tests import factories
from tests.faults.conftest import flagged_once

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, ONE_DAY])
def test_a_clock_that_jumps_tells_nobody_twice(due, report, jump: timedelta) -> None:
    due(5, 4)
    now = timezone.now()
    for at in (now, now + jump, now, now + jump, now):
        reminders.sweep(at)
    repeated = Reminder.objects.filter(rung=1).count() - 20
    report("F27", f"clock jumps by {jump.total_seconds() / 3600:+.0f} h and back", lost=flagged_once(20),
           repeated=repeated, seconds=0)  # fmt: skip
    assert (repeated, flagged_once(20)) == (0, 0)


def test_a_clock_that_differs_from_the_databases_does_nothing(due) -> None:
    due(1)
    for skew in (3, -3, 3600, -86400):
        assert delivery.tell(lambda skew=skew: timezone.now() + timedelta(seconds=skew)) == 0
    assert not Reminder.objects.exists()
    assert delivery.tell(timezone.now) == 1


@pytest.mark.parametrize(
    ("number", "zone", "first", "days"),
    [
        ("F23", "America/New_York", date(2027, 3, 12), 5),
        ("F24", "America/New_York", date(2027, 11, 5), 5),
        ("F25", "America/Los_Angeles", date(2028, 2, 27), 4),
        ("F26", "Pacific/Kiritimati", date(2027, 12, 30), 4),
        ("F26b", "Etc/GMT+12", date(2027, 12, 30), 4),
    ],
)
def test_each_local_day_is_told_once_on_that_day(
    due, report, time_machine, number: str, zone: str, first: date, days: int
) -> None:
    """Swept every half hour over a clock change, a leap day, a turn of the year, twelve hours either way of UTC."""
    row = due(1)[0]
    Team.objects.update(time_zone=zone)
    FollowUp.objects.all().delete()
    for number_of_day in range(days):
        factories.FollowUpFactory(participant=row.participant, owner=row.owner, due_on=first + number_of_day * ONE_DAY)
    at = datetime(first.year, first.month, first.day, tzinfo=UTC) - ONE_DAY
    while at < datetime(first.year, first.month, first.day, tzinfo=UTC) + (days + 1) * ONE_DAY:
        reminders.sweep(at)
        at += HOUR / 2

    told = Reminder.objects.filter(rung=1).order_by("due_on")
    wrong = [one for one in told if local_date(one.created_at, zone) != one.due_on]
    report(number, f"{zone} around {first}", lost=days - told.count(), repeated=len(wrong), seconds=0)
    assert told.count() == days
    assert not wrong


def test_a_team_that_moves_to_another_zone(due, report) -> None:
    row = due(1)[0]
    FollowUp.objects.update(due_on=date(2027, 5, 6))
    Team.objects.update(time_zone="America/Los_Angeles")
    evening = datetime(
        2027, 5, 7, 5, 0, tzinfo=UTC
    )  # ten in the evening of the 6th in Los Angeles, the 7th in New York
    assert not FollowUp.objects.overdue(evening).exists()
    Team.objects.update(time_zone="America/New_York")
    assert FollowUp.objects.overdue(evening).get() == row
    report("F28", "a team's zone changes", lost=0, repeated=0, seconds=0)
