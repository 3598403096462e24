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
from django.db import transaction
from django.db.models import F

from accounts.models import OutgoingEmail
from accounts.models.outbox import EmailKind, EmailState
from followups import reminders
from followups.models import FollowUp

log = logging.getLogger(__name__)

CLAIM = 20
LEASE = timedelta(minutes=2)
# Longer than one message can take (EMAIL_TIMEOUT).
LEASE_MARGIN = timedelta(seconds=20)
# Minutes until the next try, after the first, second … failure; then it is given up and shown.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 1440)


def tell(clock: Callable[[], datetime]) -> int:
    """Sweep, and send at once what it has queued; returns how much was flagged."""
    run = reminders.sweep(clock())
    deliver(clock)
    return run.flagged


def deliver(clock: Callable[[], datetime], connection: BaseEmailBackend | None = None) -> int:
    """Send all that is due; returns how many messages left. Any number of workers may do so at once.

    `clock` is asked again and again: a lease is only worth something against the real time.
    """
    sent = 0
    connection = connection or get_connection()
    while claimed := claim(clock()):
        for message in claimed:
            if clock() > message.leased_until - LEASE_MARGIN:
                break  # a slow mail server ate the lease; the rest is free again when it ends
            sent += send_one(message, connection, clock())
    connection.close()
    return sent


@transaction.atomic
def claim(at: datetime) -> list[OutgoingEmail]:
    """Take some messages for two minutes; others pass over them."""
    waiting = OutgoingEmail.objects.waiting(at).select_for_update(skip_locked=True).order_by("next_try_at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:CLAIM])
    # A message that ends its worker every time counts as a failed try, so that it cannot hold up the others.
    OutgoingEmail.objects.filter(pk__in=keys).update(leased_until=at + LEASE, attempts=F("attempts") + 1)
    return list(OutgoingEmail.objects.filter(pk__in=keys).select_related("recipient").order_by("next_try_at", "pk"))


def send_one(message: OutgoingEmail, connection: BaseEmailBackend, at: datetime) -> bool:
    """Send one message if it is still wanted, and write down what became of it."""
    if message.attempts > len(BACK_OFF):
        return finish(message, EmailState.STOPPED, at, message.last_error or "gave up")
    if not still_wanted(message):
        return finish(message, EmailState.CANCELLED, at)
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[message.recipient.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    try:
        email.send()
    except Exception as error:
        connection.close()
        return put_back(message, error, at)
    finish(message, EmailState.SENT, at)
    return True


def still_wanted(message: OutgoingEmail) -> bool:
    """Ask again: an active colleague, and for a reminder something still owed that they may still see."""
    if message.kind == EmailKind.INVITATION:
        return message.recipient.is_invited
    if not message.recipient.is_active:
        return False
    if message.kind != EmailKind.REMINDER:
        return True
    seen = FollowUp.objects.visible_to(message.recipient)
    return message.reminders.needed().filter(followup__in=seen).exists()


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
    what = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    if is_final(error) or message.attempts >= len(BACK_OFF):
        return finish(message, EmailState.STOPPED, at, what)
    later = at + timedelta(minutes=BACK_OFF[message.attempts - 1])
    OutgoingEmail.objects.filter(pk=message.pk).update(leased_until=None, next_try_at=later, last_error=what)
    log.warning("message %s is tried again later: %s", message.pk, what)
    return False


def is_final(error: Exception) -> bool:
    """Whether the mail server has refused this message or recipient for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500
