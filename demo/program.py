"""The made-up program itself: teams in three zones, and the colleagues who work there."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from accounts.models import Cover, Membership, Role, Team, TeamClosedDay, User
from caseload.models import Activity
from demo import names
from demo.chance import Chance
from followups.calendar import DAY, WorkingCalendar, local_date, midnight, moment
from followups.models import Outcome
from followups.models.calendars import calendar_of

PEOPLE_A_TEAM = 500
SPECIALISTS = 10


class Program:
    """Teams and colleagues, written at once, and what everybody's story needs to know of them."""

    def __init__(self, *, people: int, caseload: int, now: datetime, chance: Chance, password: str | None) -> None:
        self.now, self.chance = now, chance
        self.activities = list(Activity.objects.order_by("position"))
        self.outcomes = {row.pk: row for row in Outcome.objects.all()}
        self.hashed = ""
        self.specialists: dict[UUID, list[User]] = {}
        self.supervisors: dict[UUID, User] = {}
        self.make_teams(max(3, people // PEOPLE_A_TEAM))
        self.make_staff(max(SPECIALISTS, people // caseload), password)
        self.make_cover()

    def make_teams(self, number_of_teams: int) -> None:
        """Teams in several zones, with holidays and a closed day of their own."""
        self.teams: list[Team] = []
        self.area_codes: dict[UUID, tuple[int, ...]] = {}
        for number in range(number_of_teams):
            name, zone, region, codes = names.TEAMS[number % 3]
            label = name if number < 3 else f"{name} {number // 3 + 1}"
            team = Team(name=label, time_zone=zone, holiday_country="US", holiday_region=region)
            self.teams.append(team)
            self.area_codes[team.pk] = codes
            self.specialists[team.pk] = []
        Team.objects.bulk_create(self.teams)
        TeamClosedDay.objects.bulk_create(
            TeamClosedDay(team=team, on=self.today(team) + 45 * DAY, name="Staff day") for team in self.teams
        )
        self.calendars: dict[UUID, WorkingCalendar] = {team.pk: calendar_of(team) for team in self.teams}

    def make_staff(self, number_of_specialists: int, password: str | None) -> None:
        """One administrator, a supervisor for each team, and the specialists by turns."""
        admin = self.colleague("admin", names.STAFF[-1], password)
        users, memberships = [admin], [Membership(user=admin, role=Role.ADMINISTRATOR)]
        for number, team in enumerate(self.teams):
            user = self.colleague(numbered("supervisor", number), names.STAFF[10 + number % 3], password)
            self.supervisors[team.pk] = user
            users.append(user)
            memberships.append(Membership(user=user, team=team, role=Role.SUPERVISOR))
        for number in range(number_of_specialists):
            team = self.teams[number % len(self.teams)]
            name = names.STAFF[number % SPECIALISTS]
            label = name if number < SPECIALISTS else f"{name.split()[0]} {number}"
            user = self.colleague(numbered("specialist", number), label, password)
            self.specialists[team.pk].append(user)
            users.append(user)
            memberships.append(Membership(user=user, team=team, role=Role.SPECIALIST))
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(memberships)

    def colleague(self, address: str, name: str, password: str | None) -> User:
        """One account; all share the demo's password, hashed once."""
        user = User(email=f"{address}@demo.example", name=name, credential="CPS", is_active=True)
        user.created_at = user.joined_at = self.now - timedelta(days=100)
        if not self.hashed:
            user.set_password(password)
            self.hashed = user.password
        user.password = self.hashed
        return user

    def make_cover(self) -> None:
        """The demo specialist stands in for a colleague for a few days."""
        team = self.teams[0]
        colleagues = self.specialists[team.pk]
        today = self.today(team)
        Cover.objects.create(
            team=team,
            absent=colleagues[1],
            cover=colleagues[0],
            starts_at=midnight(today - DAY, team.time_zone),
            ends_at=midnight(today + 4 * DAY, team.time_zone),
            created_by=self.supervisors[team.pk],
        )

    def today(self, team: Team) -> date:
        """The team's local day."""
        return local_date(self.now, team.time_zone)

    def at(self, on: date, hour: int, team: Team) -> datetime:
        """A moment in that hour of a local day."""
        return moment(on, time(hour, self.chance.choice((0, 10, 15, 30, 45))), team.time_zone)


def numbered(name: str, number: int) -> str:
    """specialist, specialist2, specialist3 …"""
    return name if number == 0 else f"{name}{number + 1}"
