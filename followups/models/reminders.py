"""Who was told about which follow-up, at which rung of the ladder."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known
from accounts.models import OutgoingEmail, Team, User
from caseload.models.participants import seen_by
from followups.models.followups import STANDING, FollowUp


class Rung(models.IntegerChoices):
    """The steps of the ladder; a nudge is a colleague's own.

    On the day itself whoever keeps it is told; the team says after how many working days the others follow.
    """

    KEEPER = 1, _("Due")
    AGAIN = 2, _("Still waiting")
    SUPERVISOR = 3, _("For the supervisor")
    ANYONE = 4, _("For whoever is on duty")
    NUDGE = 9, _("A kind nudge from your supervisor")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Questions about reminders."""

    def visible_to(self, user: Any) -> "ReminderQuerySet":
        """A person's own, about participants they may still see."""
        seen = seen_by(user, participant="followup__participant", team="followup__team")
        return self.filter(seen, recipient=user.pk)

    def needed(self) -> "ReminderQuerySet":
        """Those whose follow-up is still owed on the date they speak of."""
        return self.filter(followup__state__in=STANDING, followup__due_on=models.F("due_on"))

    def unseen(self) -> "ReminderQuerySet":
        """Those not looked at in the program."""
        return self.filter(seen_at=None)


class Reminder(models.Model):
    """One notice to one colleague: the in-app notice itself, and the reason of a line in a bundled e-mail.

    `due_on` is the date it speaks of, so that a follow-up given a new date can be flagged again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    rung = models.PositiveSmallIntegerField(choices=Rung)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    due_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    email = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="reminders")
    mailed_at = models.DateTimeField(null=True, help_text="Put into an e-mail, or found not to need one any more.")
    seen_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            known("reminder", "rung", Rung),
            models.UniqueConstraint(
                fields=["followup", "rung", "recipient", "due_on"], name="reminder_once_per_rung_and_recipient"
            ),
        ]
        indexes = [
            # The notices of one colleague, newest first.
            models.Index(models.F("recipient"), models.F("created_at").desc(), name="reminder_notices"),
            # The count in the frame of every page.
            models.Index(fields=["recipient"], condition=models.Q(seen_at=None), name="reminder_unseen"),
            # Reminders that no e-mail carries yet.
            models.Index(fields=["recipient"], condition=models.Q(mailed_at=None), name="reminder_unmailed"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
