"""Who walks with whom, from when to when, and who stands in."""

import zoneinfo
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Count, F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.ids import new_id
from accounts.models import Team, User


class AssignmentEnd(models.TextChoices):
    """Why an assignment ended, in neutral words."""

    TRANSFERRED = "transferred", _("Passed on to a colleague")
    COLLEAGUE_LEFT = "colleague_left", _("The peer specialist's account was closed")
    SERVICES_ENDED = "services_ended", _("Services ended")
    BACK_TO_WAITING = "back_to_waiting", _("Waiting for another peer")


class Period(Func):
    """The half-open time range of two columns; an empty end means it goes on."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions about assignments."""

    def current(self) -> "AssignmentQuerySet":
        """Those that hold now."""
        return self.filter(ended_at=None)

    def number_for(self, specialist: User) -> int:
        """How many participants one specialist walks with now."""
        return self.current().filter(specialist=specialist).count()

    def caseload_sizes(self, teams: list[UUID]) -> dict[UUID, int]:
        """How many participants each specialist of those teams walks with now."""
        counted = self.current().filter(team__in=teams).values_list("specialist").annotate(size=Count("pk"))
        return dict(counted.order_by())


class Assignment(models.Model):
    """One specialist walks with one participant. One primary specialist at a time; ended ones stay as history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey("caseload.Participant", on_delete=models.PROTECT, related_name="assignments")
    specialist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=AssignmentEnd, blank=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="assignment_one_specialist_at_a_time",
                expressions=[
                    ("participant", RangeOperators.EQUAL),
                    (Period("started_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("started_at")) & ~Q(end_reason="")),
                name="assignment_end_has_reason",
            ),
        ]
        indexes = [
            # A specialist's caseload.
            models.Index(fields=["specialist", "participant"], condition=Q(ended_at=None), name="assignment_caseload"),
            # A participant's specialist now; the exclusion constraint's index is no use for joins.
            models.Index(fields=["participant"], condition=Q(ended_at=None), name="assignment_of_participant"),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class CoverQuerySet(models.QuerySet["Cover"]):
    """Questions about covers."""

    def visible_to(self, user: Any) -> "CoverQuerySet":
        """Those of the teams this person supervises."""
        return self.filter(team__in=supervised_teams(user))

    def running(self) -> "CoverQuerySet":
        """Covers in force at this moment, by the database's clock."""
        return self.filter(starts_at__lte=Now(), ends_at__gt=Now())


class Cover(models.Model):
    """A colleague stands in for another in one team. Access begins and ends with it.

    `starts_at` and `ends_at` are the team's local midnights of the first day and of the day after the last.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    cover = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covers")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="cover_ends_after_start"),
            models.CheckConstraint(condition=~Q(absent=F("cover")), name="cover_is_somebody_else"),
        ]
        indexes = [
            # Whom do I cover for now?
            models.Index(fields=["cover", "ends_at"], name="cover_by_colleague"),
        ]

    def __str__(self) -> str:
        return f"cover {self.pk}"

    @property
    def last_day(self) -> date:
        """The last local day it holds; a moment before its end."""
        moment = self.ends_at - timedelta(seconds=1)
        return moment.astimezone(zoneinfo.ZoneInfo(self.team.time_zone)).date()
