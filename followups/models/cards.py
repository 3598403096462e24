"""What to know before calling, gathered for a list of follow-ups in a constant number of queries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from accounts.ids import new_id
from caseload.models.goals import agreed_now
from caseload.models.phones import numbers_of
from caseload.models.rules import rules_of
from caseload.models.words import words_in_order
from followups.calendar import local_date
from followups.models.attempts import WRONG_NUMBER, ContactAttempt
from followups.models.followups import FollowUp, FollowUpQuerySet, State

# Where a card stands on the day's page. More than no days overdue is what `overdue(at)` asks of one that stands:
# `with_days_overdue(at)` subtracts the same two days that it compares. tests/followups/test_one_count.py holds them
# together.
SECTION = Case(
    When(days_overdue__gt=0, then=Value("overdue")),
    When(state=State.WAITING, then=Value("waiting")),
    When(days_overdue=0, then=Value("today")),
    default=Value("coming"),
)


def with_facts(followups: FollowUpQuerySet, new_peer_since: datetime) -> FollowUpQuerySet:
    """The follow-ups with everything a card shows, still as one question. For `cards`."""
    tries = ContactAttempt.objects.standing().filter(followup=OuterRef("pk")).order_by("-at", "-pk")
    facts = followups.with_call_facts().with_new_peer(new_peer_since)
    facts = facts.annotate(
        phones=numbers_of("participant", "-may_call"),
        last_outcome=Subquery(tries.values("outcome")[:1]),
        called_in_vain=Subquery(called_in_vain()),
    )
    return facts.select_related("participant", "team__record_rules", "owner", "moved_by", "came_from", "plan")


def cards(rows: list[FollowUp], at: datetime) -> list[FollowUp]:
    """Those read `with_facts`, made ready to be drawn.

    Each gets `words`, `expected`, `phones`, a fresh `form_token`, and `asks_for_a_number` where the last try found
    none that works.
    """
    for row in rows:
        row.asks_for_a_number = row.last_outcome == WRONG_NUMBER
        row.form_token = new_id()
        today, rules = local_date(at, row.team.time_zone), rules_of(row.team)
        row.words = words_in_order(row.said, today, rules.words_again_days)
        row.expected = agreed_now(row.agreed, today, rules.expectations_days)
        # Of several it is not known which one led nowhere.
        if row.called_in_vain and len(row.called_in_vain) == 1:
            for number in row.phones:
                number["is_wrong"] = number["number"] in row.called_in_vain
    return rows


def called_in_vain() -> QuerySet[Any, Any]:
    """For a follow-up: the numbers there were at the last try that found a wrong one, since they were last in touch."""
    person = "participant__last_contact_at", "participant__created_at"
    since = Coalesce(*(OuterRef(moment) for moment in person))
    wrong = ContactAttempt.objects.standing().filter(outcome=WRONG_NUMBER, participant=OuterRef("participant"))
    return wrong.filter(at__gt=since).order_by("-at", "-pk").values("before__numbers")[:1]


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
