"""Very much at the same moment."""

import time

import pytest
from django.utils import timezone

from accounts.models import OutgoingEmail
from followups import tasks
from followups.models import Reminder, SweepRun
from tests.faults.conftest import drained, flagged_once, lost_and_repeated
from tests.faults.house import seconds_since
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("people", "each"), [(20, 50), pytest.param(200, 50, marks=pytest.mark.long)])
def test_ten_thousand_due_in_the_same_minute(due, worker, smtp, sign_in, supervisor, report, people: int, each: int):
    due(people, each)
    began = time.monotonic()
    worker()
    worker()
    for _tick in range(2):
        tasks.sweep.delay()
        tasks.deliver_mail.delay()
    wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).count() == 2, seconds=100)
    client = sign_in(supervisor)
    assert client.get("/overdue/").status_code == 200
    wait_until(drained, seconds=100)

    lost, repeated = lost_and_repeated(smtp[0])
    taken = seconds_since(began)
    report("F37", f"{people * each} due at once, {people} colleagues", lost=lost + flagged_once(people * each),
           repeated=repeated, seconds=taken)  # fmt: skip
    assert (lost, repeated, flagged_once(people * each)) == (0, 0, 0)
    assert OutgoingEmail.objects.count() == people
    assert Reminder.objects.count() == people * each
    assert taken < 120
    assert timezone.now() > SweepRun.objects.last_finished().started_at
