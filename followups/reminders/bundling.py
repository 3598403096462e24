"""One e-mail for each colleague with reminders that no e-mail carries yet, within the team's hours and limits."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from psycopg2.extras import Json

from accounts.actions import mail
from accounts.models.outbox import EmailKind
from followups.models import Rung
from followups.reminders.flagging import as_text
from followups.reminders.rules import TeamRules

RECIPIENTS = 500
# The pages a message may lead to.
VIEWS = ("today", "overdue", "notices")
BATCH = 2_000

# What belongs to a team or a colleague is looked up in an array or in JSON, never joined: a hundred thousand reminders
# that were written a moment ago are none yet in PostgreSQL's statistics, and each would be held against every row.

# Reminders that may leave now; a closed day lets through only what was planned for it.
READY = """
    reminder.mailed_at IS NULL AND reminder.team_id = ANY(%(teams)s::uuid[])
    AND (
        reminder.team_id = ANY(%(working)s::uuid[])
        OR (reminder.rung = 1 AND reminder.due_on = (%(today)s::jsonb ->> reminder.team_id::text)::date)
    )
"""
# Seen to without an e-mail: settled meanwhile, or the colleague does not want one. A row held by another run is
# waited for, not skipped: what follows takes every reminder for one that wants a message.
SEEN_TO = """
    WITH settled AS (
        SELECT reminder.id FROM followups_reminder AS reminder
        JOIN followups_followup AS row ON row.id = reminder.followup_id
        JOIN accounts_user AS recipient ON recipient.id = reminder.recipient_id
        WHERE reminder.mailed_at IS NULL AND reminder.team_id = ANY(%(teams)s::uuid[])
          AND (row.state NOT IN ('open', 'waiting', 'paused') OR row.due_on <> reminder.due_on
               OR NOT recipient.is_active OR recipient.remind_by <> 'email')
        ORDER BY reminder.id
        LIMIT %(batch)s
        FOR UPDATE OF reminder
    )
    UPDATE followups_reminder AS reminder SET mailed_at = %(at)s FROM settled WHERE reminder.id = settled.id
"""
# Who has had enough today hears of it tomorrow by e-mail; in the program it stands already. What was taken back
# before it left was none.
TAKE = f"""
    WITH waiting AS (
        SELECT DISTINCT reminder.recipient_id, reminder.team_id FROM followups_reminder AS reminder WHERE {READY}
    ), ready AS (
        SELECT recipient_id, min((%(most)s::jsonb ->> team_id::text)::int) AS most,
               max((%(day_began)s::jsonb ->> team_id::text)::timestamptz) AS day_began_at
        FROM waiting GROUP BY recipient_id
    )
    SELECT recipient.id FROM accounts_user AS recipient JOIN ready ON ready.recipient_id = recipient.id
    WHERE ready.most > (
        SELECT count(*) FROM accounts_outgoingemail AS sent
        WHERE sent.recipient_id = recipient.id AND sent.kind = 'reminder' AND sent.state <> 'cancelled'
          AND sent.created_at >= ready.day_began_at
    )
    LIMIT %(recipients)s
    FOR NO KEY UPDATE OF recipient SKIP LOCKED
"""
# Where each of them reads it: on Today what is theirs or of one they stand in for, on the board what has reached
# the supervisor, among their notices what nobody keeps yet.
WHITHER = f"""
    WITH ready AS (
        SELECT reminder.recipient_id, reminder.followup_id, reminder.rung FROM followups_reminder AS reminder
        WHERE {READY} AND reminder.recipient_id = ANY(%(taken)s::uuid[])
    ), placed AS (
        SELECT ready.recipient_id, ready.rung, coalesce(row.owner_id = ready.recipient_id, false) OR EXISTS (
            SELECT FROM accounts_cover AS cover
            WHERE cover.cover_id = ready.recipient_id AND cover.absent_id = row.owner_id
              AND cover.team_id = row.team_id AND cover.starts_at <= now() AND cover.ends_at > now()
        ) AS is_on_today
        FROM ready JOIN followups_followup AS row ON row.id = ready.followup_id
    )
    SELECT recipient_id, CASE
        WHEN bool_or(NOT is_on_today AND rung IN (%(supervisor)s, %(anyone)s)) THEN 'overdue'
        WHEN bool_or(NOT is_on_today) THEN 'notices'
        ELSE 'today'
    END
    FROM placed GROUP BY recipient_id
"""
CARRY = f"""
    UPDATE followups_reminder AS reminder
    SET mailed_at = %(at)s, email_id = (%(messages)s::jsonb ->> reminder.recipient_id::text)::uuid
    WHERE {READY} AND reminder.recipient_id = ANY(%(taken)s::uuid[])
"""


def bundle_emails(rules: list[TeamRules], at: datetime) -> int:
    """Put all reminders that may leave into messages, one a colleague; returns how many messages."""
    loud = [one for one in rules if not one.is_quiet]
    if not loud:
        return 0
    given = {
        "at": at,
        "teams": as_text(one.team_id for one in loud),
        "working": as_text(one.team_id for one in loud if one.is_working_day),
        "today": of_each(loud, lambda one: one.today.isoformat()),
        "day_began": of_each(loud, lambda one: one.day_began_at.isoformat()),
        "most": of_each(loud, lambda one: one.most_mails),
        "recipients": RECIPIENTS,
        "batch": BATCH,
        "supervisor": Rung.SUPERVISOR,
        "anyone": Rung.ANYONE,
    }
    pass_over(given)
    letters = {view: letter_to(view) for view in VIEWS}
    total = 0
    while count := bundle_batch(given, letters, at):
        total += count
        if count < RECIPIENTS:
            break
    return total


def of_each(rules: list[TeamRules], fact: Callable[[TeamRules], object]) -> Json:
    """That fact of each team, by its id."""
    return Json({str(one.team_id): fact(one) for one in rules})


def pass_over(given: dict[str, object]) -> None:
    """See to what needs no message, batch after batch, each its own short transaction."""
    with connection.cursor() as cursor:
        count = BATCH
        while count == BATCH:
            cursor.execute(SEEN_TO, given)
            count = cursor.rowcount


def letter_to(view: str) -> mail.Letter:
    """The neutral letter that leads to a page; it is the same for everybody, so it is written once a run."""
    return mail.write("reminder", {"link": settings.BASE_URL + reverse(view)})


@transaction.atomic
def bundle_batch(given: dict[str, object], letters: dict[str, mail.Letter], at: datetime) -> int:
    """Messages for some colleagues; returns how many.

    Their rows are locked first and their reminders read by a statement of its own: what another run has
    just bundled is seen, and not bundled again.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, given)
        taken = [user for (user,) in cursor.fetchall()]
        if not taken:
            return 0
        cursor.execute(WHITHER, {**given, "taken": as_text(taken)})
        leads_to: dict[UUID, str] = dict(cursor.fetchall())
    messages = [
        message
        for view in VIEWS
        for message in mail.queue_all(
            to=[user for user, where in leads_to.items() if where == view],
            kind=EmailKind.REMINDER,
            letter=letters[view],
            at=at,
        )
    ]
    with connection.cursor() as cursor:
        carried = {str(message.recipient_id): str(message.pk) for message in messages}
        cursor.execute(CARRY, {**given, "taken": list(carried), "messages": Json(carried)})
    return len(messages)
