"""A mail server that is away, slow, refusing, greylisting, or hangs up after taking a message."""

import socket
import time
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import get_connection
from django.utils import timezone

from accounts.models import OutgoingEmail
from followups import delivery, reminders, tasks
from peersupport.embedded import broker
from tests.faults.conftest import drained, lost_and_repeated
from tests.faults.house import seconds_since
from tests.worker.conftest import Mailbox, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def deliver(at, url: str) -> int:
    port = int(url.rsplit(":", 1)[1])
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port, timeout=2)
    return delivery.deliver(lambda: at, server=backend)


def test_the_mail_server_is_away_for_an_hour(due, report) -> None:
    due(10)
    now = timezone.now()
    reminders.sweep(now)
    port = broker.free_port()
    tried = [minute for minute in range(60) if deliver_and_count(now + minute * MINUTE, f"smtp://127.0.0.1:{port}")]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    back = next(minute for minute in range(60, 240) if deliver(now + minute * MINUTE, f"smtp://127.0.0.1:{port}"))
    controller.stop()

    lost, repeated = lost_and_repeated(mailbox)
    report("F14", "mail server away for an hour (clock given)", lost=lost, repeated=repeated, seconds=(back - 60) * 60)
    assert tried == [0, 1, 6, 21]
    assert (lost, repeated, drained()) == (0, 0, True)
    assert back <= 81


def deliver_and_count(at, url: str) -> bool:
    """Whether a try was made at that minute."""
    before = list(OutgoingEmail.objects.values_list("attempts", flat=True))
    assert deliver(at, url) == 0
    return list(OutgoingEmail.objects.values_list("attempts", flat=True)) != before


def test_a_greylisting_server_gets_each_message_on_the_second_try(due, smtp, report) -> None:
    mailbox, url = smtp
    mailbox.greylist = set()
    due(10)
    now = timezone.now()
    reminders.sweep(now)
    assert deliver(now, url) == 0
    assert deliver(now + 2 * MINUTE, url) == 10
    lost, repeated = lost_and_repeated(mailbox)
    report("F17", "greylisting, 451 on the first try (clock given)", lost=lost, repeated=repeated, seconds=60)
    assert (lost, repeated) == (0, 0)


def test_one_refused_for_good_is_shown_and_the_others_leave(due, smtp, report) -> None:
    mailbox, url = smtp
    due(10)
    now = timezone.now()
    reminders.sweep(now)
    mailbox.unknown = {"nr3@example.org"}
    began = time.monotonic()
    assert deliver(now, url) == 9
    stopped = OutgoingEmail.objects.get(state="stopped")
    report("F18", "550 for one of ten: shown under Deliveries", lost=0, repeated=0, seconds=seconds_since(began))
    assert (stopped.recipient.email, "550" in stopped.last_error) == ("nr3@example.org", True)
    assert (drained(), len(mailbox.ids())) == (True, 9)


def test_a_server_that_hangs_up_after_taking_the_message(due, smtp, report) -> None:
    mailbox, url = smtp
    due(6)
    now = timezone.now()
    reminders.sweep(now)
    mailbox.hang_up = 1
    assert deliver(now, url) == 5
    deliver(now + 2 * MINUTE, url)
    lost, repeated = lost_and_repeated(mailbox)
    report("F19", "accepted, then hung up: the same Message-ID again", lost=lost, repeated=repeated, seconds=60)
    assert (lost, repeated, drained()) == (0, 1, True)


@pytest.mark.long
def test_a_black_hole_frees_the_worker_and_the_rest_leaves_elsewhere(due, worker, start, report) -> None:
    """It takes the connection and never answers: the time-out ends each try, and nothing is lost."""
    due(2)
    reminders.sweep(timezone.now())
    with socket.create_server(("127.0.0.1", 0)) as hole:
        process = worker(EMAIL_URL=f"smtp://127.0.0.1:{hole.getsockname()[1]}")
        began = time.monotonic()
        tasks.deliver_mail.delay()
        wait_until(lambda: OutgoingEmail.objects.filter(attempts=1, leased_until=None).count() == 2, seconds=40)
        taken = seconds_since(began)
        process.kill()
    report("F15", "a mail server that never answers, two messages", lost=0, repeated=0, seconds=taken)
    assert taken < 30
    waiting = OutgoingEmail.objects.filter(state="queued").exclude(last_error="")
    assert waiting.count() == 2, list(OutgoingEmail.objects.values_list("state", "last_error"))


def test_a_slow_server_does_not_make_two_workers_send_the_same(due, worker, smtp, report) -> None:
    mailbox, _url = smtp
    mailbox.pause = 0.4
    due(12)
    reminders.sweep(timezone.now())
    began = time.monotonic()
    worker()
    worker()
    for _tick in range(4):
        tasks.deliver_mail.delay()
    wait_until(drained, seconds=40)
    lost, repeated = lost_and_repeated(mailbox)
    report("F16", "a slow mail server, two workers", lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)
