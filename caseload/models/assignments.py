"""Who walks with whom, from when to when."""

from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Count, F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User


class AssignmentEnd(models.TextChoices):
    """Why an assignment ended, in neutral words."""

    TRANSFERRED = "transferred", _("Passed on to a colleague")
    COLLEAGUE_LEFT = "colleague_left", _("The peer specialist's account was closed")
    SERVICES_ENDED = "services_ended", _("Services ended")
    BACK_TO_WAITING = "back_to_waiting", _("Waiting for another peer")
    SAME_PERSON = "same_person", _("Put together with another record of theirs")


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
            known("assignment", "end_reason", AssignmentEnd, may_be_empty=True),
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
