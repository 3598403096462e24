"""E-mail that is to be sent: rows first, SMTP after commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Q, When

from accounts.ids import new_id
from accounts.known import known
from accounts.models.users import User, runs_accounts

# Without an e-mail leaving for this long although some wait, somebody has to look.
SILENT_FOR = timedelta(days=1)
# A mail server that does not answer costs a message this long at least; one that says never is quicker.
HELD_UP = timedelta(hours=12)
# That it wants nothing from us, whoever it is for; and to how many people it must have said never to mean all of us.
WANTS_NOTHING = ("SMTPSenderRefused", "SMTPDataError")
NOT_ONE_ADDRESS = 3


class EmailState(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", "queued"
    SENT = "sent", "sent"
    CANCELLED = "cancelled", "cancelled"
    STOPPED = "stopped", "stopped"


class EmailKind(models.TextChoices):
    """Why a message is sent; a reminder is checked again before it leaves."""

    REMINDER = "reminder", "reminder"
    INVITATION = "invitation", "invitation"
    ACCOUNT = "account", "account"
    DIGEST = "digest", "digest"


@dataclass(frozen=True)
class Alarm:
    """Since when nothing has left, and how many messages wanted to."""

    since: datetime
    waiting: int


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    """Questions the delivery asks, and the page about what could not be delivered."""

    def visible_to(self, user: Any) -> "OutgoingEmailQuerySet":
        """All for an administrator, none for anybody else."""
        return self if runs_accounts(user) else self.none()

    def waiting(self, at: datetime) -> "OutgoingEmailQuerySet":
        """Those to be tried now: queued, their next try has come, and nobody holds a lease on them."""
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.filter(free, state=EmailState.QUEUED, next_try_at__lte=at)

    def given_up(self) -> "OutgoingEmailQuerySet":
        """Those that could not be delivered, with whom they were for, the latest first."""
        return self.filter(state=EmailState.STOPPED).select_related("recipient").order_by("-finished_at", "-pk")

    def after(self, last: str) -> "OutgoingEmailQuerySet":
        """Those that follow the message with that id in that order; all where it is none."""
        try:
            row = self.model.objects.filter(pk=UUID(last), finished_at__isnull=False).first()
        except ValueError:
            row = None
        if row is None:
            return self
        return self.filter(Q(finished_at__lt=row.finished_at) | Q(finished_at=row.finished_at, pk__lt=row.pk))

    def alarm(self, at: datetime) -> Alarm | None:
        """Whether some have waited for over a day while none has left; None where all is well.

        What was given up in the last week counts too, unless one has left since; but not where the server has only
        said that it does not know somebody's address. One that had no try is counted from when it may leave: quiet
        hours may hold it over a weekend.
        """
        stuck = self.filter(state=EmailState.STOPPED, finished_at__gt=at - 7 * SILENT_FOR)
        stuck |= self.filter(state=EmailState.QUEUED)
        wanted = Case(When(state=EmailState.QUEUED, attempts=0, then="next_try_at"), default="created_at")
        stuck = stuck.annotate(wanted_at=wanted).filter(wanted_at__lte=at)
        rows = list(stuck.only("created_at", "finished_at", "last_error", "recipient"))
        if not any(row.wanted_at <= at - SILENT_FOR for row in rows):
            return None
        left = self.filter(state=EmailState.SENT).aggregate(last=models.Max("finished_at"))["last"]
        rows = [row for row in rows if left is None or row.finished_at is None or row.finished_at > left]
        if len({row.recipient_id for row in rows if row.was_refused}) < NOT_ONE_ADDRESS:
            rows = [row for row in rows if not row.was_refused or row.last_error.startswith(WANTS_NOTHING)]
        since = max(filter(None, [left, min((row.wanted_at for row in rows), default=None)]), default=at)
        return Alarm(since, len(rows)) if rows and since <= at - SILENT_FOR else None


class OutgoingEmail(models.Model):
    """One message to one recipient. Its text is emptied once it has left or has been given up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=EmailKind)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=EmailState, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="begun so often in a row without the mail server's answer"
    )
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True, help_text="SMTP code or kind of error; no addresses")

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        constraints = [
            known("outgoingemail", "state", EmailState),
            known("outgoingemail", "kind", EmailKind),
            models.CheckConstraint(
                condition=Q(state=EmailState.QUEUED, finished_at=None)
                | (~Q(state=EmailState.QUEUED) & Q(finished_at__isnull=False, text="", html="")),
                name="outgoingemail_finished_is_empty",
            ),
        ]
        indexes = [
            # The delivery's claim: the few rows still to send, oldest try first.
            models.Index(fields=["next_try_at"], condition=Q(state="queued"), name="outgoingemail_waiting"),
            # How many reminders somebody has had today.
            models.Index(fields=["recipient", "created_at"], condition=Q(kind="reminder"), name="outgoingemail_of_day"),
            # The page of messages that could not be delivered.
            models.Index(fields=["-finished_at"], condition=Q(state="stopped"), name="outgoingemail_stopped"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def was_refused(self) -> bool:
        """Whether it was given up at once: the mail server was there, and said never."""
        return self.finished_at is not None and self.finished_at < self.created_at + HELD_UP

    @property
    def message_id(self) -> str:
        """The same on every try, so that a mail server can drop a repeat."""
        return f"<{self.pk}@peersupport>"
