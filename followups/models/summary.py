"""What a morning's summary and the page of the week say; overdue is asked of the same query as everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.access import supervised_teams, teams_of
from accounts.models import Cover, Team
from caseload.models import Participant, PeerRequest, ServiceEpisode, Win
from followups.calendar import DAY, local_date
from followups.models import board
from followups.models.calendars import calendar_of
from followups.models.followups import FollowUp, FollowUpQuerySet, LocalDay, Purpose
from followups.models.reminders import Rung

WEEK = timedelta(days=7)
# More of each than anybody reads; the numbers beside them are whole.
MOST = 20


@dataclass(frozen=True)
class Some:
    """The first rows of a question, and how many there are altogether."""

    rows: list[Any]
    number: int

    @classmethod
    def of(cls, question: QuerySet[Any]) -> "Some":
        """One query; a second one where there are more than are listed."""
        rows = list(question[: MOST + 1])
        return cls(rows[:MOST], question.count() if len(rows) > MOST else len(rows))

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.number - len(self.rows)


NONE = Some([], 0)


@dataclass(frozen=True)
class Summary:
    """Good news first, then what is owed. `escalated` and what follows are a supervisor's only.

    `escalated` is for the day: what others keep and has reached the supervisor, or what nobody keeps.
    """

    wins: Some
    came_back: Some
    overdue: int
    due_today: int
    promises: int
    escalated: int
    colleagues: list[board.Row]
    waiting: int
    wishes: int
    covers: Some

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to say."""
        good = self.wins.number + self.came_back.number
        owed = self.overdue + self.due_today + self.escalated
        return not (good + owed + self.waiting + self.wishes + self.covers.number)


def of_a_day(user: Any, at: datetime) -> Summary:
    """The people somebody walks with, what they keep, also for whom they stand in, and what is theirs as a supervisor.

    A win is news on the working day on which it happened and on the next.
    """
    mine = FollowUp.objects.visible_to(user).owned_by(user)
    people = Participant.objects.kept_by(user)
    overdue, since = mine.overdue(at).count(), last_working_day(user, at)
    return summary(people, mine, overdue, at, since=since, escalated=escalated(user, at))


def escalated(user: Any, at: datetime) -> int:
    """How many follow-ups wait for this person as a supervisor, being told no longer by single messages."""
    reached = board.overdue_for(user, at).filter(Q(flagged_rung__gte=Rung.SUPERVISOR) | Q(owner=None))
    nobodys = FollowUp.objects.visible_to(user).supervised_by(user).due_today(at).filter(owner=None)
    return reached.count() + nobodys.count()


def last_working_day(user: Any, at: datetime) -> Any:
    """The working day before today in the team of a row, as an expression; two queries for the teams of this person."""
    days = {}
    for team in Team.objects.filter(pk__in=teams_of(user)).prefetch_related("closed_days"):
        days[team.pk] = calendar_of(team).previous_working_day(local_date(at, team.time_zone) - DAY)
    cases = [When(participant__team=team, then=Value(day)) for team, day in days.items()]
    return Case(*cases, default=LocalDay(at, "participant__team__time_zone"), output_field=DateField())


def of_a_week(user: Any, at: datetime) -> Summary:
    """A supervisor's: their teams, colleague by colleague."""
    teams = supervised_teams(user)
    people = Participant.objects.visible_to(user).filter(team__in=teams)
    colleagues = board.rows(board.counted(board.overdue_for(user, at), at))
    covers = Cover.objects.visible_to(user).filter(starts_at__lt=at + WEEK, ends_at__gt=at)
    return summary(
        people,
        FollowUp.objects.visible_to(user).supervised_by(user),
        sum(row.total for row in colleagues),
        at,
        # The same local days from morning to night, wherever the team is.
        since=LocalDay(at - WEEK, "participant__team__time_zone"),
        colleagues=colleagues,
        waiting=people.unassigned(teams).count(),
        wishes=PeerRequest.objects.visible_to(user).filter(participant__in=people, answered_at=None).count(),
        covers=Some.of(covers.select_related("team", "absent", "cover").order_by("starts_at", "pk")),
    )


def summary(
    people: Any, followups: FollowUpQuerySet, overdue: int, at: datetime, *, since: Any, **more: Any
) -> Summary:
    """Good news about these people from a local day on, and what is due today of these follow-ups."""
    wins = Win.objects.filter(participant__in=people, happened_on__gte=since)
    fresh = ServiceEpisode.objects.filter(participant=OuterRef("pk"), ended_on=None, started_on__gte=since)
    earlier = ServiceEpisode.objects.filter(participant=OuterRef("pk"), ended_on__isnull=False)
    due_today = followups.due_today(at)
    return Summary(
        wins=Some.of(wins.select_related("participant").order_by("-happened_on", "-pk")),
        came_back=Some.of(people.active().filter(Exists(fresh), Exists(earlier)).order_by("name_used", "pk")),
        overdue=overdue,
        due_today=due_today.count(),
        promises=due_today.filter(purpose=Purpose.PROMISE).count(),
        **{"escalated": 0, "colleagues": [], "waiting": 0, "wishes": 0, "covers": NONE, **more},
    )
