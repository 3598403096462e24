"""What stands beside a person's words: a few lines from each of the tables kept about them, in one query."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.prepared import prepared
from caseload.models.goals import HELPFUL, STILL_ASKED, Expectations, Goal, GoalState, GoalStep, Tried
from caseload.models.participants import Participant
from caseload.models.strands import OPEN, Barrier, Referral
from caseload.models.wins import Win
from caseload.models.words import Quotation

# Of the goals; their own page has all of them.
MOST = 20
# Of what helped before.
HELPED = 5


Kind = tuple[str, QuerySet[Any], tuple[Any, Any, Any]]


@dataclass(frozen=True)
class Line:
    """One line: of which kind, the row's id, what it says, its day if there is one, and a word about its state."""

    kind: str
    pk: UUID
    text: str
    day: date | None
    state: str


def at_a_glance(participant: Participant, words_of_each: int = 0) -> dict[str, list[Line]]:
    """The lines of each kind that has any, newest first. One query, whatever is kept.

    `words_of_each`: how many of their words about each topic come along.
    """
    found: dict[str, list[Line]] = {}
    for row in all_kinds(participant.pk, words_of_each):
        one = Line(*row)
        found.setdefault(one.kind, []).append(one)
    return found


@prepared
def all_kinds(participant: UUID, words_of_each: int) -> QuerySet[Any, Any]:
    """The lines of all kinds, as rows."""
    wanted = [*kinds(participant), *(their_words(participant, words_of_each) if words_of_each else ())]
    first, *others = [line(kind, rows, *columns) for kind, rows, columns in wanted]
    return first.union(*others, all=True)


def kinds(participant: UUID) -> list[Kind]:
    """Each kind with its rows, and its columns: what it says, its day, and its state."""
    goals = Goal.objects.filter(participant=participant, state=GoalState.OPEN)
    steps = GoalStep.objects.open().filter(goal=OuterRef("pk")).order_by("due_on", "recorded_at")
    agreed = Expectations.objects.filter(participant=participant).order_by("-agreed_on", "-pk")
    tried = Tried.objects.filter(participant=participant)
    asking = tried.filter(answer__in=STILL_ASKED).order_by(F("answered_on").asc(nulls_first=True), "-tried_on", "-pk")
    helped = tried.filter(answer__in=HELPFUL).order_by("-tried_on", "-pk")
    barriers = Barrier.objects.filter(participant=participant).exclude(state="gone").order_by("-changed_on", "-pk")
    offers = Referral.objects.filter(participant=participant, state__in=OPEN).order_by("-changed_on", "-pk")
    wins = Win.objects.filter(participant=participant).order_by("-happened_on", "-pk")
    return [
        ("win", wins[:1], (F("text"), F("happened_on"), words(""))),
        (
            "goal",
            goals.order_by("-started_on", "-pk")[:MOST],
            (
                F("wording"),
                F("review_on"),
                Coalesce(Subquery(steps.values("text")[:1]), words("")),
            ),
        ),
        ("expected", agreed[:1], (F("theirs"), F("agreed_on"), F("ours"))),
        ("barrier", barriers[:3], (F("what"), F("changed_on"), F("state"))),
        ("referral", offers[:3], (Coalesce("service__name", "to_whom"), F("changed_on"), F("state"))),
        ("tried", asking[:1], (F("text"), F("tried_on"), words(""))),
        ("helped", helped[:HELPED], (F("text"), F("tried_on"), words(""))),
    ]


def their_words(participant: UUID, number: int) -> list[Kind]:
    """The newest so many of their words about each topic; the topic is the state."""
    said = Quotation.objects.filter(participant=participant).newest_of_each_topic(number)
    return [("words", said, (F("text"), F("said_on"), F("topic")))]


def asked_of(participant: Participant, glance: dict[str, list[Line]], sent: UUID | None, was_sent: bool) -> Line | None:
    """What was tried and whether it helped is to be asked; of a page sent, what that page had asked, if still open."""
    newest = next(iter(glance.get("tried", [])), None)
    if not was_sent or (newest and newest.pk == sent):
        return newest
    if sent is None:
        return None
    row = Tried.objects.filter(participant=participant, pk=sent, answer__in=STILL_ASKED).first()
    return row and Line("tried", row.pk, row.text, row.tried_on, "")


def line(kind: str, rows: QuerySet[Any], text: Any, day: Any, state: Any) -> QuerySet[Any, Any]:
    """The rows in the columns of a Line."""
    return rows.values_list(words(kind), "pk", text, day, state)


def words(text: str) -> Value:
    """A constant column."""
    return Value(text, output_field=CharField())
