"""Days a person wants remembered, and only those."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay, ExtractMonth
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.goals import ByParticipant
from caseload.models.participants import Participant


class Milestone(models.Model):
    """A day somebody wants remembered: once, or every year. 29 February is kept on the 28th of other years."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="milestones", editable=False, db_index=False
    )
    what = models.CharField(_("what they want remembered"), max_length=200)
    on = models.DateField(_("which day"))
    yearly = models.BooleanField(_("every year"), default=True)
    ended_on = models.DateField(null=True, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    month_day = models.GeneratedField(
        expression=ExtractMonth("on") * 100 + ExtractDay("on"),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="milestone_has_words"),
            models.UniqueConstraint(
                fields=["participant", "what", "on"], condition=Q(ended_on=None), name="milestone_once"
            ),
        ]
        indexes = [
            models.Index(F("participant"), F("on"), name="milestone_of_participant"),
            # Those that come up in the next weeks.
            models.Index(fields=["month_day"], condition=Q(ended_on=None), name="milestone_coming"),
        ]

    def __str__(self) -> str:
        return self.what
