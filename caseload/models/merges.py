"""Two records that turned out to be of one person: which were put together, what moved, and how it was before."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Team, User
from caseload.models.participants import Participant

# Long enough to find out that they were two people after all; short enough that little has been added since.
UNDO_WITHIN = timedelta(days=30)


class MergeQuerySet(models.QuerySet["Merge"]):
    """Questions about records that were put together."""

    def visible_to(self, user: Any) -> "MergeQuerySet":
        """Those into records this person may see."""
        return self.filter(kept__in=Participant.objects.visible_to(user))

    def about(self, participant: Participant) -> "MergeQuerySet":
        """Those this record was in, kept or not, also the ones taken apart again."""
        return self.filter(Q(kept=participant) | Q(merged=participant))

    def later_than(self, merge: "Merge") -> "MergeQuerySet":
        """Those that put another record into the same one afterwards, and stand: they rest upon that one."""
        return self.standing().filter(kept=merge.kept_id, at__gt=merge.at)

    def standing(self) -> "MergeQuerySet":
        """Those not taken apart again."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """`merged` was put into `kept`. Stays as it was written (trigger), but that it may be undone, once.

    A trigger holds it and `Participant.merged_into` side by side, and lets rows that are final change hands only
    between these two, and only those named in `moved`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False)
    kept = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="merges", editable=False)
    merged = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", editable=False)
    at: datetime = models.DateTimeField(_("put together at"), editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("by"))
    moved = models.JSONField(default=dict, editable=False, help_text="For each table the keys of the rows that moved.")
    before = models.JSONField(default=dict, editable=False, help_text="What else was changed, as it was.")
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, editable=False)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("records put together")
        verbose_name_plural = _("records put together")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two_records"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, undone_at__gte=F("at")),
                name="merge_undone_at_and_by_paired",
            ),
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merge_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"

    def can_be_undone(self, at: datetime) -> bool:
        """Whether it stands and is young enough to be taken apart again."""
        return self.undone_at is None and at - self.at <= UNDO_WITHIN
