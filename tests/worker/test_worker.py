"""What the worker does, by a real worker: through Redis, PostgreSQL and SMTP."""

import email
import email.policy
import os
import signal
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingEmail
from followups import reminders, tasks
from followups.calendar import local_date
from followups.models import CheckInPlan, FollowUp, Reminder, SweepRun
from peersupport.celery import app
from tests import factories
from tests.conftest import member
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    """Nothing of an earlier test waits in the broker."""
    app.control.purge()


@pytest.fixture
def late(participant, specialist, supervisor) -> FollowUp:
    """Overdue since yesterday, with texts that must not leave the house, in a team that works on any day."""
    type(participant.team).objects.update(working_days=[1, 2, 3, 4, 5, 6, 7])
    factories.PhoneNumberFactory(participant=participant, number="+16175550142")
    today = local_date(timezone.now(), participant.team.time_zone)
    return factories.FollowUpFactory(
        participant=participant, owner=specialist, due_on=today - timedelta(days=1), what="the clinic on Main Street"
    )


def test_from_the_tick_to_the_mailbox(late, worker, smtp, specialist, participant) -> None:
    mailbox, _url = smtp
    worker()

    tasks.sweep.delay()
    wait_until(lambda: OutgoingEmail.objects.exists())
    tasks.deliver_mail.delay()
    wait_until(lambda: OutgoingEmail.objects.filter(state="sent").exists())

    (message,) = mailbox.messages
    assert f"To: {specialist.email}" in message
    read = email.message_from_string(message, policy=email.policy.default)
    said = read["Subject"] + "".join(part.get_content() for part in read.walk() if not part.is_multipart())
    for secret in (participant.name_used, "555", "clinic", participant.team.name):
        assert secret not in said
    late.refresh_from_db()
    assert late.flagged_rung == 1
    assert SweepRun.objects.state(timezone.now())["last_run_at"] is not None


@pytest.mark.parametrize(
    "clock", ["tests.worker.quick_settings", pytest.param("peersupport.settings", marks=pytest.mark.long)]
)
def test_beat_starts_the_sweep_by_itself(late, worker, start, tmp_path, clock: str) -> None:
    worker()
    options = [f"--schedule={tmp_path / 'beat'}", "--pidfile=", "--max-interval=1"]
    start("celery", "-A", "peersupport", "beat", *options, DJANGO_SETTINGS_MODULE=clock)
    wait_until(lambda: OutgoingEmail.objects.filter(state="sent").exists(), seconds=90)
    assert Reminder.objects.count() == 1


def test_a_task_delivered_twice_to_two_workers(late, worker, smtp, participant, specialist) -> None:
    mailbox, _url = smtp
    for _number in range(300):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=late.due_on)
    worker()
    worker()
    for _time in range(8):
        tasks.sweep.delay()
    wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).count() == 8, seconds=40)
    for _time in range(8):
        tasks.deliver_mail.delay()
    wait_until(lambda: not OutgoingEmail.objects.filter(state="queued").exists())

    assert FollowUp.objects.filter(flagged_rung=1).count() == Reminder.objects.count() == 301
    carried = Reminder.objects.filter(email__isnull=False).count()
    assert carried == 301
    assert len(mailbox.ids()) == len(set(mailbox.ids())) == OutgoingEmail.objects.count()


def test_a_worker_killed_while_sending_loses_nothing(worker, smtp, team, administrator) -> None:
    mailbox, _url = smtp
    mailbox.pause = 0.2
    now = timezone.now()
    for number in range(12):
        factories.OutgoingEmailFactory(
            recipient=member(team, "specialist", f"Nr{number}"), kind="account", created_at=now, next_try_at=now
        )
    first = worker()
    tasks.deliver_mail.delay()
    wait_until(lambda: len(mailbox.messages) >= 3)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    mailbox.pause = 0.0
    assert OutgoingEmail.objects.filter(state="queued").exists()

    # The lease of the dead worker runs out; the next one finds what is left.
    OutgoingEmail.objects.filter(state="queued").update(leased_until=timezone.now(), next_try_at=timezone.now())
    worker()
    tasks.deliver_mail.delay()
    wait_until(lambda: OutgoingEmail.objects.filter(state="sent").count() == 12)

    repeated = len(mailbox.ids()) - len(set(mailbox.ids()))
    assert len(set(mailbox.ids())) == 12
    assert repeated <= 1, "at most the one message that was on its way"


def test_a_worker_killed_in_the_middle_of_a_sweep_is_made_up_for(late, worker, participant, specialist) -> None:
    for _number in range(60):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=late.due_on)
    with connection.cursor() as cursor:
        # A lock on one row holds the sweep's e-mail step, so that the kill comes in its middle.
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM accounts_user WHERE id = %s FOR UPDATE", [specialist.pk])
        first = worker()
        tasks.sweep.delay()
        wait_until(lambda: SweepRun.objects.filter(finished_at=None).exists())
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        cursor.execute("COMMIT")

    # PostgreSQL may hold what the dead worker had locked a moment longer; that is passed over until the next sweep.
    wait_until(lambda: [reminders.sweep(timezone.now()), flagged() == 61][1])
    assert flagged() == Reminder.objects.count() == 61
    assert OutgoingEmail.objects.count() == 1


def flagged() -> int:
    return FollowUp.objects.filter(flagged_rung=1).count()


def test_mail_that_is_refused_for_now_waits(late, worker, smtp) -> None:
    mailbox, _url = smtp
    mailbox.answer = "451 try later"
    reminders.sweep(timezone.now())
    worker()
    tasks.deliver_mail.delay()
    wait_until(lambda: OutgoingEmail.objects.filter(attempts=1, leased_until=None).exists())
    mailbox.answer = "250 OK"
    OutgoingEmail.objects.update(next_try_at=timezone.now())
    tasks.deliver_mail.delay()
    wait_until(lambda: OutgoingEmail.objects.filter(state="sent").exists())
    assert len(mailbox.messages) == 1


def test_the_operating_systems_timer_does_the_same_without_redis(late, start, smtp, specialist) -> None:
    mailbox, _url = smtp
    done = start("django", "sweep", REDIS_URL="redis://127.0.0.1:1/0", DJANGO_SETTINGS_MODULE="peersupport.settings")
    assert done.wait(30) == 0
    assert len([message for message in mailbox.messages if specialist.email in message]) == 1


def test_pages_work_while_redis_is_gone(sign_in, specialist, participant, settings) -> None:
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client = sign_in(specialist)
    assert client.get("/today/").status_code == 200
    win = {"text": "Slept.", "happened_on": "2026-05-06"}
    assert client.post(f"/participants/{participant.pk}/wins/", win).status_code == 302


def test_plans_are_laid_out_by_the_worker(participant, worker) -> None:
    today = local_date(timezone.now(), participant.team.time_zone)
    factories.CheckInPlanFactory(participant=participant, starts_on=today)
    worker()
    tasks.plan_ahead.delay()
    tasks.plan_ahead.delay()
    wait_until(lambda: CheckInPlan.objects.filter(planned_until__isnull=False).exists())
    wait_until(lambda: FollowUp.objects.count() >= 4)
    dates = list(FollowUp.objects.values_list("planned_on", flat=True))
    assert len(dates) == len(set(dates)) == 5
