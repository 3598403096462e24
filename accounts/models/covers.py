"""Who stands in for whom, from when to when."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models.teams import Membership, Role, Team
from accounts.models.users import User


class CoverQuerySet(models.QuerySet["Cover"]):
    """Questions about covers."""

    def visible_to(self, user: Any) -> "CoverQuerySet":
        """Those of the teams this person supervises, also where they stand in for the supervisor."""
        if not getattr(user, "is_active", False):
            return self.none()
        supervised = Membership.objects.filter(user=user, role=Role.SUPERVISOR).values("team")
        return self.filter(Q(team__in=supervised) | Q(team__in=lent_to(user).values("team")))

    def running(self) -> "CoverQuerySet":
        """Covers in force at this moment, by the database's clock, whose stand-in can sign in."""
        return self.filter(starts_at__lte=Now(), ends_at__gt=Now(), cover__is_active=True)

    def instead_of(self, absent: Any, team: Any) -> "CoverQuerySet":
        """Running ones for somebody in a team, ids or references to them; who began first is asked first."""
        return self.running().filter(absent=absent, team=team).order_by("starts_at", "pk")


class Cover(models.Model):
    """A colleague stands in for another in one team and one role. Access begins and ends with it.

    `starts_at` and `ends_at` are the team's local midnights of the first day and of the day after the last.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(_("as"), max_length=20, choices=Role, default=Role.SPECIALIST)
    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    cover = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="cover_ends_after_start"),
            models.CheckConstraint(condition=~Q(absent=F("cover")), name="cover_is_somebody_else"),
            models.CheckConstraint(
                condition=Q(role__in=[Role.SPECIALIST, Role.SUPERVISOR]), name="cover_of_one_with_a_team"
            ),
        ]
        indexes = [
            # Whom do I cover for now?
            models.Index(fields=["cover", "ends_at"], name="cover_by_colleague"),
            # Who stands in for somebody, and the list of a team.
            models.Index(fields=["team", "ends_at"], name="cover_of_team"),
        ]

    def __str__(self) -> str:
        return f"cover {self.pk}"

    @property
    def last_day(self) -> date:
        """The last local day it holds; a moment before its end."""
        return self.team.day_at(self.ends_at - timedelta(seconds=1))


def lent_to(user: Any) -> CoverQuerySet:
    """Running covers by which this person is a supervisor for now."""
    return Cover.objects.running().filter(cover=user, role=Role.SUPERVISOR)
