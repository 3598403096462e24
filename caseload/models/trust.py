"""What is said about the relationship: complaints, talks about it, and the wish for another peer."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.ids import new_id
from accounts.models import Cover, Membership, Role, Team, User
from caseload.models.assignments import Assignment
from caseload.models.goals import ByParticipant
from caseload.models.participants import Participant


class SaidBy(models.TextChoices):
    """Who complains."""

    THEM = "them", _("They said it themselves")
    FOR_THEM = "for_them", _("Somebody said it for them")


class ForSupervisorQuerySet(models.QuerySet[Any]):
    """Rows about participants, some of them for the supervisor alone."""

    def visible_to(self, user: Any) -> "ForSupervisorQuerySet":
        """Those of participants this person may see.

        What is for the supervisor alone is seen by supervisors of the team who do not walk with the person themselves:
        neither by who wrote it down, nor by a peer who stands in as supervisor.
        """
        walked_with = Assignment.objects.current().filter(specialist=user.pk).values("participant")
        alone = Q(participant__team__in=supervised_teams(user)) & ~Q(participant__in=walked_with)
        theirs = Q(for_supervisor=False) | alone
        return self.filter(theirs, participant__in=Participant.objects.visible_to(user))


def reads_all(user: User, participant: Participant) -> bool:
    """Whether this person reads what is for the supervisor alone; the same rule as for the rows."""
    walks = Assignment.objects.current().filter(specialist=user, participant=participant)
    return participant.team_id in supervised_teams(user) and not walks.exists()


def has_reader(participant: Participant) -> bool:
    """Whether anybody reads now what is for the supervisor alone."""
    walks = Assignment.objects.current().filter(participant=participant).values("specialist")
    own = Membership.objects.filter(team=participant.team_id, role=Role.SUPERVISOR, user__is_active=True)
    lent = Cover.objects.running().filter(team=participant.team_id, role=Role.SUPERVISOR)
    return own.exclude(user__in=walks).exists() or lent.exclude(cover__in=walks).exists()


class Complaint(models.Model):
    """What somebody is not happy with, on a local day. Stays as it was said (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="complaints", editable=False, db_index=False
    )
    said_by = models.CharField(_("who says so"), max_length=10, choices=SaidBy, default=SaidBy.THEM)
    words = models.TextField(_("what is it about?"), max_length=4000)
    said_on = models.DateField(_("said on"))
    for_supervisor = models.BooleanField(
        _("for the supervisor only"), default=False, help_text=_("Whoever walks with them does not see it.")
    )
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_token = models.UUIDField(unique=True, editable=False)

    objects = ForSupervisorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="complaint_has_words"),
            models.CheckConstraint(condition=Q(said_by__in=SaidBy.values), name="complaint_said_by_known"),
        ]
        indexes = [models.Index(F("participant"), F("said_on").desc(), F("id").desc(), name="complaint_latest")]

    def __str__(self) -> str:
        return f"complaint {self.pk}"


class SignalTalk(models.Model):
    """That the relationship was talked about on a local day, and what was agreed. Stays as it was written (trigger).

    `knew_all` says that whoever wrote it down read what is for the supervisor alone then, and so talked about that too.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="talks", editable=False, db_index=False
    )
    talked_on = models.DateField(editable=False)
    agreed = models.TextField(_("what you agreed on"), max_length=2000)
    knew_all = models.BooleanField(default=False, db_default=False, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(agreed=""), name="signaltalk_says_what"),
            # By a digest: a long text does not fit into an index.
            models.UniqueConstraint(F("participant"), F("talked_on"), MD5("agreed"), name="signaltalk_once_a_day"),
        ]
        indexes = [models.Index(F("participant"), F("talked_on").desc(), name="signaltalk_latest")]

    def __str__(self) -> str:
        return f"talk {self.pk}"


class PeerRequestQuerySet(ForSupervisorQuerySet):
    """Questions about wishes for another peer."""

    def waiting(self) -> "PeerRequestQuerySet":
        """Those without an answer, the oldest first."""
        return self.filter(answered_at=None).order_by("asked_on", "pk")


class PeerRequest(models.Model):
    """The wish for another peer; open until a supervisor has answered it, and then as it is (trigger).

    One at a time, and beside it one for the supervisor alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="peer_requests", editable=False)
    asked_on = models.DateField(editable=False)
    words = models.TextField(_("what would suit them better, if they like to say"), max_length=2000, blank=True)
    for_supervisor = models.BooleanField(
        _("for the supervisor only"),
        default=False,
        db_default=False,
        help_text=_("Whoever walks with them does not see it."),
    )
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    answer = models.CharField(_("what you agreed on"), max_length=500, blank=True)

    objects = PeerRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant"], condition=Q(answered_at=None, for_supervisor=False), name="peerrequest_one_open"
            ),
            # Whoever writes may not know of the other one, so that only the same words are one wish.
            models.UniqueConstraint(
                F("participant"),
                MD5("words"),
                condition=Q(answered_at=None, for_supervisor=True),
                name="peerrequest_one_open_of_its_words",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="peerrequest_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class ConcernQuerySet(models.QuerySet["Concern"]):
    """Questions about what colleagues pass on."""

    def visible_to(self, user: Any) -> "ConcernQuerySet":
        """Those for the teams this person supervises; nobody else reads them, also not who passed them on."""
        return self.filter(team__in=supervised_teams(user))


class Concern(models.Model):
    """Somebody is not happy, as a colleague who does not open their record passes it on to the team's supervisors.

    Whom it is about is said in words, so that it opens no record and confirms none. Stays as it was said (trigger).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, verbose_name=_("team"), related_name="+")
    about = models.CharField(_("who is it about?"), max_length=160)
    words = models.TextField(_("what is it about?"), max_length=4000)
    said_on = models.DateField(_("said on"))
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_token = models.UUIDField(unique=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, editable=False)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(about="") & ~Q(words=""), name="concern_says_who_and_what"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="concern_settled_by_somebody",
            ),
        ]
        indexes = [
            # What a team's supervisors have not seen to yet.
            models.Index(fields=["team", "said_on"], condition=Q(settled_at=None), name="concern_open"),
        ]

    def __str__(self) -> str:
        return f"concern {self.pk}"
