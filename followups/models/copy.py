"""Everything recorded about one person, for that person: nothing left out, nothing of anybody else."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from caseload.models import Participant, Referral, RosterPlace, Session

# Each table about a person, by how its rows lead to them. A test walks all models: a new one has to be named.
LEADS = {
    "caseload.PhoneNumber": "participant",
    "caseload.Quotation": "participant",
    "caseload.Expectations": "participant",
    "caseload.Goal": "participant",
    "caseload.GoalStep": "goal__participant",
    "caseload.GoalProgress": "goal__participant",
    "caseload.Tried": "participant",
    "caseload.Win": "participant",
    "caseload.Setback": "participant",
    "caseload.Session": "participant",
    "caseload.RosterPlace": "participant",
    "caseload.Milestone": "participant",
    "caseload.Barrier": "participant",
    "caseload.BarrierChange": "barrier__participant",
    "caseload.Referral": "participant",
    "caseload.Connection": "participant",
    "caseload.NoteAddition": "session__participant",
    "caseload.Agreement": "session__participant",
    "caseload.ServiceEpisode": "participant",
    "caseload.Assignment": "participant",
    "caseload.Complaint": "participant",
    "caseload.SignalTalk": "participant",
    "caseload.PeerRequest": "participant",
    "caseload.RecordReview": "participant",
    "caseload.SessionReview": "session__participant",
    "followups.CheckInPlan": "participant",
    "followups.CloserRhythm": "participant",
    "followups.FollowUp": "participant",
    "followups.NextStep": "session__participant",
    "followups.ContactAttempt": "participant",
}
LEFT_OUT = {
    "caseload.SessionDraft": "not recorded yet: what a colleague is still typing",
    "followups.Reminder": "a notice between colleagues about a follow-up that is in the copy",
    "caseload.Session_activities": "stands with its session",
}
# How the program finds its way, not something about the person.
INNER = {
    "month_day",
    "form_token",
    "before",
    "position",
    "search_name",
    "flagged_rung",
    "flagged_at",
    "unheard",
    "set_aside",
    "rests_from",
}


def whole_record(participant: Participant) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
    """Each table with its rows, oldest first, as names and values; the person themselves in front."""
    yield Participant, [values(participant)]
    for label, lead in LEADS.items():
        model = apps.get_model(label)
        people = [field.name for field in model._meta.fields if is_user(field)]
        rows = model._default_manager.filter(**{lead: participant}).select_related(*people).order_by("pk")
        if model is Session:
            rows = rows.select_related("meeting", *people).prefetch_related("activities")
        if model is RosterPlace:
            rows = rows.select_related("series")
        if model is Referral:
            rows = rows.select_related("service", *people)
        found = [values(row) for row in rows]
        if found:
            yield model, found


def values(row: models.Model) -> dict[str, Any]:
    """A row as names and plain values: choices in words, colleagues by name, empty fields left out."""
    told: dict[str, Any] = {"id": str(row.pk)}
    for field in row._meta.fields:
        value = getattr(row, field.attname)
        if field.primary_key or field.name in INNER or value in (None, "", [], False):
            continue
        if is_user(field):
            told[field.name] = getattr(row, field.name).name
        elif field.choices:
            told[field.name] = str(dict(field.flatchoices).get(value, value))
        else:
            told[field.name] = plain(value)
    if getattr(row, "meeting_id", None):
        told |= {"group": row.meeting.name, "what_the_group_did": row.meeting.description}
    if isinstance(row, Referral):
        told["to"] = row.place
    if isinstance(row, RosterPlace):
        told["group"] = row.series.name
    if hasattr(row, "activities"):
        told["activities"] = [activity.label for activity in row.activities.all()]
    return told


def is_user(field: Any) -> bool:
    """Whether the field names a colleague."""
    return bool(field.is_relation) and field.related_model._meta.label == "accounts.User"


def plain(value: Any) -> Any:
    """What JSON can hold."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return [str(one) for one in value] if isinstance(value, list) else value
