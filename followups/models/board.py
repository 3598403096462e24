"""The supervisor's board: one question asked of `overdue(at)`, counted by colleague and age."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateField, ExpressionWrapper, Q, Value, When

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

    def of_team(self, followups: FollowUpQuerySet) -> FollowUpQuerySet:
        """Only those of the team, if one is chosen."""
        return followups.filter(team=as_id(self.team)) if self.team else followups

    def applied(self, followups: FollowUpQuerySet, at: datetime) -> FollowUpQuerySet:
        """Only those of team, colleague and age."""
        followups = self.of_team(followups)
        if self.who:
            followups = followups.filter(owner=None if self.who == NOBODY else as_id(self.who))
        age = next((age for age in AGES if age.code == self.age), None)
        return of_age(followups, age, at) if age else followups


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


def rows(overdue: FollowUpQuerySet, at: datetime) -> list[Row]:
    """The board's rows by name, those waiting for a peer last. One grouped query."""
    column = Case(
        *(When(due_on__gte=days_ago(age.last, at), then=Value(age.code)) for age in AGES if age.last is not None),
        default=Value(AGES[-1].code),
    )
    counted = (
        overdue.annotate(age=column)
        .values_list("owner", "owner__name", "owner__is_active", "age")
        .annotate(number=Count("pk"))
        .order_by("owner__name", "owner")
    )
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
        .select_related("participant", "owner", "team", "discussed_by", "moved_by", "came_from")
        .by_what_matters()
    )


def after(followups: FollowUpQuerySet, last: Any) -> FollowUpQuerySet:
    """Those of the list that follow one of its rows; all after None."""
    if last is None:
        return followups
    weight = 0 if last.purpose in HEAVY else 1
    return followups.filter(
        Q(weight__gt=weight)
        | Q(weight=weight, due_on__gt=last.due_on)
        | Q(weight=weight, due_on=last.due_on, pk__gt=last.pk)
    )


def overdue_for(user: Any, at: datetime) -> FollowUpQuerySet:
    """The one query behind board, list, export and counts: overdue in the teams this person supervises."""
    return FollowUp.objects.visible_to(user).supervised_by(user).overdue(at)
