"""Everything recorded about one person, for that person: nothing left out, nothing of anybody else."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Value
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from caseload.models import Merge, Participant, Referral, RosterPlace, Session

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
    "caseload.Merge": "kept",
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
    "moved",
    "flagged_rung",
    "flagged_at",
    "unheard",
    "set_aside",
}


def whole_record(participant: Participant) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
    """Each table with its rows, oldest first, as names and values; the person themselves in front.

    What could not move from a record that was put into this one is theirs too.
    """
    yield from rows_of([participant, *participant.merged_people.select_related("created_by").order_by("pk")])


def rows_of(people: list[Participant]) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
    """Each table with the rows of these records of one person."""
    yield Participant, [values(person) for person in people]
    there = with_rows(people)
    for label, lead in LEADS.items():
        if label not in there:
            continue
        model = apps.get_model(label)
        users = [field.name for field in model._meta.fields if is_user(field)]
        rows = model._default_manager.filter(**{f"{lead}__in": people}).select_related(*users).order_by("pk")
        if model is Merge:
            rows = rows.standing()  # of two people after all, the one has nothing to do with the other
        if model is Session:
            rows = rows.select_related("meeting", *users).prefetch_related("activities")
        if model is RosterPlace:
            rows = rows.select_related("series")
        if model is Referral:
            rows = rows.select_related("service", *users)
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


def with_rows(people: list[Participant]) -> set[str]:
    """The tables in which there is anything about them; one query."""
    models_and_leads = [(apps.get_model(label), lead) for label, lead in LEADS.items()]
    parts = [
        model._default_manager.filter(**{f"{lead}__in": people}).order_by().values_list(Value(model._meta.label))[:1]
        for model, lead in models_and_leads
    ]
    return {label for (label,) in parts[0].union(*parts[1:])}


def sections(tables: Iterable[tuple[type[models.Model], list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """The tables as people read them: a title, and rows of labels and values."""
    return [
        {"title": capfirst(str(model._meta.verbose_name_plural)), "rows": [in_words(model, row) for row in rows]}
        for model, rows in tables
    ]


def in_words(model: Any, row: dict[str, Any]) -> list[tuple[str, Any]]:
    """A row as labels and values; ids are for programs."""
    labels = {
        field.name: capfirst(str(field.verbose_name))
        for field in model._meta.get_fields()
        if hasattr(field, "verbose_name")
    }
    shown = ((labels.get(name, name), value) for name, value in row.items() if not is_key(name, value))
    return [(label, readable(value)) for label, value in shown]


def readable(value: Any) -> Any:
    """A value as people read it."""
    if isinstance(value, list):
        return ", ".join(value)
    if value is True:
        return _("yes")
    if not isinstance(value, str) or not value[:4].isdigit():
        return value
    with suppress(ValueError):
        if len(value) == 10:
            return formats.date_format(date.fromisoformat(value), "j M Y")
        return formats.date_format(datetime.fromisoformat(value), "j M Y, H:i")
    return value


def is_key(name: str, value: Any) -> bool:
    """Whether a value only leads to another row."""
    return name == "id" or (isinstance(value, str) and len(value) == 36 and value.count("-") == 4)
