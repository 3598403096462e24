"""Sending what stands in the outbox: claim with a lease, ask again, send, confirm each by its own commit.

A worker killed between sending and confirming repeats that one message, with the same Message-ID;
nothing is lost and nothing else is repeated.
"""

import logging
import smtplib
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from accounts.access import teams_of
from accounts.models import OutgoingEmail
from accounts.models.outbox import EmailKind, EmailState, OutgoingEmailQuerySet
from followups.models import FollowUp
from followups.poison import FAULTS_OF_A_ROW
from followups.reminders import digests
from followups.reminders.rules import rules_at

log = logging.getLogger(__name__)

CLAIM = 20
LEASE = timedelta(minutes=2)
# A slow mail server must not keep the worker from its other work: the next round goes on.
RUN = timedelta(seconds=45)
# After so long a summary of the day is no longer one.
FRESH = timedelta(hours=20)
# Minutes until the next try, after the first, second … failure: three days in all; then it is given up and shown.
BACK_OFF = (1, 5, 15, 60, 240, 480, 720, 720, 720, 720, 720)
# Begun so often in a row without the mail server's answer, a message is what stops its worker, and is given up.
MOST_UNANSWERED = 5
# What the mail server may answer about one message; any other fault of mail is the server's or the way's to it.
ABOUT_ONE = smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError


class Unreachable(Exception):
    """The mail server does not answer, or wants nothing from us: there is no use in trying the others now."""


def deliver(clock: Callable[[], datetime], server: BaseEmailBackend | None = None) -> int:
    """Send what is due, for three quarters of a minute at most; returns how many messages left.

    Any number of workers may do so at once. `clock` is asked again and again: a lease is only worth something
    against the real time.
    """
    sent, until = 0, clock() + RUN
    server = server or get_connection()
    while clock() < until and (claimed := claim(clock())):
        waiting = deque(claimed)
        try:
            while waiting and clock() < until:
                sent += send_one(waiting.popleft(), server, clock())
        except Unreachable:
            break
        finally:
            release(waiting)
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


def release(messages: Iterable[OutgoingEmail]) -> None:
    """Give back what was claimed and had no try."""
    for message in messages:
        mine(message).update(leased_until=None)


def begin(message: OutgoingEmail, at: datetime) -> bool:
    """Count the try before anything is asked, with a lease of its own; False where another worker has the message.

    A message that ends its worker every time is so counted out alone, and comes after the others next time.
    """
    begun = {
        "attempts": message.attempts + 1,
        "unanswered": message.unanswered + 1,
        "next_try_at": at + timedelta(minutes=BACK_OFF[0]),
        "leased_until": at + LEASE,
    }
    if not mine(message).update(**begun):
        return False
    for name, value in begun.items():
        setattr(message, name, value)
    return True


def send_one(message: OutgoingEmail, server: BaseEmailBackend, at: datetime) -> bool:
    """Send one message if it is still wanted, and write down what became of it. Raises Unreachable."""
    if message.attempts > len(BACK_OFF) or message.unanswered >= MOST_UNANSWERED:
        return close(message, EmailState.STOPPED, at, "gave up")
    if not begin(message, at):
        return False
    try:
        later = quiet_until(message, at)
        if later is not None:
            return hold(message, later)
        # Asked last: what was settled a moment ago must not leave.
        if not still_wanted(message, at):
            return close(message, EmailState.CANCELLED, at)
        if is_stale(message, at):
            # Nobody is to look for one that was never tried; one that could not be delivered is shown.
            state = EmailState.STOPPED if message.attempts > 1 else EmailState.CANCELLED
            return close(message, state, at, message.last_error)
        written(message, server).send()
    except OSError as error:
        server.close()
        message.unanswered = 0
        put_back(message, error, at)
        if not isinstance(error, ABOUT_ONE):
            raise Unreachable from error
        return False
    except FAULTS_OF_A_ROW as error:
        server.close()
        return put_back(message, error, at)
    # Whoever has the lease by now: it has left.
    finish(OutgoingEmail.objects.filter(pk=message.pk, state=EmailState.QUEUED), EmailState.SENT, at)
    return True


def written(message: OutgoingEmail, server: BaseEmailBackend) -> EmailMultiAlternatives:
    """The message as it goes out."""
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[message.recipient.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=server,
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    return email


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
    # By their ids: right after very much was due PostgreSQL would look through all they may see, for seconds.
    owed = list(message.reminders.needed().values_list("followup", flat=True))
    return FollowUp.objects.visible_to(message.recipient).filter(pk__in=owed).exists()


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


def hold(message: OutgoingEmail, until: datetime) -> bool:
    """Give back a message that may leave from a moment on; that was no try. False."""
    tries = {"attempts": message.attempts - 1, "unanswered": message.unanswered - 1}
    mine(message).update(leased_until=None, next_try_at=until, **tries)
    return False


def close(message: OutgoingEmail, state: str, at: datetime, error: str = "") -> bool:
    """End a message that does not leave. False."""
    if state == EmailState.STOPPED:
        log.error("message %s was given up: %s", message.pk, error)
    finish(mine(message), state, at, error)
    return False


def finish(message: OutgoingEmailQuerySet, state: str, at: datetime, error: str = "") -> None:
    """Write down the end of a message; its text is emptied."""
    message.update(state=state, finished_at=at, leased_until=None, text="", html="", last_error=error)


def put_back(message: OutgoingEmail, error: Exception, at: datetime) -> bool:
    """After a failure: try later, or stop where the server says never (5xx) or too often has passed. False."""
    what = f"{type(error).__name__} {code_of(error)}".strip()
    if is_final(error) or message.attempts > len(BACK_OFF) or message.unanswered >= MOST_UNANSWERED:
        return close(message, EmailState.STOPPED, at, what)
    later = at + timedelta(minutes=BACK_OFF[message.attempts - 1])
    mine(message).update(leased_until=None, next_try_at=later, last_error=what, unanswered=message.unanswered)
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
    # The sender is the same for all: a server that refuses it has nothing against this message.
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
