"""What stands in a person's way, where else they were pointed to, and where they belong."""

import re
from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accounts.access import teams_of
from accounts.ids import new_id
from accounts.models import Team, User
from caseload.models.goals import ByParticipant
from caseload.models.participants import Participant, PlainText


class BarrierState(models.TextChoices):
    """How it stands with something in the way."""

    THERE = "there", _("In the way")
    EASING = "easing", _("Easing")
    GONE = "gone", _("Gone")


class BarrierQuerySet(ByParticipant):
    """Questions about what is in the way."""

    def with_changes(self) -> "BarrierQuerySet":
        """Each with its `changes`, oldest first. One query for all."""
        changes = self.model._meta.get_field("changes").related_model.objects.order_by("on", "pk")
        return self.prefetch_related(models.Prefetch("changes", queryset=changes))


class Barrier(models.Model):
    """Something in the way of what a person wants. `state` is that of its latest change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="barriers", editable=False, db_index=False
    )
    what = models.CharField(_("what is in the way"), max_length=300)
    state = models.CharField(max_length=10, choices=BarrierState, default=BarrierState.THERE, editable=False)
    since = models.DateField(editable=False)
    changed_on = models.DateField(editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = BarrierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="barrier_has_words"),
            models.CheckConstraint(condition=Q(state__in=BarrierState.values), name="barrier_state_known"),
            models.UniqueConstraint(
                fields=["participant", "what"], condition=~Q(state=BarrierState.GONE), name="barrier_once_while_there"
            ),
        ]
        indexes = [models.Index(F("participant"), F("changed_on").desc(), F("id").desc(), name="barrier_latest")]

    def __str__(self) -> str:
        return self.what


class BarrierChange(models.Model):
    """That a barrier eased, went or came back, on a local day. Stays as it was written (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    barrier = models.ForeignKey(Barrier, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(max_length=10, choices=BarrierState)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BarrierState.values), name="barrierchange_state_known")
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions about the directory."""

    def visible_to(self, user: Any) -> "ServiceQuerySet":
        """Those for everybody, and those of the person's teams."""
        teams = teams_of(user)
        return self.filter(Q(team=None) | Q(team__in=teams)) if teams else self.none()

    def matching(self, text: str) -> "ServiceQuerySet":
        """Those with the text in their name or in what they are for, whatever accents and case; all without a text."""
        if not text:
            return self
        plain = PlainText(Value(text, output_field=models.TextField()))
        words = PlainText(Concat("name", Value(" "), "what_for", output_field=models.TextField()))
        return self.alias(words=words, plain=plain).filter(words__contains=F("plain"))


class Service(models.Model):
    """A place people can be pointed to; about nobody in particular."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=160)
    what_for = models.CharField(_("what for"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.CharField(_("where"), max_length=200, blank=True)
    hours = models.CharField(_("when it is open"), max_length=160, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="service_has_a_name"),
            models.UniqueConstraint(fields=["team", "name"], nulls_distinct=False, name="service_once_a_team"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dials(self) -> str:
        """Its number as a telephone takes it; empty where it is none."""
        return dialled(self.phone)

    @property
    def in_a_line(self) -> str:
        """Name, number and hours, for a list to choose from."""
        return " · ".join(filter(None, (self.name, self.phone, self.hours)))


def dialled(text: str) -> str:
    """What a telephone dials of a number as somebody wrote it; nothing where it is not one number.

    An extension is left to whoever calls.
    """
    found = re.match(r"\s*(\+?)([\d\s().\-/]{3,})", text)
    digits = re.sub(r"\D", "", found[2]) if found else ""
    return found[1] + digits if found and 3 <= len(digits) <= 17 else ""


class ReferralState(models.TextChoices):
    """How it stands with an offer; leaving it is fine."""

    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("They want to go")
    NOT_NOW = "not_now", _("Not now")
    GOT_THERE = "got_there", _("Got there")
    DID_NOT = "did_not", _("Did not get there")


OPEN = (ReferralState.OFFERED, ReferralState.ACCEPTED)
# What became of it is known, and asked no more.
SETTLED = (ReferralState.GOT_THERE, ReferralState.DID_NOT)


class Referral(models.Model):
    """A place that was offered to somebody, and what became of it. Where they want to go, a follow-up asks after it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="referrals", editable=False, db_index=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from the directory")
    )
    to_whom = models.CharField(_("or to whom"), max_length=160, blank=True)
    why = models.CharField(_("what for"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=ReferralState, default=ReferralState.OFFERED, editable=False)
    why_not = models.CharField(_("what came in between"), max_length=300, blank=True)
    offered_on = models.DateField(editable=False)
    changed_on = models.DateField(editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_token = models.UUIDField(unique=True, editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=False) | ~Q(to_whom=""), name="referral_leads_somewhere"
            ),
            models.CheckConstraint(condition=Q(state__in=ReferralState.values), name="referral_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.DID_NOT) | ~Q(why_not=""), name="referral_says_what_came_between"
            ),
        ]
        indexes = [models.Index(F("participant"), F("changed_on").desc(), F("id").desc(), name="referral_latest")]

    def __str__(self) -> str:
        return f"referral {self.pk}"

    @property
    def place(self) -> str:
        """Where it leads to."""
        return self.service.name if self.service else self.to_whom


class Connection(models.Model):
    """A place or circle in the community a person belongs to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="connections", editable=False, db_index=False
    )
    what = models.CharField(_("where they belong"), max_length=200)
    since = models.DateField(editable=False)
    until = models.DateField(null=True, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="connection_has_words"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="connection_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["participant", "what"], condition=Q(until=None), name="connection_once_at_a_time"
            ),
        ]
        indexes = [models.Index(F("participant"), F("since").desc(), name="connection_latest")]

    def __str__(self) -> str:
        return self.what
