"""What happened: one session as it belongs to one participant's story."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import teams_of
from accounts.ids import new_id
from accounts.models import Team, User
from caseload.models.participants import Participant


class Method(models.TextChoices):
    """How the two met."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("Phone")
    VIDEO = "video", _("Video")
    TEXT = "text", _("Text")
    LETTER = "letter", _("Letter")


class SessionStatus(models.TextChoices):
    """How the meeting went, as a fact about the meeting, not about the person."""

    HELD = "held", _("Held")
    CUT_SHORT = "cut_short", _("Cut short")
    NO_SHOW = "no_show", _("They could not make it")
    CANCELLED_BY_THEM = "cancelled_by_them", _("Cancelled by them")
    CANCELLED_BY_US = "cancelled_by_us", _("Cancelled by us")


MET = (SessionStatus.HELD, SessionStatus.CUT_SHORT)
DID_NOT_MEET = (SessionStatus.NO_SHOW, SessionStatus.CANCELLED_BY_THEM, SessionStatus.CANCELLED_BY_US)


class Strand(models.TextChoices):
    """The four strands of structured peer support (product design, idea 4)."""

    GOALS = "goals", _("Goal-setting")
    SKILLS = "skills", _("Skill-building")
    ADVOCACY = "advocacy", _("Advocacy")
    COMMUNITY = "community", _("Community")


class Activity(models.Model):
    """Something done together, under a strand. The code is stable; the label may be reworded."""

    code = models.SlugField(primary_key=True, max_length=40)
    strand = models.CharField(max_length=20, choices=Strand)
    label = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.label


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions."""

    def visible_to(self, user: Any) -> "SessionQuerySet":
        """Those of participants this person may see."""
        return self.filter(team__in=teams_of(user), participant__in=Participant.objects.visible_to(user))

    def held(self) -> "SessionQuerySet":
        """Those in which the two really met."""
        return self.filter(status__in=MET)


class Session(models.Model):
    """One meeting, held or not, in one participant's story, logged by one specialist.

    Every session ends in a next step or a decision: `followups.NextStep`, held to by a deferred
    trigger, so that even raw SQL cannot leave one out. `started_at` is a moment in UTC; `minutes`
    are whole minutes and empty where the two did not meet.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="sessions", editable=False)
    specialist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    method = models.CharField(_("how"), max_length=20, choices=Method)
    status = models.CharField(_("how it went"), max_length=20, choices=SessionStatus, default=SessionStatus.HELD)
    started_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("how long, in minutes"), null=True, blank=True)
    strands = ArrayField(
        models.CharField(max_length=20, choices=Strand), verbose_name=_("what it touched"), default=list, blank=True
    )
    activities = models.ManyToManyField(Activity, verbose_name=_("what we did"), blank=True, related_name="+")
    note = models.TextField(_("note"), max_length=20000, blank=True)
    logged_at = models.DateTimeField(editable=False)
    logged_late = models.BooleanField(
        default=False, editable=False, help_text="Logged on a later local day than the session's own."
    )
    form_token = models.UUIDField(
        unique=True, editable=False, help_text="Made with the page: a double click or a page sent again saves once."
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(condition=Q(started_at__lte=F("logged_at")), name="session_not_in_the_future"),
            models.CheckConstraint(condition=Q(strands__len__lte=2), name="session_at_most_two_strands"),
            models.CheckConstraint(condition=Q(strands__contained_by=Strand.values), name="session_strands_known"),
            models.CheckConstraint(
                condition=Q(status__in=DID_NOT_MEET, minutes=None)
                | Q(status__in=MET, minutes__isnull=False, minutes__range=(1, 1440)),
                name="session_minutes_where_they_met",
            ),
        ]
        indexes = [
            # The timeline of one participant, newest first.
            models.Index(F("participant"), F("started_at").desc(), F("id").desc(), name="session_timeline"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def strand_labels(self) -> list[str]:
        """What it touched, in words."""
        return [str(Strand(code).label) for code in self.strands]

    @property
    def met(self) -> bool:
        """Whether the two really met."""
        return self.status in MET
