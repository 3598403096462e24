"""Real PostgreSQL, Redis, worker processes and SMTP; what each fault did is collected for the table."""

import shutil
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutgoingEmail, Team
from caseload.models import ServiceEpisode
from followups.calendar import local_date
from followups.models import FollowUp
from peersupport.celery import app
from peersupport.embedded import parts
from tests import factories
from tests.conftest import member
from tests.faults.aftermath import Aftermath
from tests.faults.house import House, place
from tests.faults.report import Report
from tests.worker.conftest import Mailbox, smtp, start, worker

__all__ = ["smtp", "start", "worker"]

REPORT = Report()
# On whatever day and at whatever hour the tests run.
ALWAYS_OPEN = {
    "time_zone": factories.MIDDAY,
    "quiet_from": time(0),
    "quiet_until": time(0),
    "holiday_country": "",
    "working_days": [1, 2, 3, 4, 5, 6, 7],
}


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


@pytest.fixture(scope="session")
def furnished() -> Iterator[House]:
    """Parts of its own with made-up people in them; started once for all tests."""
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
    furnished.after = Aftermath(furnished.ask, smtp[0], which="row.what = 'fault'")
    yield furnished
    # Nobody may be at work on what is cleared away.
    furnished.end()
    furnished.clear()


@pytest.fixture
def due(transactional_db: None) -> Callable[[int, int], list[FollowUp]]:
    """`due(people, each)`: so many specialists of one team, each with so many follow-ups due today."""

    def make(people: int, each: int = 1) -> list[FollowUp]:
        team, _is_new = Team.objects.update_or_create(name="Harbor", defaults=ALWAYS_OPEN)
        today = local_date(timezone.now(), team.time_zone)
        colleagues = [member(team, "specialist", f"Nr{number}") for number in range(people)]
        person = factories.ParticipantFactory.build_batch(people, team=team, created_by=colleagues[0])
        with transaction.atomic():
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


@pytest.fixture
def after(smtp: tuple[Mailbox, str], transactional_db: None) -> Aftermath:
    """What is left of this test's database and mailbox."""
    return Aftermath(ask, smtp[0])


def ask(sql: str, *given: Any) -> Any:
    """The first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


def drained() -> bool:
    """Whether nothing waits to be sent."""
    return not OutgoingEmail.objects.filter(state="queued").exists()


def free_leases() -> None:
    """Time passes: the leases of dead workers run out, and the next try comes."""
    now = timezone.now()
    OutgoingEmail.objects.filter(state="queued").update(leased_until=None, next_try_at=now)
