"""Every team's ladder, hours and listeners at one moment, read once a run."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from accounts.models import Cover, Membership, Role, Team
from followups.calendar import DAY, is_quiet, local_date, midnight, quiet_ends
from followups.models import Rung
from followups.models.calendars import calendar_of
from followups.poison import FAULTS_OF_A_ROW

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TeamRules:
    """What holds for a team at that moment. Days are local, moments UTC."""

    team_id: UUID
    zone: str
    today: date
    is_working_day: bool
    week_began: date
    is_quiet: bool
    loud_again_at: datetime
    day_began_at: datetime
    most_mails: int
    due_by: dict[int, date]

    def may_mail(self, rung: int, due_on: date) -> bool:
        """Whether a reminder of that rung and date may leave by e-mail now.

        On a day the team is closed only what was planned for that very day is worth a message.
        """
        planned_for_today = rung == Rung.KEEPER and due_on == self.today
        return not self.is_quiet and (self.is_working_day or planned_for_today)


def rules_at(at: datetime, teams: Iterable[UUID] | None = None) -> list[TeamRules]:
    """The rules of those teams (of all, if none are named). Two queries, however many teams.

    One whose rules cannot be told is left out, so that it does not stop the others.
    """
    rows = Team.objects.prefetch_related("closed_days")
    found = (rules_or_none(team, at) for team in (rows if teams is None else rows.filter(pk__in=list(teams))))
    return [one for one in found if one is not None]


def rules_or_none(team: Team, at: datetime) -> TeamRules | None:
    """One team's rules; none, and a line in the log, where its zone or calendar makes no sense."""
    try:
        return rules_of(team, at)
    except FAULTS_OF_A_ROW as error:
        log.error("the rules of team %s cannot be told: %s", team.pk, type(error).__name__)
        return None


def rules_of(team: Team, at: datetime) -> TeamRules:
    """One team's rules at that moment."""
    today, calendar = local_date(at, team.time_zone), calendar_of(team)
    return TeamRules(
        team_id=team.pk,
        zone=team.time_zone,
        today=today,
        is_working_day=calendar.is_working_day(today),
        # Its first working day; still to come where the week has begun with closed days.
        week_began=calendar.next_working_day(today - DAY * today.weekday()),
        is_quiet=is_quiet(at, team.time_zone, team.quiet_from, team.quiet_until),
        loud_again_at=quiet_ends(at, team.time_zone, team.quiet_until),
        day_began_at=midnight(today, team.time_zone),
        most_mails=team.most_mails_a_day,
        # The latest day due that belongs on each rung today.
        due_by={
            Rung.KEEPER: today,
            Rung.AGAIN: calendar.due_before(today, team.again_after_days),
            Rung.SUPERVISOR: calendar.due_before(today, team.supervisor_after_days),
            Rung.ANYONE: calendar.due_before(today, team.anyone_after_days),
        },
    )


@dataclass
class Listeners:
    """Who hears for whom: (team, who keeps it, who is told), and (team, supervisor on duty)."""

    keepers: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    supervisors: list[tuple[UUID, UUID]] = field(default_factory=list)

    @property
    def teams_with_supervisors(self) -> list[UUID]:
        """Teams in which somebody can be told of what nobody else hears."""
        return sorted({team for team, _user in self.supervisors})


def listeners_now() -> Listeners:
    """Active members of all teams; whoever is away is stood in for by those who cover. Two queries.

    Somebody away without a cover still hears: better told on leave than told nobody.
    """
    standing_in: dict[tuple[UUID, str, UUID], list[UUID]] = {}
    for cover in Cover.objects.running():
        standing_in.setdefault((cover.team_id, cover.role, cover.absent_id), []).append(cover.cover_id)
    found = Listeners()
    members = Membership.objects.filter(team__isnull=False, user__is_active=True)
    for team, role, user in members.order_by("team", "user", "role").values_list("team", "role", "user"):
        hears = standing_in.get((team, role, user), [user])
        found.keepers += [(team, user, one) for one in hears]
        if role == Role.SUPERVISOR:
            found.supervisors += [(team, one) for one in hears]
    found.keepers, found.supervisors = sorted(set(found.keepers)), sorted(set(found.supervisors))
    return found
