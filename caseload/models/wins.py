"""Small wins, in a sentence; they come back before the next contact."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant
from caseload.models.sessions import Session


class WinQuerySet(models.QuerySet["Win"]):
    """Questions about wins."""

    def visible_to(self, user: Any) -> "WinQuerySet":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))


class Win(models.Model):
    """Something that went well, on a local date. Stays as it was said (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="wins", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="wins")
    text = models.CharField(_("a win"), max_length=500)
    happened_on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = WinQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="win_has_words")]
        indexes = [
            # The latest win on the call card, and the timeline.
            models.Index(F("participant"), F("happened_on").desc(), F("id").desc(), name="win_timeline"),
        ]

    def __str__(self) -> str:
        return f"win {self.pk}"
