"""A person's own words: dated, never corrected, older ones stay readable."""

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant


class Topic(models.TextChoices):
    """What a quotation is about."""

    VISION = "vision", _("What recovery looks like for me")
    HELPS = "helps", _("What helps")
    DOES_NOT_HELP = "does_not_help", _("What does not help")
    HARD_DAY = "hard_day", _("On a hard day")
    REACHING_ME = "reaching_me", _("How to reach me")
    SAID = "said", _("Said in a session")


class QuotationQuerySet(models.QuerySet["Quotation"]):
    """Questions about quotations."""

    def visible_to(self, user: Any) -> "QuotationQuerySet":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))

    def latest_per_topic(self) -> "QuotationQuerySet":
        """The newest of each topic for each participant."""
        newest = Quotation.objects.filter(participant=OuterRef("participant"), topic=OuterRef("topic"))
        return self.filter(pk=Subquery(newest.order_by("-said_on", "-pk").values("pk")[:1]))

    def newest_of_each_topic(self, number: int) -> "QuotationQuerySet":
        """At most that many of each topic for each participant, newest first."""
        order = [F("said_on").desc(), F("id").desc()]
        nth = Window(RowNumber(), partition_by=["participant", "topic"], order_by=order)
        return self.alias(nth=nth).filter(nth__lte=number).order_by("topic", *order)


class Quotation(models.Model):
    """Something a participant said, word for word, on a day. Stays as it was said (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="quotations")
    topic = models.CharField(_("about"), max_length=20, choices=Topic)
    text = models.TextField(_("in their words"), max_length=4000)
    said_on = models.DateField(_("said on"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = QuotationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="quotation_has_words"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="quotation_topic_known"),
        ]
        indexes = [
            # Latest words on top of record, form and card.
            models.Index(F("participant"), F("topic"), F("said_on").desc(), F("id").desc(), name="quotation_latest"),
        ]

    def __str__(self) -> str:
        return f"quotation {self.pk}"
