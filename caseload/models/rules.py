"""How a team keeps its record: limits, thresholds, and how minutes become units."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Team


class UnitRule(models.TextChoices):
    """From minutes to units of 15. Payers differ, so a team chooses; none is the law.

    The tables stand in Michigan's community mental health encounter sheet (`floor15`, `upto15`) and in the
    Medicare manual 100-04, chapter 5, section 20.2 (`round8`).
    """

    NONE = "", _("Units are not counted")
    ROUND8 = "round8", _("8-minute rule: 8 to 22 minutes are one unit, 23 to 37 two, and so on")
    FLOOR15 = "floor15", _("Only full 15 minutes count")
    UPTO15 = "upto15", _("Every 15 minutes begun count")


class UnitScope(models.TextChoices):
    """What minutes are added up before they become units."""

    SESSION = "session", _("Each session by itself")
    DAY = "day", _("A person's minutes with one colleague on a day, together")


def days(label: str, default: int) -> models.PositiveSmallIntegerField:
    """A limit in days, between a week and two years."""
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(7), MaxValueValidator(730)]
    )


def few(label: str, default: int, most: int) -> models.PositiveSmallIntegerField:
    """A small number from one on."""
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(1), MaxValueValidator(most)]
    )


class RecordRules(models.Model):
    """One team's rules for its record. A team without a row keeps to the defaults: read by `rules_of`."""

    team = models.OneToOneField(Team, on_delete=models.PROTECT, primary_key=True, related_name="record_rules")
    note_due_days = few(_("working days until a note is to be signed"), 2, 10)
    narrative_required = models.BooleanField(
        _("a session that took place needs a note in words"),
        default=False,
        help_text=_("Without it, a tally is a whole record."),
    )
    late_entry_days = few(_("days after the session in which a late entry or an addendum may be added"), 45, 365)
    notes_are_reviewed = models.BooleanField(_("supervisors mark the notes they have read"), default=False)
    record_review_days = days(_("days until a whole record is looked through again"), 91)
    unit_rule = models.CharField(
        _("minutes become units by"), max_length=10, choices=UnitRule, blank=True, default=UnitRule.NONE
    )
    unit_scope = models.CharField(_("counted for"), max_length=10, choices=UnitScope, default=UnitScope.SESSION)
    group_size = few(_("people in a group for each facilitator, before a reason is asked for"), 12, 100)
    words_again_days = days(_("days until somebody's own words are worth asking for again"), 90)
    expectations_days = days(_("days until what you expect of each other is talked over again"), 90)
    untouched_days = days(_("days after which a strand counts as not touched for a while"), 90)
    complaint_days = days(_("days in which complaints are looked at together"), 90)
    complaints_from = few(_("complaints in that time that are worth a talk"), 1, 20)
    silence_times = few(_("times the agreed rhythm without contact that are worth a talk"), 2, 10)
    unanswered_tries = few(_("tries in a row without an answer that are worth a talk"), 3, 20)
    progress_days = days(_("days without movement on any goal that are worth a talk"), 90)

    class Meta:
        verbose_name = _("rules of the record")
        constraints = [
            models.CheckConstraint(condition=Q(unit_rule__in=UnitRule.values), name="recordrules_unit_rule_known"),
            models.CheckConstraint(condition=Q(unit_scope__in=UnitScope.values), name="recordrules_unit_scope_known"),
            models.CheckConstraint(
                condition=Q(note_due_days__range=(1, 10))
                & Q(late_entry_days__range=(1, 365))
                & Q(group_size__range=(1, 100))
                & Q(complaints_from__range=(1, 20))
                & Q(silence_times__range=(1, 10))
                & Q(unanswered_tries__range=(1, 20)),
                name="recordrules_numbers_in_range",
            ),
            models.CheckConstraint(
                condition=Q(record_review_days__range=(7, 730))
                & Q(words_again_days__range=(7, 730))
                & Q(expectations_days__range=(7, 730))
                & Q(untouched_days__range=(7, 730))
                & Q(complaint_days__range=(7, 730))
                & Q(progress_days__range=(7, 730)),
                name="recordrules_days_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"rules of {self.team_id}"


def rule(name: str) -> Coalesce:
    """The number of each row's `team`, or the default where it has set none."""
    return Coalesce(f"team__record_rules__{name}", RecordRules._meta.get_field(name).default)


def rules_of(team: Team) -> RecordRules:
    """The team's rules; the defaults where it has set none. One query, none after `select_related`."""
    try:
        return team.record_rules
    except RecordRules.DoesNotExist:
        return RecordRules(team=team)
