"""A closer rhythm for a while, after something that weighed: agreed to, and ending by itself."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User
from caseload.models import Participant
from followups.models.decisions import DecidedBy


class Occasion(models.TextChoices):
    """What it follows."""

    SETBACK = "setback", _("A setback")
    HOSPITAL_STAY = "hospital_stay", _("Coming home from a hospital or treatment stay")
    EMERGENCY_VISIT = "emergency_visit", _("A visit to an emergency department")


class CloserRhythmQuerySet(models.QuerySet["CloserRhythm"]):
    """Questions about closer rhythms."""

    def visible_to(self, user: Any) -> "CloserRhythmQuerySet":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))

    def standing(self) -> "CloserRhythmQuerySet":
        """Those not ended early; whether they are over by themselves, `until` says."""
        return self.filter(ended_at=None)


class CloserRhythm(models.Model):
    """Contacts closer together from `happened_on` until a local day; the check-in plan rests meanwhile.

    One at a time. Its follow-ups exist from the beginning, since there are few and their dates are agreed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="closer_rhythms")
    occasion = models.CharField(_("after"), max_length=20, choices=Occasion)
    happened_on = models.DateField(_("on"))
    only_soon = models.BooleanField(default=False, help_text="One contact soon, and the plan goes on after it.")
    agreed_by = models.CharField(
        _("who wished for it"), max_length=20, choices=DecidedBy, blank=True, help_text="Empty where nobody was asked."
    )
    until = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_wish = models.CharField(
        max_length=20, choices=DecidedBy, blank=True, help_text="Who wished for its end, where it was ended early."
    )

    objects = CloserRhythmQuerySet.as_manager()

    class Meta:
        verbose_name = _("time of closer contact")
        verbose_name_plural = _("times of closer contact")
        constraints = [
            known("closerrhythm", "ended_wish", DecidedBy, may_be_empty=True),
            known("closerrhythm", "agreed_by", DecidedBy, may_be_empty=True),
            known("closerrhythm", "occasion", Occasion),
            models.UniqueConstraint(
                fields=["participant"], condition=Q(ended_at=None), name="closerrhythm_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(until__gte=models.F("happened_on")), name="closerrhythm_ends_after"),
        ]

    def __str__(self) -> str:
        return f"closer rhythm {self.pk}"
