"""Sending what stands in the outbox: claim with a lease, ask again, send, confirm each by its own commit.

A worker killed between sending and confirming repeats that one message, with the same Message-ID;
nothing is lost and nothing else is repeated.
"""

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from accounts.access import teams_of
from accounts.models import OutgoingEmail
from accounts.models.outbox import EmailKind, EmailState, OutgoingEmailQuerySet
from followups import reminders
from followups.models import FollowUp
from followups.reminders import digests
from followups.reminders.rules import rules_at

log = logging.getLogger(__name__)

CLAIM = 20
LEASE = timedelta(minutes=2)
# Longer than one message can take (EMAIL_TIMEOUT).
LEASE_MARGIN = timedelta(seconds=20)
# After so long a summary of the day is no longer one.
FRESH = timedelta(hours=20)
MOST_SKEW = timedelta(seconds=2)
# Minutes until the next try, after the first, second … failure; then it is given up and shown.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 1440)


def tell(clock: Callable[[], datetime]) -> int:
    """Sweep, and send at once what it has queued; returns how much was flagged.

    A clock that is off would tell people of another day: it does nothing then, and the dashboards say since when
    nobody has been told.
    """
    if is_off(clock()):
        return 0
    run = reminders.sweep(clock())
    deliver(clock)
    return run.flagged


def is_off(now: datetime) -> bool:
    """Whether this machine's clock and the database's are so far apart that nothing may be sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        skew = abs(cursor.fetchone()[0] - now)
    if skew > MOST_SKEW:
        log.error("the clock is %s s off the database's; nothing is sent", round(skew.total_seconds()))
    return skew > MOST_SKEW


def deliver(clock: Callable[[], datetime], server: BaseEmailBackend | None = None) -> int:
    """Send all that is due; returns how many messages left. Any number of workers may do so at once.

    `clock` is asked again and again: a lease is only worth something against the real time.
    """
    sent = 0
    server = server or get_connection()
    while claimed := claim(clock()):
        for message in claimed:
            if clock() > message.leased_until - LEASE_MARGIN:
                release(message)  # a slow mail server ate the lease; the rest is free again
                continue
            sent += send_one(message, server, clock())
    server.close()
    return sent


@transaction.atomic
def claim(at: datetime) -> list[OutgoingEmail]:
    """Take some messages for two minutes; others pass over them."""
    waiting = OutgoingEmail.objects.waiting(at).select_for_update(skip_locked=True).order_by("next_try_at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:CLAIM])
    OutgoingEmail.objects.filter(pk__in=keys).update(leased_until=at + LEASE)
    return list(OutgoingEmail.objects.filter(pk__in=keys).select_related("recipient").order_by("next_try_at", "pk"))


def mine(message: OutgoingEmail) -> OutgoingEmailQuerySet:
    """The message, as long as this worker's lease on it holds."""
    return OutgoingEmail.objects.filter(pk=message.pk, state=EmailState.QUEUED, leased_until=message.leased_until)


def release(message: OutgoingEmail, until: datetime | None = None) -> bool:
    """Give back a message that had no try; it may leave at once or from a moment on. False."""
    mine(message).update(leased_until=None, next_try_at=until or message.next_try_at)
    return False


def begin(message: OutgoingEmail, at: datetime) -> bool:
    """Count the try before it is made; False where the lease has gone to another worker.

    A message that ends its worker every time is so counted out alone, and comes after the others next time.
    """
    message.attempts += 1
    later = at + timedelta(minutes=BACK_OFF[0])
    return bool(mine(message).update(attempts=message.attempts, next_try_at=later))


def send_one(message: OutgoingEmail, server: BaseEmailBackend, at: datetime) -> bool:
    """Send one message if it is still wanted, and write down what became of it."""
    if message.attempts >= len(BACK_OFF):
        return finish(message, EmailState.STOPPED, at, message.last_error or "gave up")
    if not still_wanted(message, at):
        return finish(message, EmailState.CANCELLED, at)
    if is_stale(message, at):
        # Nobody is to look for one that was never tried; one that could not be delivered is shown.
        state = EmailState.STOPPED if message.attempts else EmailState.CANCELLED
        return finish(message, state, at, message.last_error)
    later = quiet_until(message, at)
    if later is not None:
        return release(message, later)
    if not begin(message, at):
        return False
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[message.recipient.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=server,
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    try:
        email.send()
    except Exception as error:
        server.close()
        return put_back(message, error, at)
    finish(message, EmailState.SENT, at)
    return True


def still_wanted(message: OutgoingEmail, at: datetime) -> bool:
    """Ask again: an active colleague, something to say to them, and of a reminder something they may still see."""
    if message.kind == EmailKind.INVITATION:
        return message.recipient.is_invited
    if not message.recipient.is_active:
        return False
    if message.kind == EmailKind.DIGEST:
        return digests.still_wanted(message, at)
    if message.kind != EmailKind.REMINDER:
        return True
    seen = FollowUp.objects.visible_to(message.recipient)
    return message.reminders.needed().filter(followup__in=seen).exists()


def is_stale(message: OutgoingEmail, at: datetime) -> bool:
    """Whether it is a summary of another day: yesterday's news helps nobody."""
    return message.kind == EmailKind.DIGEST and at - message.created_at >= FRESH


def quiet_until(message: OutgoingEmail, at: datetime) -> datetime | None:
    """When a reminder or a summary may leave, where every team it speaks of is quiet now; None for at once."""
    if message.kind == EmailKind.DIGEST:
        rules = rules_at(at, teams_of(message.recipient))
        may_leave = [not one.is_quiet and one.is_working_day for one in rules]
    elif message.kind == EmailKind.REMINDER:
        about = list(message.reminders.needed().values_list("team", "rung", "due_on"))
        rules = rules_at(at, {team for team, _rung, _due_on in about})
        of_team = {one.team_id: one for one in rules}
        may_leave = [of_team[team].may_mail(rung, due_on) for team, rung, due_on in about]
    else:
        return None
    return None if any(may_leave) else min((one.loud_again_at for one in rules), default=None)


def finish(message: OutgoingEmail, state: str, at: datetime, error: str = "") -> bool:
    """Close a message; its text is emptied. False, for those that did not leave."""
    if state == EmailState.STOPPED:
        log.error("message %s was given up: %s", message.pk, error)
    OutgoingEmail.objects.filter(pk=message.pk, state=EmailState.QUEUED).update(
        state=state, finished_at=at, leased_until=None, text="", html="", last_error=error
    )
    return False


def put_back(message: OutgoingEmail, error: Exception, at: datetime) -> bool:
    """After a failure: try later, or stop where the server says never (5xx) or too often has passed. False."""
    what = f"{type(error).__name__} {code_of(error)}".strip()
    if is_final(error) or message.attempts >= len(BACK_OFF):
        return finish(message, EmailState.STOPPED, at, what)
    later = at + timedelta(minutes=BACK_OFF[message.attempts - 1])
    OutgoingEmail.objects.filter(pk=message.pk).update(leased_until=None, next_try_at=later, last_error=what)
    log.warning("message %s is tried again later: %s", message.pk, what)
    return False


def code_of(error: Exception) -> str:
    """The server's number, where it gave one; never its words, which may hold an address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return " ".join(str(code) for code, _words in error.recipients.values())
    return str(getattr(error, "smtp_code", ""))


def is_final(error: Exception) -> bool:
    """Whether the mail server has refused this message or recipient for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500
