"""What a morning's summary and the page of the week say; overdue is asked of the same query as everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.access import supervised_teams
from accounts.models import Cover
from caseload.models import Participant, PeerRequest, ServiceEpisode, Win
from followups.models import board
from followups.models.followups import FollowUp, FollowUpQuerySet, LocalDay, Purpose

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
    """Good news first, then what is owed. `colleagues` and what follows are a supervisor's only."""

    wins: Some
    came_back: Some
    overdue: int
    due_today: int
    promises: int
    colleagues: list[board.Row]
    waiting: int
    wishes: int
    covers: Some

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to say."""
        good = self.wins.number + self.came_back.number
        return not (good + self.overdue + self.due_today + self.waiting + self.wishes + self.covers.number)


def of_a_day(user: Any, at: datetime) -> Summary:
    """A specialist's: the people they walk with, and what they keep, also for somebody they stand in for."""
    mine = FollowUp.objects.visible_to(user).owned_by(user)
    return summary(Participant.objects.kept_by(user), mine, mine.overdue(at).count(), at, days=WEEK)


def of_a_week(user: Any, at: datetime) -> Summary:
    """A supervisor's: their teams, colleague by colleague."""
    teams = supervised_teams(user)
    people = Participant.objects.visible_to(user).filter(team__in=teams)
    colleagues = board.rows(board.overdue_for(user, at), at)
    covers = Cover.objects.visible_to(user).filter(starts_at__lt=at + WEEK, ends_at__gt=at)
    return summary(
        people,
        FollowUp.objects.visible_to(user).supervised_by(user),
        sum(row.total for row in colleagues),
        at,
        days=WEEK,
        colleagues=colleagues,
        waiting=people.unassigned().count(),
        wishes=PeerRequest.objects.visible_to(user).filter(participant__in=people, answered_at=None).count(),
        covers=Some.of(covers.select_related("team", "absent", "cover").order_by("starts_at", "pk")),
    )


def summary(
    people: Any, followups: FollowUpQuerySet, overdue: int, at: datetime, *, days: timedelta, **more: Any
) -> Summary:
    """Good news of the last days about these people, and what is due today of these follow-ups."""
    # The same local days from morning to night, wherever the team is.
    since = LocalDay(at - days, "participant__team__time_zone")
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
        **{"colleagues": [], "waiting": 0, "wishes": 0, "covers": NONE, **more},
    )
