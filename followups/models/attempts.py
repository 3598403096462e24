"""Every try to reach somebody, and what came of it."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import teams_of
from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User
from accounts.models.users import runs_accounts
from caseload.models import Participant
from caseload.models.participants import Channel
from followups.models.followups import FollowUp

# Its code is stable: the number leads nowhere, and a new one has to be asked for.
WRONG_NUMBER = "wrong_number"
# So is this one: whatever words a program has for it, a copy is gentle about it.
DEATH = "died"


class Effect(models.TextChoices):
    """What an outcome does to its follow-up."""

    COMPLETES = "completes", _("Done; the next check-in is planned")
    TRY_AGAIN = "try_again", _("Stays open; try again later")
    WAITS = "waits", _("Waits for their reply")
    PAUSES = "pauses", _("Pauses, and comes back by itself")
    STOPS_ALL = "stops_all", _("Stops everything planned; the supervisor looks at it")


# The effects that lead to a next date.
WITH_A_DATE = [Effect.TRY_AGAIN, Effect.WAITS, Effect.PAUSES]


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Questions about outcomes."""

    def visible_to(self, user: Any) -> "OutcomeQuerySet":
        """The ones in use; they are the same for everybody who reads records."""
        return self.filter(is_active=True) if teams_of(user) else self.none()

    def kept_by(self, user: Any) -> "OutcomeQuerySet":
        """All of them, for administrators, who keep the table."""
        return self if runs_accounts(user) else self.none()


class Outcome(models.Model):
    """What can come of a try: a row of a small editable table. The code is stable, the words may change."""

    code = models.SlugField(primary_key=True, max_length=40)
    label = models.CharField(max_length=80)
    icon = models.CharField(max_length=20, blank=True)
    reached = models.BooleanField(help_text="The person themselves was reached.")
    counts_as_presence = models.BooleanField(default=False, help_text="Counts as contact when silence is measured.")
    effect = models.CharField(max_length=20, choices=Effect)
    again_in_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Working days until the next date; empty where there is none."
    )
    channel = models.CharField(max_length=20, choices=Channel, blank=True)
    is_quick = models.BooleanField(default=True, help_text="Stands on the card; others are under “more”.")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("outcome", "channel", Channel, may_be_empty=True),
            known("outcome", "effect", Effect),
            models.CheckConstraint(
                condition=~Q(effect__in=WITH_A_DATE) | Q(again_in_days__isnull=False, again_in_days__gt=0),
                name="outcome_says_when_again",
            ),
            models.CheckConstraint(
                condition=Q(effect__in=WITH_A_DATE) | Q(again_in_days=None), name="outcome_days_only_for_a_date"
            ),
            models.CheckConstraint(
                condition=~Q(effect=Effect.COMPLETES) | Q(reached=True), name="outcome_completes_when_reached"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ContactAttemptQuerySet(models.QuerySet["ContactAttempt"]):
    """Questions about attempts."""

    def visible_to(self, user: Any) -> "ContactAttemptQuerySet":
        """Those for participants this person may see."""
        return self.filter(team__in=teams_of(user), participant__in=Participant.objects.visible_to(user))

    def made_since(self, user: Any, since: datetime) -> "ContactAttemptQuerySet":
        """What this person has recorded since then and not taken back, newest first."""
        recent = self.standing().filter(by=user.pk, at__gte=since)
        return recent.select_related("participant", "outcome", "followup", "next_followup").order_by("-at", "-pk")

    def standing(self) -> "ContactAttemptQuerySet":
        """Those not taken back."""
        return self.filter(undone_at=None)


class ContactAttempt(models.Model):
    """One try, whether it reached the person or not. Taking it back marks it; nothing is removed.

    `before` keeps the follow-up's fields as they were, so that the try can be taken back whole.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, null=True, related_name="tries")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(_("what came of it"), max_length=80, help_text="The outcome's words at the time.")
    channel = models.CharField(max_length=20, choices=Channel)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    form_token = models.UUIDField(unique=True, help_text="Made with the page: a double tap saves once.")
    before = models.JSONField(default=dict)
    next_followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ContactAttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            known("contactattempt", "channel", Channel),
            models.CheckConstraint(condition=~Q(label=""), name="contactattempt_says_what_came_of_it"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="contactattempt_undone_at_and_by_paired",
            ),
        ]
        indexes = [
            # The timeline of one participant, newest first.
            models.Index(F("participant"), F("at").desc(), F("id").desc(), name="contactattempt_timeline"),
            # What one colleague has just recorded.
            models.Index(F("by"), F("at").desc(), F("id").desc(), name="contactattempt_by_colleague"),
            # What a try led to.
            models.Index(
                fields=["next_followup"],
                condition=Q(next_followup__isnull=False),
                name="contactattempt_led_to",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @property
    def asks_for_a_number(self) -> bool:
        """Whether the number led nowhere."""
        return self.outcome_id == WRONG_NUMBER
