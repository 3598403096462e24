"""Real PostgreSQL, Redis, worker processes and SMTP; what each fault did is collected for the table."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Count
from django.utils import timezone

from accounts.models import OutgoingEmail, Team, User
from caseload.models import ServiceEpisode
from followups.calendar import local_date
from followups.models import FollowUp, Reminder
from peersupport.celery import app
from peersupport.embedded import parts
from tests import factories
from tests.conftest import member
from tests.faults.house import House, place
from tests.faults.report import Report
from tests.worker.conftest import Mailbox, smtp, start, worker

__all__ = ["smtp", "start", "worker"]

REPORT = Report()


@pytest.fixture
def report() -> Report:
    """`report("F1", "…", lost=…, repeated=…, seconds=…)`."""
    return REPORT


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table, below everything else."""
    if REPORT.lines:
        terminalreporter.section("fault matrix")
        terminalreporter.write_line("\n".join(REPORT.table()))


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """Nothing of an earlier test waits in the broker."""
    if "house" not in request.fixturenames:
        app.control.purge()


@pytest.fixture(scope="module")
def furnished() -> Iterator[House]:
    """Parts of its own with made-up people in them; started once for all tests of a module."""
    here = place()
    with parts.hold(here):
        shutil.rmtree(here.database, ignore_errors=True)
        built = House(here, "smtp://127.0.0.1:9")
        try:
            built.furnish()
            yield built
        finally:
            built.close()


@pytest.fixture
def house(furnished: House, smtp: tuple[Mailbox, str]) -> Iterator[House]:
    """The house with this test's mailbox; its programs end with the test."""
    furnished.environment["EMAIL_URL"] = smtp[1]
    yield furnished
    furnished.end()


@pytest.fixture
def due(transactional_db: None) -> Callable[[int, int], list[FollowUp]]:
    """`due(people, each)`: so many specialists of one team, each with so many follow-ups due today."""

    def make(people: int, each: int = 1) -> list[FollowUp]:
        team = Team.objects.filter(name="Harbor").first() or factories.TeamFactory(
            name="Harbor", holiday_country="", working_days=[1, 2, 3, 4, 5, 6, 7]
        )
        today = today_of(team)
        colleagues = [member(team, "specialist", f"Nr{number}") for number in range(people)]
        person = factories.ParticipantFactory.build_batch(people, team=team, created_by=colleagues[0])
        type(person[0]).objects.bulk_create(person)
        ServiceEpisode.objects.bulk_create(ServiceEpisode(participant=one, started_on=today) for one in person)
        for one, colleague in zip(person, colleagues, strict=True):
            factories.AssignmentFactory(participant=one, specialist=colleague, started_at=timezone.now())
        rows = [
            FollowUp(
                team=team, participant=one, owner=keeper, due_on=today, planned_on=today, created_at=timezone.now()
            )
            for one, keeper in zip(person, colleagues, strict=True)
            for _number in range(each)
        ]
        return FollowUp.objects.bulk_create(rows)

    return make


def today_of(team: Team) -> date:
    """The team's local day; the day before while its midnight is near, so that no test runs over it."""
    now = timezone.now()
    return min(local_date(now, team.time_zone), local_date(now - timedelta(minutes=10), team.time_zone))


def flagged_once(expected: int) -> int:
    """How many of so many due follow-ups were not flagged, or not told exactly once to whoever keeps them."""
    told = Reminder.objects.filter(rung=1).values("followup", "recipient").annotate(times=Count("pk"))
    assert all(row["times"] == 1 for row in told)
    return expected - FollowUp.objects.filter(flagged_rung__gte=1, reminders__rung=1).distinct().count()


def drained() -> bool:
    """Whether nothing waits to be sent."""
    return not OutgoingEmail.objects.filter(state="queued").exists()


def free_leases() -> None:
    """Time passes: the leases of dead workers run out, and the next try comes."""
    now = timezone.now()
    OutgoingEmail.objects.filter(state="queued").update(leased_until=None, next_try_at=now)


def lost_and_repeated(mailbox: Mailbox) -> tuple[int, int]:
    """Messages that are said to be sent and never came, or wait still; and those that came more than once."""
    came = mailbox.ids()
    wanted = {message.message_id for message in OutgoingEmail.objects.exclude(state="cancelled")}
    assert set(came) <= {message.message_id for message in OutgoingEmail.objects.all()}
    assert not User.objects.filter(is_active=False, email__in=mailbox.recipients()).exists()
    return len(wanted - set(came)), len(came) - len(set(came))
