"""The sweep: flag what became overdue, tell whom it concerns, leave a heartbeat.

Set-based SQL in bounded batches, each its own short transaction, so that a worker killed at any
point loses nothing and repeats nothing: a flag is a condition of the next batch, a reminder is
unique, and an e-mail is a row that points at the reminders it carries. Two sweeps at once share
the work (SKIP LOCKED). Whether something is overdue is never decided here; that is computed.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from accounts.actions import mail
from accounts.models import Membership, Role, Team, User
from accounts.models.outbox import EmailKind
from followups.calendar import local_date
from followups.models import Reminder, Rung, SweepRun
from followups.models.calendars import calendar_of

log = logging.getLogger(__name__)

BATCH = 2_000
KEEP_RUNS = timedelta(days=14)


@dataclass(frozen=True)
class Cutoff:
    """For one team: what was due on or before this local day belongs on this rung."""

    team_id: UUID
    rung: int
    due_on: date


def sweep(at: datetime) -> SweepRun:
    """One run: flag, bundle e-mail, leave the heartbeat. May run twice, at once, or late."""
    run = SweepRun.objects.create(started_at=at)
    for cutoff in cutoffs_with_work(at):
        run.flagged += flag_all(cutoff, at)
    run.told = bundle_emails(at)
    run.finished_at = at
    run.save(update_fields=["finished_at", "flagged", "told"])
    SweepRun.objects.filter(started_at__lt=at - KEEP_RUNS).delete()
    return run


def cutoffs_with_work(at: datetime) -> list[Cutoff]:
    """The rungs on which some follow-up of a team is not flagged yet; the lower rung first.

    Two queries for the teams' calendars and one statement that probes the index once per team and
    rung, whatever the number of follow-ups.
    """
    wanted = []
    for team in Team.objects.prefetch_related("closed_days"):
        today = local_date(at, team.time_zone)
        wanted.append(Cutoff(team.pk, Rung.SUPERVISOR, calendar_of(team).due_before(today, team.supervisor_after_days)))
        wanted.append(Cutoff(team.pk, Rung.SPECIALIST, today - timedelta(days=1)))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT cutoff.team_id, cutoff.rung, cutoff.due_on
            FROM unnest(%s::uuid[], %s::int[], %s::date[]) AS cutoff (team_id, rung, due_on)
            WHERE EXISTS (
                SELECT FROM followups_followup AS row
                WHERE row.team_id = cutoff.team_id AND row.flagged_rung < cutoff.rung
                  AND row.due_on <= cutoff.due_on AND row.state IN ('open', 'waiting', 'paused')
            )
            ORDER BY cutoff.rung, cutoff.team_id
            """,
            [
                [str(cutoff.team_id) for cutoff in wanted],
                [cutoff.rung for cutoff in wanted],
                [cutoff.due_on for cutoff in wanted],
            ],
        )
        return [Cutoff(*found) for found in cursor.fetchall()]


def flag_all(cutoff: Cutoff, at: datetime) -> int:
    """Flag everything of one team and rung, batch after batch; returns how many."""
    supervisors = recipients(cutoff.team_id, Role.SUPERVISOR)
    keepers = supervisors | recipients(cutoff.team_id, Role.SPECIALIST)
    total = 0
    while True:
        count = flag_batch(cutoff, at, keepers, supervisors)
        total += count
        if count < BATCH:
            return total


def recipients(team_id: UUID, role: str) -> set[UUID]:
    """Active members of a team with that role."""
    members = Membership.objects.filter(team=team_id, role=role, user__is_active=True)
    return set(members.values_list("user", flat=True))


@transaction.atomic
def flag_batch(cutoff: Cutoff, at: datetime, keepers: set[UUID], supervisors: set[UUID]) -> int:
    """Flag some follow-ups and write whom that tells, in one transaction; returns how many were flagged.

    On the first rung whoever keeps it is told; where nobody can be told, and on the second rung,
    the team's supervisors. One statement: the rows it changes are the rows it reports. Rung after
    rung: a row that was locked on the first is not told to a supervisor before its keeper.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT id FROM followups_followup
                WHERE team_id = %(team)s AND flagged_rung = %(rung)s - 1 AND due_on <= %(due_on)s
                  AND state IN ('open', 'waiting', 'paused')
                ORDER BY due_on, id
                LIMIT %(batch)s
                FOR UPDATE SKIP LOCKED
            ), flagged AS (
                UPDATE followups_followup AS row SET flagged_rung = %(rung)s, flagged_at = %(at)s
                FROM due WHERE row.id = due.id
                RETURNING row.id, row.owner_id, row.due_on
            ), told AS (
                INSERT INTO followups_reminder (id, team_id, followup_id, rung, recipient_id, due_on, created_at)
                SELECT gen_random_uuid(), %(team)s, flagged.id, %(rung)s, recipient.id, flagged.due_on, %(at)s
                FROM flagged
                CROSS JOIN LATERAL unnest(
                    CASE WHEN %(rung)s = 1 AND flagged.owner_id = ANY(%(keepers)s::uuid[])
                         THEN ARRAY[flagged.owner_id]
                         ELSE %(supervisors)s::uuid[] END
                ) AS recipient (id)
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) FROM flagged
            """,
            {
                "team": cutoff.team_id,
                "rung": cutoff.rung,
                "due_on": cutoff.due_on,
                "at": at,
                "batch": BATCH,
                "keepers": [str(key) for key in keepers],
                "supervisors": [str(key) for key in supervisors],
            },
        )
        return cursor.fetchone()[0]


def bundle_emails(at: datetime) -> int:
    """One e-mail for each colleague with reminders that no e-mail carries yet; returns how many."""
    letters = {view: letter_to(view) for view in ("today", "overdue")}
    return sum(1 for user in list(unmailed()) if bundle_one(user, letters, at))


def letter_to(view: str) -> mail.Letter:
    """The neutral letter that leads to a page; it is the same for everybody, so it is written once a run."""
    return mail.write("reminder", {"link": settings.BASE_URL + reverse(view)})


def unmailed() -> Iterator[UUID]:
    """Ids of colleagues to whom something has to be written."""
    waiting = Reminder.objects.filter(mailed_at=None).order_by("recipient")
    yield from waiting.values_list("recipient", flat=True).distinct()


@transaction.atomic
def bundle_one(user_id: UUID, letters: dict[str, mail.Letter], at: datetime) -> bool:
    """Put all of one colleague's unmailed reminders into one message; False if another sweep did, or none is needed."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    mine = Reminder.objects.filter(recipient=user, mailed_at=None)
    if not user.is_active or not mine.needed().exists():
        mine.update(mailed_at=at)
        return False
    supervises = mine.filter(rung=Rung.SUPERVISOR).exists()
    letter = letters["overdue" if supervises else "today"]
    message = mail.queue(to=user, kind=EmailKind.REMINDER, letter=letter, at=at)
    mine.update(email=message, mailed_at=at)
    return True
