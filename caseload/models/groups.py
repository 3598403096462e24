"""Groups: a series or a single meeting, who leads it, who comes. What belongs to one person is their own session."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User
from caseload.models.participants import Participant
from caseload.models.sessions import Method, Place, Session


def led_by(user: Any) -> Q:
    """True of what this person leads, or what belongs to a team they supervise."""
    return Q(facilitators=user.pk) | Q(team__in=supervised_teams(user))


class GroupQuerySet(models.QuerySet[Any]):
    """Groups and meetings."""

    def visible_to(self, user: Any) -> "GroupQuerySet":
        """Those this person leads, and those of teams they supervise; nobody else's."""
        return self.filter(pk__in=self.model.objects.filter(led_by(user)).values("pk"))


def may_have_come(user: Any, team: Any, series: Any) -> models.QuerySet[Participant]:
    """Whom this person may tick at a meeting: those they see, and who comes to the group they lead, or came before."""
    people = Participant.objects.active().filter(team=team)
    mine = Participant.objects.visible_to(user).active().filter(team=team)
    if series is None:
        return people.filter(pk__in=mine.values("pk"))
    earlier = GroupMeeting.objects.visible_to(user).filter(series=series)
    came = Session.objects.held().filter(meeting__in=earlier)
    listed = RosterPlace.objects.visible_to(user).current().filter(series=series)
    known = [one.values("participant") for one in (came, listed)]
    return people.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=known[0]) | Q(pk__in=known[1]))


class GroupSeries(models.Model):
    """A group that meets again and again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False)
    name = models.CharField(_("name of the group"), max_length=120)
    method = models.CharField(_("how"), max_length=20, choices=Method, default=Method.IN_PERSON)
    place = models.CharField(_("where"), max_length=20, choices=Place, blank=True)
    when_words = models.CharField(_("usually meets"), max_length=120, blank=True)
    is_active = models.BooleanField(_("still meets"), default=True)
    facilitators = models.ManyToManyField(User, verbose_name=_("who leads it"), related_name="+")
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "group series"
        constraints = [
            known("groupseries", "place", Place, may_be_empty=True),
            known("groupseries", "method", Method),
            models.CheckConstraint(condition=~Q(name=""), name="groupseries_has_a_name"),
            models.UniqueConstraint(
                fields=["team", "name"], condition=Q(is_active=True), name="groupseries_name_once_a_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RosterQuerySet(models.QuerySet["RosterPlace"]):
    """Who comes to which group."""

    def visible_to(self, user: Any) -> "RosterQuerySet":
        """The places of groups this person leads or supervises: by name only, it opens no record."""
        return self.filter(series__in=GroupSeries.objects.visible_to(user))

    def current(self) -> "RosterQuerySet":
        """Those who come now."""
        return self.filter(left_on=None, participant__is_active=True)


class RosterPlace(models.Model):
    """Somebody comes to a group, from one local day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    series = models.ForeignKey(GroupSeries, on_delete=models.PROTECT, related_name="places", editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="group_places")
    joined_on = models.DateField(_("since"))
    left_on = models.DateField(_("until"), null=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "participant"], condition=Q(left_on=None), name="rosterplace_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="rosterplace_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"


class GroupMeeting(models.Model):
    """One meeting of a group: what is shared by all who came. A session for each of them refers to it.

    As soon as one of those sessions is signed, a trigger lets nothing of it change any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    series = models.ForeignKey(
        GroupSeries, on_delete=models.PROTECT, null=True, related_name="meetings", editable=False
    )
    name = models.CharField(_("name of the group"), max_length=120)
    facilitators = models.ManyToManyField(User, verbose_name=_("who led it"), related_name="+")
    method = models.CharField(_("how"), max_length=20, choices=Method, default=Method.IN_PERSON)
    place = models.CharField(_("where"), max_length=20, choices=Place, blank=True)
    started_at = models.DateTimeField(editable=False)
    minutes = models.PositiveSmallIntegerField(_("how long, in minutes"))
    description = models.TextField(_("what the group did"), max_length=20000, blank=True)
    guests = models.PositiveSmallIntegerField(_("guests without a name"), default=0)
    over_size_reason = models.CharField(_("why so many for each who leads"), max_length=300, blank=True)
    logged_at = models.DateTimeField(editable=False)
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_token = models.UUIDField(unique=True, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            known("groupmeeting", "place", Place, may_be_empty=True),
            known("groupmeeting", "method", Method),
            models.CheckConstraint(condition=~Q(name=""), name="groupmeeting_has_a_name"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="groupmeeting_minutes_in_range"),
            models.CheckConstraint(condition=Q(guests__lte=500), name="groupmeeting_guests_in_range"),
            models.CheckConstraint(condition=Q(started_at__lte=F("logged_at")), name="groupmeeting_not_in_the_future"),
        ]
        indexes = [
            models.Index(F("team"), F("started_at").desc(), F("id").desc(), name="groupmeeting_latest"),
            # What went on at a time, in whatever team: overlaps of a colleague who works in two.
            models.Index(fields=["started_at"], name="groupmeeting_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.name
