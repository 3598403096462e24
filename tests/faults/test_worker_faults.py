"""Workers that are killed, doubled, or away."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingEmail
from followups import reminders, tasks
from followups.actions import plans
from followups.models import CheckInPlan, FollowUp, Reminder, SweepRun
from tests import factories
from tests.faults.conftest import drained, flagged_once, free_leases, lost_and_repeated
from tests.faults.house import seconds_since
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def kill(process) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(("messages", "kills"), [(40, 3), pytest.param(600, 25, marks=pytest.mark.long)])
def test_a_worker_killed_again_and_again_while_sending(due, worker, smtp, report, messages: int, kills: int) -> None:
    mailbox, _url = smtp
    due(messages)
    reminders.sweep(timezone.now())
    mailbox.pause = 0.03
    killed = 0
    while killed < kills and not drained():
        process = worker()
        before = len(mailbox.messages)
        tasks.deliver_mail.delay()
        wait_until(lambda: len(mailbox.messages) > before + 3 or drained(), seconds=30)  # noqa: B023
        kill(process)
        killed += 1
        free_leases()
    began = time.monotonic()
    worker()
    tasks.deliver_mail.delay()
    wait_until(drained, seconds=60)

    lost, repeated = lost_and_repeated(mailbox)
    report("F1", f"worker killed {killed} times while sending {messages}", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert lost == 0
    assert repeated <= killed
    assert flagged_once(messages) == 0


def test_a_child_of_the_worker_killed_for_its_memory(due, worker, smtp, report) -> None:
    """The kernel takes the biggest process, which is a child: the worker makes another, the next minute goes on."""
    mailbox, _url = smtp
    due(20)
    reminders.sweep(timezone.now())
    mailbox.pause = 0.05
    process = worker()
    tasks.deliver_mail.delay()
    wait_until(lambda: len(mailbox.messages) > 3)
    for child in children_of(process.pid):
        os.kill(child, signal.SIGKILL)
    free_leases()
    began = time.monotonic()
    wait_until(lambda: [tasks.deliver_mail.delay(), drained()][1], seconds=40)
    lost, repeated = lost_and_repeated(mailbox)
    report("F22", "a worker's children killed for their memory", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert lost == 0
    assert repeated <= 2
    assert process.poll() is None


def children_of(pid: int) -> list[int]:
    """The processes it has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_killed_in_mid_sweep(due, worker, smtp, report) -> None:
    rows = due(5, 40)
    with connection.cursor() as cursor:
        # The locks hold one row and the e-mail step, so that the kill comes in the sweep’s middle.
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM followups_followup WHERE id = %s FOR UPDATE", [rows[0].pk])
        cursor.execute("LOCK TABLE accounts_outgoingemail IN SHARE ROW EXCLUSIVE MODE")
        process = worker()
        tasks.sweep.delay()
        wait_until(lambda: SweepRun.objects.filter(finished_at=None).exists())
        wait_until(lambda: FollowUp.objects.filter(flagged_rung=1).exists())
        kill(process)
        cursor.execute("COMMIT")
    began = time.monotonic()
    worker()
    tasks.sweep.delay()
    wait_until(lambda: flagged_once(200) == 0 and OutgoingEmail.objects.filter(state="sent").count() == 5)

    lost, repeated = lost_and_repeated(smtp[0])
    report("F1b", "worker killed in mid-sweep, 200 due", lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)


def test_two_workers_eight_ticks_each_and_two_timers_at_once(due, worker, start, smtp, report) -> None:
    due(6, 50)
    began = time.monotonic()
    worker()
    worker()
    for _tick in range(8):
        tasks.sweep.delay()
        tasks.deliver_mail.delay()
        tasks.plan_ahead.delay()
    timers = [start("django", "sweep", DJANGO_SETTINGS_MODULE="peersupport.settings") for _timer in range(2)]
    assert [timer.wait(60) for timer in timers] == [0, 0]
    wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).count() == 10, seconds=40)
    wait_until(drained)

    lost, repeated = lost_and_repeated(smtp[0])
    report("F3", "two workers, eight ticks, two timers at once", lost=lost + flagged_once(300), repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert (lost, repeated) == (0, 0)
    assert flagged_once(300) == 0
    assert Reminder.objects.filter(email=None).count() == 0


def test_everything_away_for_a_day_and_back(due, start, smtp, sign_in, team, supervisor, report) -> None:
    """The dashboards are right without any worker, and say so; the timer alone catches up, each colleague once."""
    due(4, 10)
    FollowUp.objects.update(due_on=FollowUp.objects.first().due_on - timedelta(days=1))
    SweepRun.objects.create(
        started_at=timezone.now() - timedelta(days=1), finished_at=timezone.now() - timedelta(days=1)
    )
    page = sign_in(supervisor).get("/overdue/")
    assert page.context["total"] == 40
    assert page.context["worker"]["is_late"]
    assert b"is-late" in page.content

    began = time.monotonic()
    assert start("django", "sweep", DJANGO_SETTINGS_MODULE="peersupport.settings").wait(60) == 0

    lost, repeated = lost_and_repeated(smtp[0])
    report("F2, F4", "worker and beat away for a day; the timer is back", lost=lost + flagged_once(40),
           repeated=repeated, seconds=seconds_since(began))  # fmt: skip
    assert (lost, repeated, flagged_once(40)) == (0, 0, 0)
    assert len(smtp[0].messages) == 4


@pytest.mark.long
def test_beat_comes_back_after_an_hour_by_itself(due, worker, start, smtp, tmp_path, report) -> None:
    due(3)
    SweepRun.objects.create(
        started_at=timezone.now() - timedelta(hours=1), finished_at=timezone.now() - timedelta(hours=1)
    )
    began = time.monotonic()
    worker()
    start("celery", "-A", "peersupport", "beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=", "--max-interval=1")
    wait_until(lambda: len(smtp[0].messages) == 3, seconds=90)
    lost, repeated = lost_and_repeated(smtp[0])
    report("F2b", "beat away for an hour", lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)


@pytest.mark.parametrize("where", ["flag", "plan"])
def test_a_row_that_always_raises_does_not_stop_the_others(due, worker, smtp, report, where: str) -> None:
    rows = due(3, 30)
    table, key = "followups_followup", rows[17].pk
    if where == "plan":
        today = rows[0].due_on
        made = [factories.CheckInPlanFactory(participant=row.participant, starts_on=today) for row in rows[::30]]
        table, key = "followups_checkinplan", made[0].pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN IF NEW.id = '{key}' THEN RAISE 'poison'; END IF;"
            " RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(f"CREATE TRIGGER poison BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION poison()")
    began = time.monotonic()
    try:
        worker()
        tasks.sweep.delay()
        tasks.plan_ahead.delay()
        wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).exists(), seconds=40)
        if where == "plan":
            wait_until(lambda: CheckInPlan.objects.filter(planned_until__isnull=False).count() == 2)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION poison CASCADE")
    # Of these ninety; what the plans laid out meanwhile may have been flagged as well, or not yet.
    told = FollowUp.objects.filter(pk__in=[row.pk for row in rows], flagged_rung__gte=1, reminders__rung=1)
    missing = 90 - told.distinct().count()
    report("F38", f"a row that always raises ({where})", lost=missing - (where == "flag"), repeated=0,
           seconds=seconds_since(began))  # fmt: skip
    assert missing == (1 if where == "flag" else 0)
    # Once it is mended, it is made up for.
    reminders.sweep(timezone.now())
    plans.lay_out_all(at=timezone.now())
    reminders.sweep(timezone.now())
    assert flagged_once(FollowUp.objects.filter(due_on=rows[0].due_on).count()) == 0
