"""Service episodes: from intake to ending; a person can come back."""

from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant


class EndingReason(models.TextChoices):
    """Why services ended, chosen together, in neutral words."""

    GOALS_REACHED = "goals_reached", _("Reached what they came for")
    OTHER_SUPPORT = "other_support", _("Found other support that fits better")
    MOVED = "moved", _("Moved away")
    OWN_CHOICE = "own_choice", _("Their own choice")
    CONTACT_LOST = "contact_lost", _("We could not reach each other; the door stays open")
    PROGRAM_ENDED = "program_ended", _("The program ended or changed")
    DIED = "died", _("Died")
    SAME_PERSON = "same_person", _("Put together with another record of theirs")


# Nobody chooses the last one: it is what putting two records together leaves behind.
CHOSEN_TOGETHER = [choice for choice in EndingReason.choices if choice[0] != EndingReason.SAME_PERSON]


class AfterTheEnd(models.TextChoices):
    """Whether somebody may be contacted after services have ended. Nobody is without a yes."""

    NOT_ASKED = "not_asked", _("Not asked")
    YES = "yes", _("Yes, they may be contacted")
    NO = "no", _("No contact, please")


class DayPeriod(Func):
    """The half-open date range of two columns; an empty end means it goes on."""

    function = "DATERANGE"
    output_field = DateRangeField()


class ServiceEpisode(models.Model):
    """One stretch of time with us, in the team's local dates. At most one is open for a participant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="episodes")
    started_on = models.DateField(_("with us since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    ending_reason = models.CharField(_("how it ended"), max_length=20, choices=EndingReason, blank=True)
    may_contact = models.CharField(
        _("contact after the end"),
        max_length=10,
        choices=AfterTheEnd,
        default=AfterTheEnd.NOT_ASKED,
        db_default=AfterTheEnd.NOT_ASKED,
    )
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant"], condition=Q(ended_on=None), name="serviceepisode_one_open"),
            ExclusionConstraint(
                name="serviceepisode_do_not_overlap",
                expressions=[
                    ("participant", RangeOperators.EQUAL),
                    (DayPeriod("started_on", "ended_on", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ending_reason="", ended_by=None)
                | (
                    Q(ended_on__isnull=False, ended_on__gte=F("started_on"), ended_by__isnull=False)
                    & ~Q(ending_reason="")
                ),
                name="serviceepisode_end_has_reason_and_author",
            ),
            models.CheckConstraint(
                condition=Q(ending_reason="") | Q(ending_reason__in=EndingReason.values),
                name="serviceepisode_ending_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(may_contact__in=AfterTheEnd.values), name="serviceepisode_may_contact_known"
            ),
        ]

    def __str__(self) -> str:
        return f"episode {self.pk}"


def was_ended_by(user: User, participant_id: UUID) -> bool:
    """Whether services have ended, and this person ended them; it may be out of their sight since."""
    last = ServiceEpisode.objects.filter(participant=participant_id).order_by("-started_on", "-pk")
    return list(last.values_list("ended_by", flat=True)[:1]) == [user.pk]
