"""Goals in a person's own wording, their steps, how it goes as the person sees it, and what was tried."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import MD5, JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant
from caseload.models.sessions import Session


class Dimension(models.TextChoices):
    """The eight dimensions of wellness (Swarbrick 2006, SAMHSA); a tag if the person likes one."""

    EMOTIONAL = "emotional", _("Emotional")
    ENVIRONMENTAL = "environmental", _("Surroundings")
    FINANCIAL = "financial", _("Money")
    INTELLECTUAL = "intellectual", _("Learning")
    OCCUPATIONAL = "occupational", _("Work")
    PHYSICAL = "physical", _("Body")
    SOCIAL = "social", _("People")
    SPIRITUAL = "spiritual", _("Spirit")


class GoalState(models.TextChoices):
    """Where a goal stands; neither end is a failure."""

    OPEN = "open", _("On the way")
    REACHED = "reached", _("Reached")
    SET_ASIDE = "set_aside", _("Set aside, by their choice")


class Direction(models.TextChoices):
    """How it goes, as the person sees it."""

    CLOSER = "closer", _("Closer")
    SAME = "same", _("About the same")
    FURTHER = "further", _("Further away")
    UNSURE = "unsure", _("Cannot say")


class Doer(models.TextChoices):
    """Who did it."""

    THEM = "them", _("They did")
    TOGETHER = "together", _("Together")
    US = "us", _("We did")


class Answer(models.TextChoices):
    """Whether what was tried helped, as the person says."""

    HELPED = "helped", _("It helped")
    A_LITTLE = "a_little", _("It helped a little")
    NOT = "not", _("It did not help")
    UNSURE = "unsure", _("Cannot say yet")


# Whether it helped is asked again, until they can say; and what they said it did.
STILL_ASKED = ("", Answer.UNSURE)
HELPFUL = (Answer.HELPED, Answer.A_LITTLE)


class ByParticipant(models.QuerySet[Any]):
    """Rows of one participant each."""

    def visible_to(self, user: Any) -> "ByParticipant":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))


class Goal(models.Model):
    """Something a person wants, as they word it. Dates are the team's local ones."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="goals", editable=False, db_index=False
    )
    wording = models.CharField(_("the goal, in their words"), max_length=500)
    dimension = models.CharField(_("part of life, if they like"), max_length=20, choices=Dimension, blank=True)
    started_on = models.DateField(editable=False)
    review_on = models.DateField(_("look at it together again on"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=GoalState, default=GoalState.OPEN, editable=False)
    closed_on = models.DateField(null=True, editable=False)
    closed_words = models.CharField(_("in their words, if they like"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="goal_has_words"),
            models.CheckConstraint(
                condition=Q(dimension="") | Q(dimension__in=Dimension.values), name="goal_dimension_known"
            ),
            models.CheckConstraint(
                condition=Q(state=GoalState.OPEN, closed_on=None)
                | Q(state__in=(GoalState.REACHED, GoalState.SET_ASIDE), closed_on__isnull=False),
                name="goal_closed_when_closed",
            ),
            models.UniqueConstraint(
                fields=["participant", "wording"], condition=Q(state=GoalState.OPEN), name="goal_once_while_open"
            ),
        ]
        indexes = [models.Index(F("participant"), F("started_on").desc(), F("id").desc(), name="goal_of_participant")]

    def __str__(self) -> str:
        return self.wording


class ByGoal(models.QuerySet[Any]):
    """Rows of one goal each."""

    def visible_to(self, user: Any) -> "ByGoal":
        """Those of participants this person may see."""
        return self.filter(goal__in=Goal.objects.visible_to(user))


class StepQuerySet(ByGoal):
    """Questions about steps."""

    def open(self) -> "StepQuerySet":
        """Neither done nor set aside."""
        return self.filter(done_on=None, dropped_on=None)

    def over(self) -> "StepQuerySet":
        """Done or set aside, by itself or with its goal."""
        return self.exclude(done_on=None, dropped_on=None, goal__state=GoalState.OPEN)


class GoalStep(models.Model):
    """One small step towards a goal. It may have a follow-up on its date; ticking the step settles it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="steps", editable=False, db_index=False)
    text = models.CharField(_("a small step"), max_length=300)
    due_on = models.DateField(_("until, if there is a day"), null=True, blank=True)
    done_on = models.DateField(null=True, editable=False)
    done_by = models.CharField(_("who did it"), max_length=10, choices=Doer, blank=True)
    ticked_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was ticked: taking that back needs it."
    )
    dropped_on = models.DateField(null=True, editable=False, help_text="When it was set aside, by their choice.")
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="goalstep_has_words"),
            models.CheckConstraint(
                condition=Q(done_on=None, done_by="") | (Q(done_on__isnull=False) & Q(done_by__in=Doer.values)),
                name="goalstep_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(done_on=None, ticked_at=None) | Q(done_on__isnull=False, dropped_on=None),
                name="goalstep_done_or_set_aside",
            ),
            models.UniqueConstraint(
                fields=["goal", "text"], condition=Q(done_on=None, dropped_on=None), name="goalstep_once_while_open"
            ),
        ]
        indexes = [models.Index(fields=["goal", "recorded_at"], name="goalstep_in_order")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_on is None and self.dropped_on is None

    @property
    def is_over(self) -> bool:
        """Whether it is done or set aside, by itself or with its goal, which is fetched."""
        return not self.is_open or self.goal.state != GoalState.OPEN


class GoalProgress(models.Model):
    """How it goes with a goal, as the person sees it on a day. Stays as it was said (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="progress", editable=False, db_index=False)
    said_on = models.DateField(editable=False)
    direction = models.CharField(_("as they see it"), max_length=10, choices=Direction)
    words = models.CharField(_("in their words, if they like"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByGoal.as_manager()

    class Meta:
        verbose_name_plural = "goal progress"
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="goalprogress_direction_known"),
            models.UniqueConstraint(fields=["goal", "said_on", "direction", "words"], name="goalprogress_said_once"),
        ]
        indexes = [models.Index(F("goal"), F("said_on").desc(), F("id").desc(), name="goalprogress_latest")]

    def __str__(self) -> str:
        return f"progress {self.pk}"


class Tried(models.Model):
    """What was tried, and what the person said when asked whether it helped."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="tried", editable=False, db_index=False
    )
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="tried", editable=False)
    text = models.CharField(_("what we tried"), max_length=300)
    tried_on = models.DateField(editable=False)
    answer = models.CharField(_("did that help?"), max_length=10, choices=Answer, blank=True)
    answered_on = models.DateField(null=True, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        verbose_name_plural = "tried"
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="tried_has_words"),
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None) | (Q(answer__in=Answer.values) & Q(answered_on__isnull=False)),
                name="tried_answered_on_a_day",
            ),
            models.UniqueConstraint(fields=["participant", "text", "tried_on"], name="tried_once_a_day"),
        ]
        indexes = [models.Index(F("participant"), F("tried_on").desc(), F("id").desc(), name="tried_latest")]

    def __str__(self) -> str:
        return self.text


class Expectations(models.Model):
    """What the two agreed to expect of each other, in both directions. Each version stays (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="expectations", editable=False, db_index=False
    )
    theirs = models.TextField(_("what they expect of us"), max_length=2000, blank=True)
    ours = models.TextField(_("what we ask of them"), max_length=2000, blank=True)
    agreed_on = models.DateField(editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        verbose_name_plural = "expectations"
        constraints = [
            models.CheckConstraint(condition=~Q(theirs="", ours=""), name="expectations_say_something"),
            # By a digest: long texts do not fit into an index.
            models.UniqueConstraint(
                F("participant"), F("agreed_on"), MD5("theirs"), MD5("ours"), name="expectations_once_a_day"
            ),
        ]
        indexes = [models.Index(F("participant"), F("agreed_on").desc(), F("id").desc(), name="expectations_latest")]

    def __str__(self) -> str:
        return f"expectations {self.pk}"


@dataclass(frozen=True)
class Agreed:
    """What the two expect of each other now, since when, and whether it is time to talk it over again."""

    theirs: str
    ours: str
    agreed_on: date
    ask_again: bool


def latest_agreed(participant: str) -> ArraySubquery:
    """The newest expectations of that column's participant, for `agreed_now`. By `expectations_latest`."""
    newest = Expectations.objects.filter(participant=OuterRef(participant)).order_by("-agreed_on", "-pk")
    return ArraySubquery(newest.values(one=JSONObject(theirs="theirs", ours="ours", agreed_on="agreed_on"))[:1])


def agreed_now(found: Iterable[dict[str, str]], today: date, again_days: int) -> Agreed | None:
    """What `latest_agreed` gave, if anything; older than that number of days it is talked over again.

    `today` is the team's local date.
    """
    old = today - timedelta(days=again_days)
    for one in found:
        on = date.fromisoformat(one["agreed_on"])
        return Agreed(one["theirs"], one["ours"], on, ask_again=on < old)
    return None
