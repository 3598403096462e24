"""What a session ended in: a dated follow-up, or a decision that there is none."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.known import known
from caseload.models import Session
from followups.models.decisions import DecidedBy
from followups.models.followups import FollowUp


class NextStep(models.Model):
    """Exactly one per session: the follow-up that comes next, or why there is none and who decided.

    A deferred trigger refuses a transaction that leaves a session without one.
    """

    session = models.OneToOneField(Session, on_delete=models.PROTECT, primary_key=True, related_name="next_step")
    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("because"), max_length=300, blank=True)
    decided_by = models.CharField(_("who decided"), max_length=20, choices=DecidedBy, blank=True)

    class Meta:
        constraints = [
            known("nextstep", "decided_by", DecidedBy, may_be_empty=True),
            models.CheckConstraint(
                condition=Q(followup__isnull=False, reason="", decided_by="")
                | (Q(followup__isnull=True) & ~Q(reason="") & ~Q(decided_by="")),
                name="nextstep_followup_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"next step of {self.session_id}"

    @property
    def agreed_on(self) -> date | None:
        """The day that was agreed on, off a closed day already: on which it stood before anybody moved it later."""
        followup = self.followup
        if followup is None:
            return None
        was_moved_later = followup.moved_at is not None and followup.moved_at > self.session.logged_at
        return followup.planned_on if was_moved_later else followup.due_on
