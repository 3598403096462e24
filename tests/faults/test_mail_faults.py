"""A mail server that is away, slow, refusing, greylisting, or hangs up after taking a message."""

import os
import signal
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import get_connection
from django.utils import timezone

from accounts.models import OutgoingEmail, User
from followups import delivery, reminders, tasks
from followups.models import SweepRun
from peersupport.embedded import broker
from tests.faults.aftermath import Aftermath
from tests.faults.conftest import ask, drained, free_leases
from tests.faults.house import seconds_since
from tests.worker.conftest import Mailbox, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def deliver(at, url: str) -> int:
    port = int(url.rsplit(":", 1)[1])
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port, timeout=2)
    return delivery.deliver(lambda: at, server=backend)


def rounds(now, minutes: range, url: str) -> Iterator[tuple[float, int]]:
    """A round every twenty seconds, as beat has it: the minute, and how many messages left."""
    for tick in range(minutes.start * 3, minutes.stop * 3):
        yield tick / 3, deliver(now + tick * MINUTE / 3, url)


def test_the_mail_server_is_away_for_an_hour(due, report) -> None:
    """Each message is tried when the table says, give or take a round; all leave once it is back."""
    due(10)
    port, mailbox = broker.free_port(), Mailbox()
    url, after, now = f"smtp://127.0.0.1:{port}", Aftermath(ask, mailbox), timezone.now()
    reminders.sweep(now)
    tried: dict[UUID, list[float]] = defaultdict(list)
    for minute, sent in rounds(now, range(60), url):
        assert sent == 0
        for key, tries in OutgoingEmail.objects.values_list("pk", "attempts"):
            if tries > len(tried[key]):
                tried[key].append(minute)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    back = next(minute for minute, _sent in rounds(now, range(60, 240), url) if drained())
    controller.stop()

    lost, repeated = after.lost(), after.repeated()
    report("F14", "mail server away for an hour (clock given)", lost=lost, repeated=repeated, seconds=(back - 60) * 60)
    for minutes in tried.values():
        pauses = [round(later - earlier, 1) for earlier, later in pairwise(minutes)]
        assert len(minutes) == 4
        # Ten wait, and a server that is not there is asked once a round.
        assert all(meant <= pause <= meant + 4 for meant, pause in zip(delivery.BACK_OFF, pauses, strict=False))
    assert (lost, repeated) == (0, 0)
    assert back <= 88


def test_a_greylisting_server_gets_each_message_on_the_second_try(due, smtp, after, report) -> None:
    mailbox, url = smtp
    mailbox.greylist = set()
    due(10)
    now = timezone.now()
    reminders.sweep(now)
    back = next(minute for minute, _sent in rounds(now, range(10), url) if drained())
    lost, repeated = after.lost(), after.repeated()
    report("F17", "greylisting, 451 on the first try (clock given)", lost=lost, repeated=repeated, seconds=back * 60)
    assert (lost, repeated) == (0, 0)
    assert set(OutgoingEmail.objects.values_list("attempts", flat=True)) == {2}


def test_one_refused_for_good_is_shown_and_the_others_leave(due, smtp, after, report) -> None:
    mailbox, url = smtp
    due(10)
    now = timezone.now()
    reminders.sweep(now)
    mailbox.unknown = {"nr3@example.org"}
    began = time.monotonic()
    assert deliver(now, url) == 9
    taken = seconds_since(began)
    shown = OutgoingEmail.objects.given_up()
    report("F18", "550 for one of ten: shown under Deliveries", lost=after.lost() - len(shown),
           repeated=after.repeated(), seconds=taken)  # fmt: skip
    (stopped,) = shown
    assert (stopped.recipient.email, "550" in stopped.last_error) == ("nr3@example.org", True)
    assert (after.lost(), after.repeated(), drained(), len(mailbox.ids())) == (1, 0, True, 9)


def test_a_server_that_hangs_up_after_taking_the_message(due, smtp, after, report) -> None:
    mailbox, url = smtp
    due(6)
    now = timezone.now()
    reminders.sweep(now)
    mailbox.hang_up = 1
    back = next(minute for minute, _sent in rounds(now, range(10), url) if drained())
    lost, repeated = after.lost(), after.repeated()
    report("F19", "accepted, then hung up: the same Message-ID again (clock given)", lost=lost, repeated=repeated,
           seconds=back * 60)  # fmt: skip
    assert (lost, repeated) == (0, 1)


@pytest.mark.long
def test_a_black_hole_frees_the_worker_and_the_sweep_goes_on(due, worker, smtp, after, report) -> None:
    """It takes the connection and never answers, sixty messages wait, and beat asks for a round again and again."""
    due(60)
    reminders.sweep(timezone.now())
    before = SweepRun.objects.count()
    with socket.create_server(("127.0.0.1", 0), backlog=200) as hole:
        process = worker(EMAIL_URL=f"smtp://127.0.0.1:{hole.getsockname()[1]}")
        tasks.deliver_mail.delay()
        wait_until(lambda: OutgoingEmail.objects.filter(attempts=1).exists())
        began = time.monotonic()
        wait_until(lambda: not OutgoingEmail.objects.exclude(leased_until=None).exists(), seconds=40)
        slot = seconds_since(began)
        for _tick in range(6):
            tasks.deliver_mail.delay()
        began = time.monotonic()
        tasks.sweep.delay()
        wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).count() > before, seconds=60)
        swept = seconds_since(began)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    free_leases()
    worker()
    began = time.monotonic()
    tasks.deliver_mail.delay()
    after.settles(60)
    lost, repeated = after.lost(), after.repeated()
    words = f"a mail server that never answers, 60 messages; slot free after {slot:.1f} s, swept after {swept:.1f} s"
    report("F15", words, lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert slot <= 15
    assert swept <= 60
    assert (lost, repeated) == (0, 0)


@pytest.mark.long
def test_a_slow_server_does_not_make_two_workers_send_the_same(due, worker, smtp, after, report) -> None:
    """Two of ten domains take their time; the others do not wait for them."""
    mailbox, _url = smtp
    mailbox.slow = {"slow0.example": 4.0, "slow1.example": 4.0}
    due(10)
    for number in range(2):
        User.objects.filter(email=f"nr{number}@example.org").update(email=f"nr{number}@slow{number}.example")
    reminders.sweep(timezone.now())
    worker()
    worker()
    began = time.monotonic()
    for _tick in range(4):
        tasks.deliver_mail.delay()
    wait_until(lambda: len([to for to in mailbox.recipients() if "slow" not in to]) == 8, seconds=60)
    others = seconds_since(began)
    after.settles(60)
    lost, repeated = after.lost(), after.repeated()
    words = f"two slow domains of ten, two workers; the others after {others:.1f} s"
    report("F16", words, lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)
