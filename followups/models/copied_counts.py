"""What of a copied row says something: a default of another kind, or a thing that is not so, says nothing."""

from typing import Any

from caseload.models import EndingReason
from caseload.models.phones import MessagePermission
from followups.models.copied_sentences import DIED
from followups.models.followups import Purpose
from followups.models.plans import RhythmKind


def belongs(row: dict[str, Any], name: str) -> bool:
    """Whether a row of this kind has this value at all; what only another kind has is in no copy."""
    match name:
        case "every":
            return bool(row["kind"].code == RhythmKind.EVERY_N_DAYS)
        case "message_text":
            return bool(row["message"].code == MessagePermission.MAY_SAY)
        case "may_contact":
            return "ended_on" in row and not went_on(row)
    return True


def counts(row: dict[str, Any], name: str) -> bool:
    """Whether people are told a value of this row."""
    return belongs(row, name) and is_so(row, name) and name not in best_unsaid(row)


def is_so(row: dict[str, Any], name: str) -> bool:
    """Whether a value says that something is so, or became another."""
    value = row[name]
    match name:
        case "changed_on":
            return bool(value != row.get("since", row.get("offered_on")))
        case "planned_on":
            return bool(value != row["due_on"])
        case "is_active" | "attempts" | "only_soon" | "for_supervisor":
            return bool(value)
    return True


def best_unsaid(row: dict[str, Any]) -> set[str]:
    """What would be cold to read after a death, and what is between colleagues: why, who decided, what is to come."""
    unsaid: set[str] = set()
    if row.get("closing_reason") == DIED:
        unsaid |= {"state", "closing_reason", "decided_by"}
    if is_code(row, "purpose", Purpose.REVIEW):
        unsaid |= {"state", *(["what"] if row.get("what") == DIED else [])}
    if row.get("label") == DIED:
        unsaid |= {"channel", "followup", "next_followup"}
    if is_code(row, "ending_reason", EndingReason.DIED):
        unsaid |= {"ending_reason", "ended_by", "may_contact"}
    return unsaid | ({"ended_on", "ended_by"} if went_on(row) else set())


def went_on(row: dict[str, Any]) -> bool:
    """Whether it is time with us that only ended because two records were put together."""
    return is_code(row, "ending_reason", EndingReason.SAME_PERSON)


def is_code(row: dict[str, Any], name: str, code: str) -> bool:
    """Whether a choice of the row is that one."""
    return name in row and row[name].code == code
