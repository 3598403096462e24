"""A person's own words: dated, never corrected, older ones stay readable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q, Window
from django.db.models.functions import JSONObject, RowNumber
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

    def newest_of_each_topic(self, number: int) -> "QuotationQuerySet":
        """At most that many of each topic for each participant, newest first."""
        order = [F("said_on").desc(), F("id").desc()]
        nth = Window(RowNumber(), partition_by=["participant", "topic"], order_by=order)
        return self.alias(nth=nth).filter(nth__lte=number).order_by("topic", *order)


class Quotation(models.Model):
    """Something a participant said, word for word, on a day. Stays as it was said (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="quotations", db_index=False)
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


@dataclass(frozen=True)
class LatestWords:
    """The newest a person said about one topic, and whether that is so long ago that one might ask again."""

    topic: str
    text: str
    said_on: date
    ask_again: bool

    @property
    def about(self) -> str:
        """What the words are about, as the reader's language has it."""
        return str(Topic(self.topic).label)


def latest_words(participant: str) -> ArraySubquery:
    """The newest quotation of each topic of that column's participant, for `words_in_order`. By `quotation_latest`."""
    newest = Quotation.objects.filter(participant=OuterRef(participant)).order_by("topic", "-said_on", "-pk")
    return ArraySubquery(newest.distinct("topic").values(one=JSONObject(topic="topic", text="text", said_on="said_on")))


def words_in_order(found: Iterable[dict[str, str]], today: date, again_days: int) -> list[LatestWords]:
    """What `latest_words` gave, in the order of the topics; words older than that number of days might be asked again.

    What was said in a session is a moment's, and nobody asks for it again. `today` is the team's local date.
    """
    order = {code: place for place, code in enumerate(Topic.values)}
    old = today - timedelta(days=again_days)
    words = (
        LatestWords(
            one["topic"],
            one["text"],
            date.fromisoformat(one["said_on"]),
            ask_again=one["topic"] != Topic.SAID and date.fromisoformat(one["said_on"]) < old,
        )
        for one in found
    )
    return sorted(words, key=lambda one: order[one.topic])
