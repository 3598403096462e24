"""What stands beside a person's words: a few lines from each of the tables kept about them, in one query."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from caseload.models.participants import Participant
from caseload.models.wins import Win

# Of each kind; its own page has all of them.
FEW = 3


@dataclass(frozen=True)
class Line:
    """One line: of which kind, the row's id, what it says, its day, and a word about its state."""

    kind: str
    pk: UUID
    text: str
    day: date
    state: str


def at_a_glance(participant: Participant) -> dict[str, list[Line]]:
    """The lines of each kind that has any, newest first. One query, whatever is kept."""
    first, *others = [line(kind, rows, *columns) for kind, rows, columns in kinds(participant)]
    found: dict[str, list[Line]] = {}
    for row in first.union(*others, all=True) if others else first:
        one = Line(*row)
        found.setdefault(one.kind, []).append(one)
    return found


def kinds(participant: Participant) -> list[tuple[str, QuerySet[Any], tuple[Any, Any, Any]]]:
    """Each kind with its rows, and its columns: what it says, its day, and its state."""
    wins = Win.objects.filter(participant=participant).order_by("-happened_on", "-pk")
    return [
        ("win", wins[:1], (F("text"), F("happened_on"), words(""))),
    ]


def line(kind: str, rows: QuerySet[Any], text: Any, day: Any, state: Any) -> QuerySet[Any, Any]:
    """The rows in the columns of a Line."""
    return rows.values_list(words(kind), "pk", text, day, state)[:FEW]


def words(text: str) -> Value:
    """A constant column."""
    return Value(text, output_field=CharField())
