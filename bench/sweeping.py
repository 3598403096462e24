"""So many follow-ups due at once: the sweep against one ideal statement; and a sweep that finds nothing."""

import time

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutgoingEmail, Team
from bench.measure import listening, p50, watching_memory
from followups import reminders
from followups.calendar import local_date
from followups.models import FollowUp, Reminder

KEEP = """
    CREATE TABLE bench_kept AS
    SELECT id, due_on, flagged_rung, flagged_at FROM followups_followup
    WHERE state IN ('open', 'waiting', 'paused') ORDER BY id LIMIT %s
"""
MAKE_DUE = """
    UPDATE followups_followup AS row SET due_on = %s, flagged_rung = 0, flagged_at = NULL
    FROM bench_kept WHERE row.id = bench_kept.id
"""
IDEAL = """
    WITH flagged AS (
        UPDATE followups_followup SET flagged_rung = 1, flagged_at = now()
        WHERE flagged_rung = 0 AND state IN ('open', 'waiting', 'paused') AND due_on <= %s
        RETURNING id, team_id, owner_id, due_on
    )
    INSERT INTO followups_reminder (id, team_id, followup_id, rung, recipient_id, due_on, created_at)
    SELECT gen_random_uuid(), team_id, id, 1, owner_id, due_on, now() FROM flagged WHERE owner_id IS NOT NULL
    ON CONFLICT DO NOTHING
"""
PUT_BACK = """
    UPDATE followups_followup AS row
    SET due_on = bench_kept.due_on, flagged_rung = bench_kept.flagged_rung, flagged_at = bench_kept.flagged_at
    FROM bench_kept WHERE row.id = bench_kept.id
"""


def sweeping(due: int) -> list[str]:
    """Lines of the table; the data are put back as they were."""
    reminders.sweep(timezone.now())
    began_at = timezone.now()
    # The day it is where it is earliest: due everywhere, and on no higher rung anywhere.
    today = min(local_date(began_at, zone) for zone in Team.objects.values_list("time_zone", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP TABLE IF EXISTS bench_kept")
        cursor.execute(KEEP, [due])
        cursor.execute(MAKE_DUE, [today])
        cursor.execute("VACUUM ANALYZE followups_followup")
    ideal = one_ideal_statement(today)
    with watching_memory() as memory, listening() as asked:
        began = time.perf_counter()
        run = reminders.sweep(timezone.now())
        whole = time.perf_counter() - began
    # Whatever the sweep says to flag, it names the column.
    flagging = asked.about("flagged_rung") / 1000
    right_after = idle()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE followups_followup, followups_reminder")
    settled = idle()
    put_back(began_at)
    return [
        f"| Sweep, {run.flagged:,} due at once: flagged and reminders written | {flagging:.2f} s,"
        f" {flagging / ideal:.1f} × | ≤ 2 × one ideal statement ({ideal:.2f} s) |",
        f"| The same, with {run.told:,} e-mails bundled | {whole:.2f} s, {whole / ideal:.1f} × | – |",
        f"| Longest transaction of it | {asked.longest:.0f} ms | ≤ 2000 ms |",
        f"| Memory of it | {memory.before:.0f} MiB, at most {memory.peak:.0f} MiB | flat |",
        f"| Sweep that finds nothing: database time | {settled:.1f} ms | ≤ 20 ms |",
        f"| The same, before PostgreSQL has tidied up after the {run.flagged:,} | {right_after:.1f} ms | – |",
    ]


def idle() -> float:
    """Milliseconds in the database of a sweep that finds nothing."""
    taken = []
    for _round in range(10):
        with listening() as asked:
            reminders.sweep(timezone.now())
        taken.append(asked.milliseconds)
    return p50(taken)


def one_ideal_statement(today: object) -> float:
    """Seconds of one statement that does the same; undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(IDEAL, [today])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM followups_followup, followups_reminder")
    return taken


def put_back(since: object) -> None:
    """As it was before."""
    Reminder.objects.filter(created_at__gte=since).delete()
    OutgoingEmail.objects.filter(created_at__gte=since).delete()
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK)
        cursor.execute("DROP TABLE bench_kept")
        cursor.execute("VACUUM ANALYZE followups_followup, followups_reminder, accounts_outgoingemail")
        cursor.execute("RESET statement_timeout")
    assert FollowUp.objects.standing().exists()
