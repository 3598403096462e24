"""What happened: one session as it belongs to one participant's story."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, ExpressionWrapper, F, Max, OuterRef, Q, Subquery, Value
from django.utils.translation import gettext_lazy as _

from accounts.access import teams_of
from accounts.ids import new_id
from accounts.known import known
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


class Place(models.TextChoices):
    """Where the two met, in plain names (the places payers ask for)."""

    OFFICE = "office", _("Our place")
    HOME = "home", _("Their home")
    COMMUNITY = "community", _("Somewhere in the community")
    STREET = "street", _("On the street, outreach")
    SHELTER = "shelter", _("A shelter")
    RESIDENCE = "residence", _("A residence or group home")
    HOSPITAL = "hospital", _("A hospital or emergency department")
    TREATMENT = "treatment", _("A treatment program")
    SCHOOL = "school", _("A school")
    CUSTODY = "custody", _("A jail or prison")
    TELEHEALTH = "telehealth", _("By phone or video, from home")
    OTHER = "other", _("Elsewhere")


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

    class Meta:
        constraints = [
            known("activity", "strand", Strand),
            models.CheckConstraint(condition=~Q(label=""), name="activity_has_a_label"),
        ]

    def __str__(self) -> str:
        return self.label


def topics_of(participant: Participant) -> models.QuerySet[Activity]:
    """The topics of skill-building worked on with somebody, the latest first: each with `last_at` and how many `times`.

    Also those no longer in use: what was done stays readable.
    """
    links = Session.activities.through.objects.filter(
        activity=OuterRef("pk"), session__participant=participant, session__status__in=MET
    )
    counted = links.order_by().values("activity").annotate(last=Max("session__started_at"), times=Count("pk"))
    topics = Activity.objects.filter(strand=Strand.SKILLS)
    return (
        topics.annotate(last_at=Subquery(counted.values("last")), times=Subquery(counted.values("times")))
        .filter(last_at__isnull=False)
        .order_by("-last_at", "position")
    )


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions."""

    def visible_to(self, user: Any) -> "SessionQuerySet":
        """Those of participants this person may see."""
        return self.filter(team__in=teams_of(user), participant__in=Participant.objects.visible_to(user))

    def with_additions(self) -> "SessionQuerySet":
        """Adds `addition_kinds`: of each addition to the signed note its kind, oldest first."""
        additions = self.model._meta.get_field("additions").related_model.objects
        kinds = additions.filter(session=OuterRef("pk")).order_by("written_at", "pk").values("kind")
        return self.annotate(addition_kinds=ArraySubquery(kinds))

    def note_owed(self) -> "SessionQuerySet":
        """Those whose note is not signed yet, and not left so for a reason."""
        return self.filter(signed_at=None, note_due_on__isnull=False, unsigned_at=None)

    def kept_by(self, user: Any) -> "SessionQuerySet":
        """Those whose note is still this person's to sign, also of somebody whose record they do not see any more.

        They were there and wrote it; it opens nothing else. Nobody but them can sign it.
        """
        return self.filter(specialist=user.pk, signed_at=None, team__in=teams_of(user))

    def overlapping(self, began: datetime, ended: datetime) -> "SessionQuerySet":
        """Those in which the two met at the same time; touching ends do not count. A session is a day long at most."""
        ends = ExpressionWrapper(
            F("started_at") + F("minutes") * Value(timedelta(minutes=1)), output_field=models.DateTimeField()
        )
        near = self.held().filter(started_at__lt=ended, started_at__gt=began - timedelta(days=1))
        return near.alias(ended_at=ends).filter(ended_at__gt=began)

    def held(self) -> "SessionQuerySet":
        """Those in which the two really met."""
        return self.filter(status__in=MET)


class Session(models.Model):
    """One meeting, held or not, in one participant's story, logged by one specialist.

    Every session ends in a next step or a decision: `followups.NextStep`, held to by a deferred
    trigger, so that even raw SQL cannot leave one out. `started_at` is a moment in UTC; `minutes`
    are whole minutes and empty where the two did not meet. Once it is signed a trigger lets nothing of
    it change any more; what is added stands in `NoteAddition`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="sessions", editable=False, db_index=False
    )
    specialist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    method = models.CharField(_("how"), max_length=20, choices=Method)
    status = models.CharField(_("how it went"), max_length=20, choices=SessionStatus, default=SessionStatus.HELD)
    started_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("how long, in minutes"), null=True, blank=True)
    strands = ArrayField(
        models.CharField(max_length=20, choices=Strand), verbose_name=_("what it touched"), default=list, blank=True
    )
    activities = models.ManyToManyField(Activity, verbose_name=_("what we did"), blank=True, related_name="+")
    place = models.CharField(_("where"), max_length=20, choices=Place, blank=True, db_default="", default="")
    shared_experience = models.BooleanField(
        _("own lived experience was shared"), null=True, blank=True, help_text="That it was, never what."
    )
    meeting = models.ForeignKey(
        "caseload.GroupMeeting",
        on_delete=models.PROTECT,
        null=True,
        related_name="attendances",
        editable=False,
        db_index=False,
    )
    goal = models.ForeignKey(
        "caseload.Goal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goal worked on"),
        db_index=False,
    )
    note = models.TextField(_("note"), max_length=20000, blank=True)
    logged_at = models.DateTimeField(editable=False)
    logged_late = models.BooleanField(
        default=False, editable=False, help_text="Logged on a later local day than the session's own."
    )
    note_due_on = models.DateField(
        null=True,
        editable=False,
        help_text="The local day by which the note is to be signed; empty: none owed.",
    )
    signed_at = models.DateTimeField(null=True, editable=False)
    signed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    signed_name = models.CharField(max_length=120, blank=True, editable=False, db_default="", default="")
    signed_credential = models.CharField(max_length=60, blank=True, editable=False, db_default="", default="")
    # Whoever wrote it has left the team: a supervisor said why it stays without a signature. Kept (trigger).
    unsigned_because = models.CharField(
        _("stays without a signature, because"), max_length=300, blank=True, editable=False, db_default="", default=""
    )
    unsigned_at = models.DateTimeField(null=True, editable=False)
    unsigned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    form_token = models.UUIDField(
        unique=True, editable=False, help_text="Made with the page: a double click or a page sent again saves once."
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            known("session", "method", Method),
            models.CheckConstraint(condition=Q(started_at__lte=F("logged_at")), name="session_not_in_the_future"),
            models.CheckConstraint(condition=Q(strands__len__lte=2), name="session_at_most_two_strands"),
            models.CheckConstraint(condition=Q(strands__contained_by=Strand.values), name="session_strands_known"),
            models.CheckConstraint(
                condition=Q(status__in=DID_NOT_MEET, minutes=None)
                | Q(status__in=MET, minutes__isnull=False, minutes__range=(1, 1440)),
                name="session_minutes_where_they_met",
            ),
            models.UniqueConstraint(
                fields=["meeting", "participant"], condition=Q(meeting__isnull=False), name="session_once_a_meeting"
            ),
            models.CheckConstraint(condition=Q(place="") | Q(place__in=Place.values), name="session_place_known"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, signed_name="", signed_credential="")
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, signed_at__gte=F("logged_at"))
                    & ~Q(signed_name="")
                ),
                name="session_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | Q(signed_by=F("specialist")), name="session_signed_by_who_was_there"
            ),
            models.CheckConstraint(
                condition=Q(unsigned_at=None, unsigned_by=None, unsigned_because="")
                | (Q(unsigned_at__isnull=False, unsigned_by__isnull=False) & ~Q(unsigned_because="")),
                name="session_unsigned_for_a_reason",
            ),
        ]
        indexes = [
            # The timeline of one participant, newest first.
            models.Index(F("participant"), F("started_at").desc(), F("id").desc(), name="session_timeline"),
            # What one colleague did, and when: overlaps, and the time of a month.
            models.Index(fields=["specialist", "started_at"], name="session_of_colleague"),
            models.Index(fields=["team", "started_at"], name="session_of_team"),
            # What was logged last for one participant, and what they met about when something was settled.
            models.Index(F("participant"), F("logged_at").desc(), F("id").desc(), name="session_logged"),
            # What was done for a goal.
            models.Index(fields=["goal"], condition=Q(goal__isnull=False), name="session_of_goal"),
            # Notes that are not signed yet.
            models.Index(
                fields=["team", "note_due_on"],
                condition=Q(signed_at=None, note_due_on__isnull=False),
                name="session_note_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    def validate_constraints(self, exclude: Any = None) -> None:
        """Left to the database, which holds them anyway: the form offers nothing that breaks one."""

    @property
    def strand_labels(self) -> list[str]:
        """What it touched, in words."""
        return [str(Strand(code).label) for code in self.strands]

    @property
    def signature(self) -> str:
        """Who signed, with their credential as it was then; empty while it is not signed."""
        return ", ".join(filter(None, (self.signed_name, self.signed_credential)))

    @property
    def met(self) -> bool:
        """Whether the two really met."""
        return self.status in MET
