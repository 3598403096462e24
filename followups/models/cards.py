"""What to know before calling, gathered for a list of follow-ups in a constant number of queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, Value, When, Window
from django.db.models.functions import RowNumber

from accounts.ids import new_id
from caseload.models import PhoneNumber
from followups.models.followups import FollowUp, FollowUpQuerySet, State

# Where a card stands on the day's page.
SECTION = Case(
    When(days_overdue__gt=0, then=Value("overdue")),
    When(state=State.WAITING, then=Value("waiting")),
    When(days_overdue=0, then=Value("today")),
    default=Value("coming"),
)


def cards(followups: FollowUpQuerySet) -> list[FollowUp]:
    """The follow-ups with their call facts; each gets `phones` and a fresh `form_token`. Two queries."""
    beside = ("participant", "team", "owner", "moved_by", "came_from", "plan")
    rows = list(followups.with_call_facts().select_related(*beside))
    numbers: dict[Any, list[PhoneNumber]] = {}
    for number in PhoneNumber.objects.filter(participant__in={row.participant_id for row in rows}).order_by(
        "-may_call", "position", "pk"
    ):
        numbers.setdefault(number.participant_id, []).append(number)
    for row in rows:
        row.phones = numbers.get(row.participant_id, [])
        row.form_token = new_id()
    return rows


def first_of_each(followups: FollowUpQuerySet, most: int) -> FollowUpQuerySet:
    """Follow-ups with `days_overdue`: the first `most` of each section of the day.

    Adds `section` and `in_section`, how many there are in it altogether.
    """
    whole = followups.annotate(section=SECTION).annotate(
        in_section=Window(Count("pk"), partition_by="section"),
        place=Window(RowNumber(), partition_by="section", order_by=["due_on", "pk"]),
    )
    return whole.filter(place__lte=most)


def in_sections(rows: Iterable[FollowUp]) -> dict[str, list[FollowUp]]:
    """Cards with a `section`, sorted into overdue, today, waiting for a reply, and coming."""
    sections: dict[str, list[FollowUp]] = {"overdue": [], "today": [], "waiting": [], "coming": []}
    for row in rows:
        sections[row.section].append(row)
    return sections
