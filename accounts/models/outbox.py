"""E-mail that is to be sent: rows first, SMTP after commit."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.ids import new_id
from accounts.models.users import User


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


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    """Questions the delivery asks."""

    def waiting(self, at: datetime) -> "OutgoingEmailQuerySet":
        """Those to be tried now: queued, their next try has come, and nobody holds a lease on them."""
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.filter(free, state=EmailState.QUEUED, next_try_at__lte=at)


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
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True, help_text="SMTP code or kind of error; no addresses")

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        constraints = [
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
    def message_id(self) -> str:
        """The same on every try, so that a mail server can drop a repeat."""
        return f"<{self.pk}@peersupport>"
