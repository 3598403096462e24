"""The rhythm of check-ins somebody agreed to."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User
from caseload.models import Participant
from followups.calendar import Rhythm
from followups.models.decisions import DecidedBy


class RhythmKind(models.TextChoices):
    """How often."""

    WEEKLY = "weekly", _("Every week")
    WEEKLY_12 = "weekly_12", _("Every week for twelve weeks, then we ask")
    STEP_DOWN = "step_down", _("Every week for three months, every two weeks up to a year, then every month")
    EVERY_TWO_WEEKS = "every_two_weeks", _("Every two weeks")
    MONTHLY = "monthly", _("Every month")
    EVERY_N_DAYS = "every_n_days", _("Every so many days")


class CheckInPlanQuerySet(models.QuerySet["CheckInPlan"]):
    """Questions about plans."""

    def visible_to(self, user: Any) -> "CheckInPlanQuerySet":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))

    def running(self) -> "CheckInPlanQuerySet":
        """Those that hold now."""
        return self.filter(ended_at=None)


class CheckInPlan(models.Model):
    """An agreed rhythm, from a local date on. One at a time; changing it ends the old one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="plans", editable=False)
    kind = models.CharField(_("how often"), max_length=20, choices=RhythmKind, default=RhythmKind.WEEKLY)
    every = models.PositiveSmallIntegerField(_("every how many days"), default=7)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("only on"), default=list, blank=True)
    starts_on = models.DateField(_("first check-in on"))
    agreed_by = models.CharField(_("who wished for it"), max_length=20, choices=DecidedBy, default=DecidedBy.TOGETHER)
    paused_until = models.DateField(
        null=True, editable=False, help_text="No check-ins before this local day; the pause ends by itself."
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_wish = models.CharField(
        max_length=20, choices=DecidedBy, blank=True, editable=False, help_text="Who wished for its end, where asked."
    )
    planned_until = models.DateField(
        null=True, editable=False, help_text="Follow-ups exist for all dates up to here; the worker's bookmark."
    )

    objects = CheckInPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            known("checkinplan", "ended_wish", DecidedBy, may_be_empty=True),
            known("checkinplan", "agreed_by", DecidedBy),
            known("checkinplan", "kind", RhythmKind),
            models.UniqueConstraint(fields=["participant"], condition=Q(ended_at=None), name="checkinplan_one_running"),
            models.CheckConstraint(condition=Q(every__range=(1, 365)), name="checkinplan_every_in_range"),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="checkinplan_weekdays_known"
            ),
        ]
        indexes = [
            # Plans whose dates are not laid out far enough ahead.
            models.Index(fields=["planned_until"], condition=Q(ended_at=None), name="checkinplan_to_lay_out"),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def rhythm(self) -> Rhythm:
        """The pure rule that knows the dates."""
        return Rhythm(kind=self.kind, start=self.starts_on, every=self.every, weekdays=frozenset(self.weekdays))
