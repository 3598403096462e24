"""Run as `DATABASE_URL=… SECRET_KEY=… .venv/bin/python -m bench --people 10000` on a database of its own."""

import argparse
import gc
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.ids import new_id  # noqa: E402
from accounts.models import Membership, Role, User  # noqa: E402
from caseload.models import Assignment, Participant, Session  # noqa: E402
from demo.generator import Generator  # noqa: E402
from followups import reminders  # noqa: E402
from followups.actions import planning  # noqa: E402
from followups.models import FollowUp, Reminder  # noqa: E402

ROUNDS = 30


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """How long each round took, after three that do not count."""
    taken = []
    for number in range(rounds + 3):
        gc.collect(0)
        began = time.perf_counter()
        work()
        if number >= 3:
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """The 95th percentile."""
    return sorted(taken)[int(len(taken) * 0.95) - 1]


def statements(work: Callable[[], object]) -> int:
    """How many SQL statements one round asks."""
    count = 0

    def counted(execute, sql, params, many, context):
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        work()
    return count


def pages() -> list[str]:
    """Each page against the floor that renders as many rows."""
    busiest = Assignment.objects.current().values("specialist").annotate(size=Count("pk")).order_by("-size").first()
    specialist = User.objects.get(pk=busiest["specialist"])
    supervisor = User.objects.get(email="supervisor@demo.example")
    longest = (
        Participant.objects.visible_to(specialist).annotate(size=Count("sessions")).order_by("-size", "pk").first()
    )
    wanted = (
        ("Today", specialist, "/today/", "cards"),
        ("Overdue", supervisor, "/overdue/", "rows"),
        ("Participant", specialist, f"/participants/{longest.pk}/", "entries"),
        ("Participants", supervisor, "/participants/", "rows"),
        ("Search", supervisor, f"/participants/?q={longest.name_used[:4]}", "rows"),
    )
    lines = ["| page | rows | SQL | p50 ms | floor p50 ms | ratio | p95 ms |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, user, address, kind in wanted:
        client = Client()
        client.force_login(user)
        # Contexts are kept only while the test environment is on, which would slow the measuring down.
        setup_test_environment(debug=False)
        answer = client.get(address)
        teardown_test_environment()
        assert answer.status_code == 200, (address, answer.status_code)
        context = answer.context
        rows = sum(map(len, context["sections"].values())) if kind == "cards" else len(context[kind])
        taken = milliseconds(lambda client=client, address=address: client.get(address))
        floor = milliseconds(lambda client=client, rows=rows: client.get(f"/floor/{max(rows, 1)}/"))
        middle, ground = statistics.median(taken), statistics.median(floor)
        asked = statements(lambda client=client, address=address: client.get(address))
        lines.append(
            f"| {name} | {rows} | {asked} | {middle:.1f} | {ground:.1f} | {middle / ground:.2f} | {p95(taken):.1f} |"
        )
    return lines


def saving() -> str:
    """A session with its next step against the same rows by plain SQL, each in one transaction that is undone."""
    assignment = Assignment.objects.current().select_related("participant", "specialist").first()
    now = timezone.now()
    contact = planning.NextContact(due_on=now.date() + timedelta(days=7), planned_on=now.date() + timedelta(days=7))

    def by_deed() -> None:
        with transaction.atomic():
            session = Session(participant=assignment.participant, method="phone", minutes=30, started_at=now)
            session.form_token = new_id()
            planning.log_session(session=session, what_next=contact, by=assignment.specialist, at=now)
            transaction.set_rollback(True)

    def by_hand() -> None:
        keys = [new_id() for _row in range(3)]
        row = assignment
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO caseload_session (id, team_id, participant_id, specialist_id, method, status, started_at,"
                " minutes, strands, note, logged_at, logged_late, form_token)"
                " VALUES (%s, %s, %s, %s, 'phone', 'held', %s, 30, '{}', '', %s, false, %s)",
                [keys[0], row.team_id, row.participant_id, row.specialist_id, now, now, keys[2]],
            )
            cursor.execute(
                "INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on,"
                " planned_on, why_here, session_id, attempts, created_at, created_by_id, closing_reason, decided_by,"
                " flagged_rung) VALUES (%s, %s, %s, %s, 'check_in', '', 'open', %s, %s, '', %s, 0, %s, %s, '', '', 0)",
                [
                    keys[1],
                    row.team_id,
                    row.participant_id,
                    row.specialist_id,
                    contact.due_on,
                    contact.due_on,
                    keys[0],
                    now,
                    row.specialist_id,
                ],
            )
            cursor.execute(
                "INSERT INTO followups_nextstep (session_id, followup_id, reason, decided_by) VALUES (%s, %s, '', '')",
                [keys[0], keys[1]],
            )
            transaction.set_rollback(True)

    deed, hand = p95(milliseconds(by_deed)), p95(milliseconds(by_hand))
    client = Client()
    client.force_login(assignment.specialist)
    floor = p95(milliseconds(lambda: client.get("/floor/1/")))
    return f"p95 {deed:.1f} ms; the same rows by plain SQL {hand:.1f} ms; floor {floor:.1f} ms"


def sweeping(due: int) -> list[str]:
    """So many due at once against one ideal statement, and a run that finds nothing; all undone."""
    now = timezone.now()
    yesterday = now.date() - timedelta(days=2)
    keys = list(FollowUp.objects.standing().values_list("pk", flat=True)[:due])
    ideal = (
        "WITH flagged AS (UPDATE followups_followup SET flagged_rung = 1, flagged_at = now() WHERE flagged_rung = 0"
        " AND state IN ('open', 'waiting', 'paused') AND due_on <= %s RETURNING id, team_id, owner_id, due_on)"
        " INSERT INTO followups_reminder (id, team_id, followup_id, rung, recipient_id, due_on, created_at)"
        " SELECT gen_random_uuid(), team_id, id, 1, owner_id, due_on, now() FROM flagged WHERE owner_id IS NOT NULL"
    )
    with transaction.atomic():
        Reminder.objects.all().delete()
        FollowUp.objects.filter(pk__in=keys).update(due_on=yesterday, flagged_rung=0, flagged_at=None)
        point = transaction.savepoint()
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(ideal, [yesterday])
        one = time.perf_counter() - began
        transaction.savepoint_rollback(point)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        run = reminders.sweep(now)
        whole = time.perf_counter() - began
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        idle = statistics.median(milliseconds(lambda: reminders.sweep(now), rounds=10))
        transaction.set_rollback(True)
    return [
        f"{run.flagged} flagged and {run.told} messages in {whole:.2f} s; one ideal statement {one:.2f} s;"
        f" ratio {whole / one:.2f}; the process grew by {peak:.1f} MiB",
        f"a run that finds nothing: {idle:.1f} ms",
    ]


def main() -> None:
    """Make the data if the database is empty, measure, print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--due", type=int, default=100_000)
    options = parser.parse_args()
    settings.ROOT_URLCONF = "bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        began = time.perf_counter()
        Generator(people=options.people, now=timezone.now()).run()
        print(f"made in {time.perf_counter() - began:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    counts = f"{Participant.objects.count()} participants, {Session.objects.count()} sessions"
    counts += f", {FollowUp.objects.count()} follow-ups, {Membership.objects.filter(role=Role.SPECIALIST).count()}"
    print(f"\n{counts} specialists\n")
    print("\n".join(pages()))
    print(f"\nSaving a session with its next step: {saving()}\n")
    print("\n".join(f"- Sweep: {line}" for line in sweeping(options.due)))


if __name__ == "__main__":
    main()
