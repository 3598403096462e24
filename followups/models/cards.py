"""What to know before calling, gathered for a list of follow-ups in a constant number of queries."""

from collections.abc import Iterable
from typing import Any

from accounts.ids import new_id
from caseload.models import PhoneNumber
from followups.models.followups import FollowUp, FollowUpQuerySet


def cards(followups: FollowUpQuerySet) -> list[FollowUp]:
    """The follow-ups with their call facts; each gets `phones` and a fresh `form_token`. Two queries."""
    rows = list(followups.with_call_facts().select_related("participant", "team", "owner"))
    numbers: dict[Any, list[PhoneNumber]] = {}
    for number in PhoneNumber.objects.filter(participant__in={row.participant_id for row in rows}).order_by(
        "-may_call", "position", "pk"
    ):
        numbers.setdefault(number.participant_id, []).append(number)
    for row in rows:
        row.phones = numbers.get(row.participant_id, [])
        row.form_token = new_id()
    return rows


def in_sections(rows: Iterable[FollowUp]) -> dict[str, list[FollowUp]]:
    """Sort cards with `days_overdue` into overdue, today, waiting for a reply, and coming."""
    sections: dict[str, list[FollowUp]] = {"overdue": [], "today": [], "waiting": [], "coming": []}
    for row in rows:
        if row.days_overdue > 0:
            sections["overdue"].append(row)
        elif row.state == "waiting":
            sections["waiting"].append(row)
        else:
            sections["today" if row.days_overdue == 0 else "coming"].append(row)
    return sections
