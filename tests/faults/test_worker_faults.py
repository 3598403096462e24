"""Workers that are killed, doubled, or away."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingEmail, Team
from followups import reminders, tasks
from followups.calendar import DAY
from followups.models import CheckInPlan, FollowUp, Reminder, SweepRun
from tests import factories
from tests.faults.aftermath import NOT_TOLD
from tests.faults.conftest import drained, free_leases
from tests.faults.house import seconds_since
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def kill(process) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(
    ("messages", "kills", "children"), [(40, 3, 2), pytest.param(3000, 40, 4, marks=pytest.mark.long)]
)
def test_a_worker_killed_again_and_again_while_sending(
    due, worker, smtp, after, report, messages: int, kills: int, children: int
) -> None:
    """Each of its processes may be killed with a message in hand; that one comes again, with the same Message-ID."""
    mailbox, _url = smtp
    due(messages)
    reminders.sweep(timezone.now())
    mailbox.pause = 0.03
    killed = 0
    while killed < kills and not drained():
        process = worker(children)
        before = len(mailbox.messages)
        for _child in range(children):
            tasks.deliver_mail.delay()
        wait_until(lambda: len(mailbox.messages) > before + 3 or drained(), seconds=30)  # noqa: B023
        kill(process)
        killed += 1
        free_leases()
    began = time.monotonic()
    worker(children)
    wait_until(lambda: [tasks.deliver_mail.delay(), time.sleep(0.5), drained()][2], seconds=120)

    lost, repeated = after.lost(), after.repeated()
    report("F1", f"worker of {children} killed {killed} times while sending {messages}", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert lost == 0
    assert repeated <= killed * children
    assert after.told_again() == 0


def test_a_child_of_the_worker_killed_for_its_memory(due, worker, smtp, after, report) -> None:
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
    lost, repeated = after.lost(), after.repeated()
    report("F22", "a worker's children killed for their memory", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert lost == 0
    assert repeated <= 2
    assert process.poll() is None


def children_of(pid: int) -> list[int]:
    """The processes it has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_killed_in_mid_sweep(due, worker, after, report) -> None:
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
    after.settles()

    lost, repeated = after.lost(), after.repeated()
    report("F1b", "worker killed in mid-sweep, 200 due", lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)
    assert OutgoingEmail.objects.filter(state="sent").count() == 5, "one message each"


def test_two_beats_two_workers_and_two_timers_at_once(due, worker, start, smtp, after, report, tmp_path) -> None:
    """The beats' minutes are shortened to half seconds; each asks for every round, and so do the timers."""
    due(6, 50)
    began = time.monotonic()
    worker()
    worker()
    for number in range(2):
        place = f"--schedule={tmp_path / str(number)}"
        start("celery", "-A", "tests.faults.fast_beat", "beat", place, "--pidfile=", "--max-interval=1")
    timers = [start("django", "sweep", DJANGO_SETTINGS_MODULE="peersupport.settings") for _timer in range(2)]
    assert [timer.wait(60) for timer in timers] == [0, 0]
    wait_until(lambda: SweepRun.objects.filter(finished_at__isnull=False).count() >= 20, seconds=60)
    after.settles()

    lost, repeated = after.lost(), after.repeated()
    report("F3", "two beats, two workers, two timers at once, twenty sweeps", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert (lost, repeated) == (0, 0)
    # Two sweeps that overlap may bundle what each has flagged; never one follow-up twice.
    assert Reminder.objects.count() == Reminder.objects.exclude(email=None).count() == 300


def test_everything_away_for_a_day_and_back(due, start, smtp, after, sign_in, team, supervisor, report) -> None:
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

    lost, repeated = after.lost(), after.repeated()
    report("F2, F4", "worker and beat away for a day; the timer is back", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert (lost, repeated) == (0, 0)
    reminded = [message for message in smtp[0].messages if supervisor.email not in message]
    assert len(reminded) == 4  # beside the supervisor's week


@pytest.mark.long
def test_beat_comes_back_after_an_hour_by_itself(due, worker, start, smtp, after, tmp_path, report) -> None:
    due(3)
    SweepRun.objects.create(
        started_at=timezone.now() - timedelta(hours=1), finished_at=timezone.now() - timedelta(hours=1)
    )
    began = time.monotonic()
    worker()
    start("celery", "-A", "peersupport", "beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=", "--max-interval=1")
    wait_until(lambda: len(smtp[0].messages) == 3, seconds=90)
    lost, repeated = after.lost(), after.repeated()
    report("F2b", "beat away for an hour", lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)


@pytest.mark.parametrize("where", ["follow-up", "plan", "day to remember", "message", "team"])
def test_a_row_that_always_raises_does_not_stop_the_others(due, worker, after, report, where: str) -> None:
    rows = due(3, 30)
    today = rows[0].due_on
    plans = [factories.CheckInPlanFactory(participant=row.participant, starts_on=today + DAY) for row in rows[::30]]
    days = [factories.MilestoneFactory(participant=row.participant, on=today + DAY) for row in rows[::30]]
    elsewhere = factories.FollowUpFactory(due_on=today, team__holiday_country="", team__time_zone=factories.MIDDAY)
    refused = {
        "follow-up": ("followups_followup", "UPDATE", "id", rows[17].pk),
        "plan": ("followups_checkinplan", "UPDATE", "id", plans[0].pk),
        "day to remember": ("followups_followup", "INSERT", "milestone_id", days[0].pk),
    }
    if where == "message":
        factories.OutgoingEmailFactory(recipient=rows[0].owner, kind="account", subject="two\nlines")
    if where == "team":
        Team.objects.filter(pk=elsewhere.team_id).update(time_zone="Nowhere/Atlantis")
    after.which = f"row.id <> '{elsewhere.pk}'"
    if where == "follow-up":
        after.which += f" AND row.id <> '{rows[17].pk}'"
    began = time.monotonic()
    with poisoned(*refused[where]) if where in refused else contextlib.nullcontext():
        worker()
        for task in (tasks.plan_ahead, tasks.sweep, tasks.deliver_mail):
            task.delay()
        wait_until(lambda: laid_out() == (3 - (where == "plan"), 3 - (where == "day to remember")))
        wait_until(lambda: after.ask(NOT_TOLD.format(which=after.which)) == 0)
        wait_until(lambda: OutgoingEmail.objects.filter(kind="reminder", state="sent").count() == 3)
        taken = seconds_since(began)
    # Once it is mended, it is made up for.
    Team.objects.update(time_zone=factories.MIDDAY)
    OutgoingEmail.objects.filter(state="queued").update(subject="one line", next_try_at=timezone.now())
    after.which = f"row.id <> '{elsewhere.pk}'"
    for task in (tasks.plan_ahead, tasks.sweep, tasks.deliver_mail):
        task.delay()
    wait_until(lambda: laid_out() == (3, 3))
    wait_until(lambda: FollowUp.objects.get(pk=elsewhere.pk).flagged_rung)
    after.settles()
    lost, repeated = after.lost(), after.repeated()
    report("F38", f"a {where} that always raises: until all others were told", lost=lost, repeated=repeated,
           seconds=taken)  # fmt: skip
    assert (lost, repeated) == (0, 0)


def laid_out() -> tuple[int, int]:
    """How many plans have their dates, and how many days to remember stand on the list."""
    plans = CheckInPlan.objects.filter(planned_until__isnull=False).count()
    return plans, FollowUp.objects.filter(milestone__isnull=False).count()


@contextlib.contextmanager
def poisoned(table: str, when: str, column: str, key: object) -> Iterator[None]:
    """The database refuses to write this row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN IF NEW.{column} = '{key}' THEN RAISE 'poison';"
            " END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(f"CREATE TRIGGER poison BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION poison()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION poison CASCADE")
