"""The supervisor's board: one question asked of `overdue(at)`, counted by colleague and age."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateField, ExpressionWrapper, Q, QuerySet, Value, When

from followups.calendar import AGES, Age
from followups.models.followups import HEAVY, FollowUp, FollowUpQuerySet, LocalDay

NOBODY = "nobody"


@dataclass
class Row:
    """One colleague's overdue follow-ups; `owner_id` is None for people waiting for a peer."""

    owner_id: UUID | None
    name: str
    is_active: bool
    counts: dict[str, int] = field(default_factory=lambda: {age.code: 0 for age in AGES})

    @property
    def who(self) -> str:
        """How addresses name this row."""
        return str(self.owner_id) if self.owner_id else NOBODY

    @property
    def total(self) -> int:
        """All ages together."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Filter:
    """What of the overdue follow-ups is looked at: of one colleague, of one age, of one team."""

    who: str = ""
    age: str = ""
    team: str = ""

    @property
    def read(self) -> tuple[UUID | None, UUID | str, str]:
        """Team, colleague and age as `chosen` takes them."""
        who: UUID | str = self.who if self.who in ("", NOBODY) else as_id(self.who)
        return as_id(self.team) if self.team else None, who, self.age if self.age in [age.code for age in AGES] else ""


def of_team(followups: FollowUpQuerySet, team: UUID | None) -> FollowUpQuerySet:
    """Only those of the team, if one is chosen."""
    return followups if team is None else followups.filter(team=team)


def chosen(followups: FollowUpQuerySet, team: UUID | None, who: UUID | str, age: str, at: datetime) -> FollowUpQuerySet:
    """Only those of team, colleague and age."""
    followups = of_team(followups, team)
    if who != "":
        followups = followups.filter(owner=None if who == NOBODY else who)
    column = next((one for one in AGES if one.code == age), None)
    return of_age(followups, column, at) if column else followups


def as_id(text: str) -> UUID:
    """The id in an address; one that belongs to nothing where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def of_age(followups: FollowUpQuerySet, age: Age, at: datetime) -> FollowUpQuerySet:
    """Those overdue for as many days as the column says."""
    followups = followups.filter(due_on__lte=days_ago(age.first, at))
    return followups.filter(due_on__gte=days_ago(age.last, at)) if age.last is not None else followups


def days_ago(days: int, at: datetime) -> ExpressionWrapper:
    """The local day of the row's team so many days back."""
    return ExpressionWrapper(LocalDay(at) - days, output_field=DateField())


def counted(overdue: FollowUpQuerySet, at: datetime) -> QuerySet[Any, Any]:
    """How many of each colleague and age, as rows of one grouped question. For `rows`."""
    column = Case(
        *(When(due_on__gte=days_ago(age.last, at), then=Value(age.code)) for age in AGES if age.last is not None),
        default=Value(AGES[-1].code),
    )
    return (
        overdue.annotate(age=column)
        .values_list("owner", "owner__name", "owner__is_active", "age")
        .annotate(number=Count("pk"))
        .order_by("owner__name", "owner")
    )


def rows(counted: Iterable[Any]) -> list[Row]:
    """The board's rows by name, those waiting for a peer last."""
    found: dict[UUID | None, Row] = {}
    for owner_id, name, is_active, age, number in counted:
        row = found.setdefault(owner_id, Row(owner_id, name or "", bool(is_active) or owner_id is None))
        row.counts[age] += number
    return sorted(found.values(), key=lambda row: (row.owner_id is None, row.name))


def totals(board: list[Row]) -> dict[str, int]:
    """The sum of each column."""
    return {age.code: sum(row.counts[age.code] for row in board) for age in AGES}


def listed(overdue: FollowUpQuerySet, at: datetime) -> FollowUpQuerySet:
    """The list under the board: what matters first, with everything a line shows."""
    return (
        overdue.with_days_overdue(at)
        .with_specialist()
        .select_related("participant", "owner", "team", "moved_by", "came_from")
        .by_what_matters()
    )


def place_of(last: FollowUp | None) -> tuple[int | None, date | None, UUID | None]:
    """Where in the list that one stands; the beginning without one."""
    return (None, None, None) if last is None else (0 if last.purpose in HEAVY else 1, last.due_on, last.pk)


def after(followups: FollowUpQuerySet, weight: int | None, due_on: date | None, pk: UUID | None) -> FollowUpQuerySet:
    """Those of the list that follow that place."""
    if weight is None:
        return followups
    same_day = Q(weight=weight, due_on=due_on, pk__gt=pk)
    return followups.filter(Q(weight__gt=weight) | Q(weight=weight, due_on__gt=due_on) | same_day)


def overdue_for(user: Any, at: datetime) -> FollowUpQuerySet:
    """The one query behind board, list, export and counts: overdue in the teams this person supervises."""
    return FollowUp.objects.visible_to(user).supervised_by(user).overdue(at)
