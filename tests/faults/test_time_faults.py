"""Clocks that jump, days that are 23 or 25 hours long, zones that change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import get_connection
from django.utils import timezone

from accounts.models import OutgoingEmail, Team
from followups import delivery, reminders, rounds
from followups.actions import plans
from followups.calendar import local_date
from followups.models import CheckInPlan, FollowUp, Reminder, SweepRun
from tests import factories
from tests.faults.aftermath import NOT_TOLD

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, ONE_DAY])
def test_a_clock_that_jumps_tells_nobody_twice_and_hides_no_dead_worker(due, after, report, jump: timedelta) -> None:
    due(5, 4)
    now = timezone.now()
    for at in (now, now + jump, now, now + jump, now):
        reminders.sweep(at)
    delivery.deliver(timezone.now, get_connection("django.core.mail.backends.dummy.EmailBackend"))
    words = f"clock jumps by {jump.total_seconds() / 3600:+.0f} h and back"
    not_told, told_again = after.ask(NOT_TOLD.format(which="true")), after.told_again()
    report("F27", words, lost=not_told, repeated=told_again, seconds=None)
    assert (not_told, told_again, OutgoingEmail.objects.count()) == (0, 0, 5)
    # Whatever the machine's clock said, the heartbeat is of the database's.
    assert SweepRun.objects.state(timezone.now())["is_late"] is False
    assert SweepRun.objects.state(timezone.now() + timedelta(minutes=6))["is_late"] is True


def test_a_clock_that_differs_from_the_databases_does_nothing(due) -> None:
    due(1)
    for skew in (3, -3, 3600, -86400):
        for work in (rounds.tell, rounds.lay_out, rounds.summarise, rounds.send):
            assert work(lambda skew=skew: timezone.now() + timedelta(seconds=skew)) == 0
    assert not Reminder.objects.exists()
    assert not SweepRun.objects.exists()
    assert rounds.tell(timezone.now) == 1


# Thanksgiving, the Saturday before Memorial Day, New Year.
HOLIDAYS = (date(2027, 11, 25), date(2028, 5, 27), date(2029, 1, 1))


@pytest.mark.parametrize(
    "rule", ["next", *(pytest.param(rule, marks=pytest.mark.long) for rule in ("previous", "keep"))]
)
def test_what_falls_on_a_holiday_is_told_on_the_day_that_was_shown(due, report, rule: str) -> None:
    """From the preview of a rhythm over laying it out to the sweep, every three hours."""
    row = due(1)[0]
    Team.objects.update(holiday_country="US", working_days=[1, 2, 3, 4, 5], closed_day_rule=rule)
    row.team.refresh_from_db()
    lost = wrong = 0
    for on in HOLIDAYS:
        shown, told = shown_and_told(row, on)
        lost += len(set(shown) - set(told))
        wrong += len(told) - len(set(told) & set(shown))
    words = f"check-ins planned for holidays and a Saturday, moved by the rule “{rule}”"
    report("F26", words, lost=lost, repeated=wrong, seconds=None)
    assert (lost, wrong) == (0, 0)


def shown_and_told(row: FollowUp, on: date) -> tuple[list[date], list[date]]:
    """The days on which a weekly rhythm over that day is shown to be due, and those on which it is told."""
    Reminder.objects.all().delete()
    FollowUp.objects.all().delete()
    began = datetime(on.year, on.month, on.day, 12, tzinfo=UTC) - 9 * ONE_DAY
    plan = CheckInPlan(team=row.team, kind="weekly", starts_on=on - 7 * ONE_DAY)
    shown = plans.preview(plan=plan, today=local_date(began, row.team.time_zone), count=3)
    plan = plans.agree(plan=plan, participant=row.participant, by=row.owner, at=began)
    for number in range(8 * 20):
        at = began + 3 * number * HOUR
        plans.lay_out_all(at=at)
        reminders.sweep(at)
    plans.end(plan=plan, decided_by="together", by=row.owner, at=at)
    first = Reminder.objects.filter(rung=1, due_on__lte=shown[-1]).order_by("created_at")
    return shown, [local_date(one.created_at, row.team.time_zone) for one in first]


@pytest.mark.parametrize(
    ("number", "zone", "first", "days"),
    [
        ("F23", "America/New_York", date(2027, 3, 12), 5),
        ("F24", "America/New_York", date(2027, 11, 5), 5),
        ("F25", "America/Los_Angeles", date(2028, 2, 27), 4),
        ("F26b", "Pacific/Kiritimati", date(2027, 12, 30), 4),
        ("F26c", "Etc/GMT+12", date(2027, 12, 30), 4),
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
    report(number, f"{zone} around {first}", lost=days - told.count(), repeated=len(wrong), seconds=None)
    assert told.count() == days
    assert not wrong


def test_a_team_that_moves_to_another_zone(due, report) -> None:
    """Ten in the evening of the 6th in Los Angeles is the 7th in New York: what was due on the 6th is overdue there."""
    row = due(1)[0]
    FollowUp.objects.update(due_on=date(2027, 5, 6))
    evening = datetime(2027, 5, 7, 5, 0, tzinfo=UTC)
    found = {}
    for zone in ("America/Los_Angeles", "America/New_York", "America/Los_Angeles"):
        Team.objects.update(time_zone=zone)
        found[zone] = list(FollowUp.objects.overdue(evening))
    wrong = (found["America/Los_Angeles"] != []) + (found["America/New_York"] != [row])
    report("F28", "a team's zone changes", lost=wrong, repeated=0, seconds=None)
    assert wrong == 0
