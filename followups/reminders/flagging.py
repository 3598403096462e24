"""Flagging what reached a rung of the ladder, and writing down whom that tells.

Set-based SQL in bounded batches, each its own short transaction. A flag is a condition of the next
batch and a reminder is unique, so a run cut off at any point is finished by the next, and two runs at
once share the work (SKIP LOCKED). Whether something is overdue is never decided here; that is computed.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction

from followups.models import Rung
from followups.reminders.rules import Listeners, TeamRules

log = logging.getLogger(__name__)

BATCH = 2_000
LADDER = (Rung.KEEPER, Rung.AGAIN, Rung.SUPERVISOR, Rung.ANYONE)

PROBE = """
    SELECT cutoff.team_id
    FROM unnest(%(teams)s::uuid[], %(due_by)s::date[]) AS cutoff (team_id, due_on)
    WHERE EXISTS (
        SELECT FROM followups_followup AS row
        WHERE row.team_id = cutoff.team_id AND row.flagged_rung = %(rung)s - 1
          AND row.due_on <= cutoff.due_on AND row.state IN ('open', 'waiting', 'paused')
    )
"""

# The rows it changes are the rows it reports. On the first two rungs whoever keeps it is told (or whoever stands
# in for them); where nobody can be, and from the third on, the supervisors on duty; on the fourth also whoever
# stands in. Told twelve hours ago or less is told: one who was away for weeks is not told twice in a minute.
FLAG = """
    WITH cutoff AS (
        SELECT * FROM unnest(%(teams)s::uuid[], %(due_by)s::date[]) AS t (team_id, due_on)
    ), keeper AS (
        SELECT * FROM unnest(%(keeper_teams)s::uuid[], %(keepers)s::uuid[], %(hear)s::uuid[])
            AS t (team_id, keeper_id, hears_id)
    ), supervisor AS (
        SELECT * FROM unnest(%(supervisor_teams)s::uuid[], %(supervisors)s::uuid[]) AS t (team_id, hears_id)
    ), known AS (
        SELECT team_id, keeper_id, bool_or(hears_id <> keeper_id) AS is_covered
        FROM keeper GROUP BY team_id, keeper_id
    ), supervised AS (
        SELECT DISTINCT team_id FROM supervisor
    ), due AS (
        SELECT row.id, known.keeper_id IS NOT NULL AS has_keeper,
            supervised.team_id IS NOT NULL
                OR (%(rung)s <= 2 AND known.keeper_id IS NOT NULL)
                OR (%(rung)s = 4 AND coalesce(known.is_covered, false)) AS is_heard
        FROM followups_followup AS row
        JOIN cutoff ON cutoff.team_id = row.team_id AND row.due_on <= cutoff.due_on
        LEFT JOIN known ON known.team_id = row.team_id AND known.keeper_id = row.owner_id
        LEFT JOIN supervised ON supervised.team_id = row.team_id
        WHERE row.flagged_rung = %(rung)s - 1 AND row.state IN ('open', 'waiting', 'paused') {which}
        LIMIT %(batch)s
        FOR UPDATE OF row SKIP LOCKED
    ), flagged AS (
        UPDATE followups_followup AS row
        SET flagged_rung = %(rung)s, flagged_at = coalesce(row.flagged_at, %(at)s), unheard = NOT due.is_heard
        FROM due WHERE row.id = due.id
        RETURNING row.id, row.team_id, row.owner_id, row.due_on, due.has_keeper
    ), recipient AS (
        SELECT flagged.id, flagged.team_id, flagged.due_on, keeper.hears_id
        FROM flagged JOIN keeper ON keeper.team_id = flagged.team_id AND keeper.keeper_id = flagged.owner_id
        WHERE %(rung)s <= 2 OR (%(rung)s = 4 AND keeper.hears_id <> flagged.owner_id)
        UNION
        SELECT flagged.id, flagged.team_id, flagged.due_on, supervisor.hears_id
        FROM flagged JOIN supervisor ON supervisor.team_id = flagged.team_id
        WHERE %(rung)s >= 3 OR NOT flagged.has_keeper
    ), told AS (
        INSERT INTO followups_reminder (id, team_id, followup_id, rung, recipient_id, due_on, created_at)
        SELECT gen_random_uuid(), recipient.team_id, recipient.id, %(rung)s, recipient.hears_id,
            recipient.due_on, %(at)s
        FROM recipient
        WHERE %(rung)s = 1 OR NOT EXISTS (
            SELECT FROM followups_reminder AS earlier
            WHERE earlier.followup_id = recipient.id AND earlier.recipient_id = recipient.hears_id
              AND earlier.due_on = recipient.due_on AND earlier.created_at > %(at)s - interval '12 hours'
        )
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM flagged
"""

ONLY_THESE = "AND row.id = ANY(%(these)s::uuid[])"
NOT_THESE = "AND row.id <> ALL(%(these)s::uuid[])"
DUE_IDS = """
    SELECT row.id FROM followups_followup AS row
    JOIN unnest(%(teams)s::uuid[], %(due_by)s::date[]) AS cutoff (team_id, due_on)
        ON cutoff.team_id = row.team_id AND row.due_on <= cutoff.due_on
    WHERE row.flagged_rung = %(rung)s - 1 AND row.state IN ('open', 'waiting', 'paused')
      AND row.id <> ALL(%(these)s::uuid[])
    LIMIT %(batch)s
"""

TELL_ANEW = """
    WITH anew AS (
        SELECT id FROM followups_followup
        WHERE unheard AND state IN ('open', 'waiting', 'paused') AND team_id = ANY(%(teams)s::uuid[])
        LIMIT %(batch)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE followups_followup AS row SET flagged_rung = 0, flagged_at = NULL, unheard = false
    FROM anew WHERE row.id = anew.id
"""


def flag(rules: list[TeamRules], listeners: Listeners, at: datetime) -> int:
    """Flag everything, rung after rung, the lower first; returns how many follow-ups climbed (each rung counts)."""
    tell_anew(listeners)
    return sum(flag_rung(rung, rules, listeners, at) for rung in LADDER)


def tell_anew(listeners: Listeners) -> None:
    """What nobody could be told begins anew in teams that have a supervisor on duty again, batch after batch."""
    given = {"teams": as_text(listeners.teams_with_supervisors), "batch": BATCH}
    with connection.cursor() as cursor:
        count = BATCH
        while count == BATCH:
            cursor.execute(TELL_ANEW, given)
            count = cursor.rowcount


def flag_rung(rung: int, rules: list[TeamRules], listeners: Listeners, at: datetime) -> int:
    """Flag what belongs on one rung, batch after batch; returns how many.

    A row that cannot be flagged is found by halving its batch, and left out: it must not stop the others.
    """
    teams = teams_with_work(rung, rules)
    if not teams:
        return 0
    given = parameters(rung, [one for one in rules if one.team_id in teams], listeners, at)
    total, left_out = 0, []
    while True:
        broken: list[str] = []
        try:
            count = flag_batch(NOT_THESE, {**given, "these": left_out})
        except OperationalError:
            raise  # the database itself: the next run goes on
        except DatabaseError:
            count, broken = flag_around(due_ids(given, left_out), given)
            left_out += broken
        total += count
        # A batch of nothing but broken rows is not the last.
        if count == 0 and not broken:
            return total


def flag_around(ids: list[str], given: dict[str, Any]) -> tuple[int, list[str]]:
    """Flag these, leaving out those that make the statement fail; returns how many, and which were left out."""
    try:
        return flag_batch(ONLY_THESE, {**given, "these": ids}), []
    except OperationalError:
        raise
    except DatabaseError as error:
        if len(ids) == 1:
            log.error("follow-up %s cannot be flagged: %s", ids[0], type(error).__name__)
            return 0, ids
    half = len(ids) // 2
    first, second = flag_around(ids[:half], given), flag_around(ids[half:], given)
    return first[0] + second[0], first[1] + second[1]


def teams_with_work(rung: int, rules: list[TeamRules]) -> set[object]:
    """Teams with something to flag: one statement that probes an index once per team."""
    with connection.cursor() as cursor:
        cursor.execute(PROBE, {"rung": rung, **cutoffs(rung, rules)})
        return {team for (team,) in cursor.fetchall()}


@transaction.atomic
def flag_batch(which: str, given: dict[str, Any]) -> int:
    """Flag some follow-ups and write whom that tells, in one statement; returns how many were flagged."""
    with connection.cursor() as cursor:
        cursor.execute(FLAG.format(which=which), given)
        return cursor.fetchone()[0]


def due_ids(given: dict[str, Any], left_out: list[str]) -> list[str]:
    """The batch in which something cannot be flagged."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_IDS, {**given, "these": left_out})
        return [str(key) for (key,) in cursor.fetchall()]


def parameters(rung: int, rules: list[TeamRules], listeners: Listeners, at: datetime) -> dict[str, Any]:
    """What the statements are given."""
    teams = {one.team_id for one in rules}
    keepers = [row for row in listeners.keepers if row[0] in teams]
    supervisors = [row for row in listeners.supervisors if row[0] in teams]
    return {
        "rung": rung,
        "at": at,
        "batch": BATCH,
        **cutoffs(rung, rules),
        "keeper_teams": as_text(row[0] for row in keepers),
        "keepers": as_text(row[1] for row in keepers),
        "hear": as_text(row[2] for row in keepers),
        "supervisor_teams": as_text(row[0] for row in supervisors),
        "supervisors": as_text(row[1] for row in supervisors),
    }


def cutoffs(rung: int, rules: list[TeamRules]) -> dict[str, list[object]]:
    """Teams and the latest day due of the rung, side by side."""
    return {"teams": as_text(one.team_id for one in rules), "due_by": [one.due_by[rung] for one in rules]}


def as_text(keys: Iterable[object]) -> list[str]:
    """Ids as PostgreSQL is handed them in an array."""
    return [str(key) for key in keys]
