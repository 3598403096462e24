"""Teams and who belongs to them."""

import zoneinfo
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import beside, known, once
from accounts.models.users import User, runs_accounts


class Role(models.TextChoices):
    """What a membership lets a person do; roles add up."""

    SPECIALIST = "specialist", _("Peer specialist")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMINISTRATOR = "administrator", _("Administrator")


class ClosedDayRule(models.TextChoices):
    """Where a planned date goes that falls on a day the team is closed."""

    NEXT = "next", _("the next working day")
    PREVIOUS = "previous", _("the working day before")
    KEEP = "keep", _("it stays where it is")


LADDER = [MinValueValidator(1), MaxValueValidator(30)]


def monday_to_friday() -> list[int]:
    """The usual working week, as ISO weekdays."""
    return [1, 2, 3, 4, 5]


def check_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a name of the IANA time zone database."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone we know, such as America/New_York."), params={"zone": value}
        )


class TeamQuerySet(models.QuerySet["Team"]):
    """Questions about teams."""

    def visible_to(self, user: Any) -> "TeamQuerySet":
        """All teams for an administrator, none for anybody else."""
        return self if runs_accounts(user) else self.none()

    def with_members(self) -> "TeamQuerySet":
        """Adds `specialists` and `supervisors`: how many active people hold the role."""
        active = Q(memberships__user__is_active=True)
        return self.annotate(
            specialists=models.Count("memberships", filter=active & Q(memberships__role=Role.SPECIALIST)),
            supervisors=models.Count("memberships", filter=active & Q(memberships__role=Role.SUPERVISOR)),
        )


class Team(models.Model):
    """A program or site. Its zone decides what today is; its rules decide when who is told."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="America/New_York", validators=[check_time_zone]
    )
    working_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("working days"),
        default=monday_to_friday,
        help_text=_("ISO weekdays, 1 is Monday"),
    )
    holiday_country = models.CharField(_("public holidays of (country)"), max_length=2, blank=True, default="US")
    holiday_region = models.CharField(_("state or region"), max_length=10, blank=True)
    closed_day_rule = models.CharField(
        _("a planned date on a closed day moves to"),
        max_length=10,
        choices=ClosedDayRule,
        default=ClosedDayRule.NEXT,
    )
    # The ladder: who is told how many working days after the day a follow-up was due. Whoever keeps it is
    # told on the day itself.
    again_after_days = models.PositiveSmallIntegerField(
        _("working days until whoever keeps it is told again"), default=2, validators=LADDER
    )
    supervisor_after_days = models.PositiveSmallIntegerField(
        _("working days until the supervisor is told"), default=3, validators=LADDER
    )
    anyone_after_days = models.PositiveSmallIntegerField(
        _("working days until everybody on duty is told: whoever stands in, and all supervisors"),
        default=5,
        validators=LADDER,
    )
    quiet_from = models.TimeField(_("no e-mail from"), default=time(20, 0))
    quiet_until = models.TimeField(_("until, in the morning"), default=time(8, 0))
    most_mails_a_day = models.PositiveSmallIntegerField(
        _("reminders by e-mail, and nudges, a colleague gets in a day at most"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    tries_before_ending = models.PositiveSmallIntegerField(
        _("tries, each on a day of its own, before a supervisor may decide to stop reaching out"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    silence_after_days = models.PositiveSmallIntegerField(
        _("days without contact until a participant is listed"),
        default=30,
        validators=[MinValueValidator(3), MaxValueValidator(365)],
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            known("team", "closed_day_rule", ClosedDayRule),
            models.CheckConstraint(
                condition=Q(working_days__len__gt=0) & Q(working_days__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                name="team_has_working_days",
            ),
            models.CheckConstraint(
                condition=Q(silence_after_days__range=(3, 365))
                & Q(most_mails_a_day__range=(1, 20))
                & Q(tries_before_ending__range=(1, 12)),
                name="team_limits_in_range",
            ),
            models.CheckConstraint(
                condition=Q(again_after_days__range=(1, 30))
                & Q(supervisor_after_days__range=(F("again_after_days"), 30))
                & Q(anyone_after_days__range=(F("supervisor_after_days"), 30)),
                name="team_ladder_climbs",
            ),
            once("team", "name", _("There is a team of this name already.")),
        ]

    def __str__(self) -> str:
        return self.name

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Raise what the rules say against it; that the name is taken, beside the name."""
        try:
            super().validate_constraints(exclude)
        except ValidationError as error:
            raise beside(error, "team_name_once", "name") from error

    def day_at(self, at: datetime) -> date:
        """The calendar day it is for the team at that moment."""
        return at.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


class TeamClosedDay(models.Model):
    """A day on which this team is closed besides public holidays."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="closed_days", db_index=False)
    on = models.DateField(_("date"))
    name = models.CharField(_("what for"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "on"], name="teamclosedday_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about roles."""

    def active_in(self, teams: Iterable[UUID], role: str) -> "MembershipQuerySet":
        """That role of active colleagues in those teams, with the colleague, by name."""
        rows = self.filter(team__in=list(teams), role=role, user__is_active=True)
        return rows.select_related("user").order_by("user__name", "user__pk")


class Membership(models.Model):
    """One role of one person: in a team, or, for administrators, for the whole organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships", db_index=False
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team", "role"], nulls_distinct=False, name="membership_once"),
            models.CheckConstraint(
                condition=Q(role=Role.ADMINISTRATOR, team__isnull=True)
                | (Q(team__isnull=False) & ~Q(role=Role.ADMINISTRATOR)),
                name="membership_administrators_serve_everyone",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]
        indexes = [
            # Supervisors and specialists of a team, for the ladder and for lists of colleagues.
            models.Index(fields=["team", "role", "user"], name="membership_team_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
