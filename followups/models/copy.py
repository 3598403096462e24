"""Everything recorded about one person, for that person: nothing left out, nothing of anybody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.db.models import Value
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent, Team, User
from caseload.models import Merge, NoteAddition, Participant, Referral, Session
from caseload.models.trust import reads_all
from followups.models.attempts import DEATH, ContactAttempt, Outcome
from followups.models.closer import CloserRhythm
from followups.models.copied_choices import spoken
from followups.models.copied_sentences import DIED, spoken_text
from followups.models.followups import FollowUp
from followups.models.next_steps import NextStep
from followups.models.plans import CheckInPlan

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
    "accounts.AuditEvent": "subject_id",
}
# By what the rows of a table are put in order, where it is not by when they were written down.
DATED = {
    "caseload.Quotation": "said_on",
    "caseload.Expectations": "agreed_on",
    "caseload.Goal": "started_on",
    "caseload.GoalProgress": "said_on",
    "caseload.Tried": "tried_on",
    "caseload.Win": "happened_on",
    "caseload.Setback": "happened_on",
    "caseload.Session": "started_at",
    "caseload.RosterPlace": "joined_on",
    "caseload.Milestone": "on",
    "caseload.Barrier": "since",
    "caseload.BarrierChange": "on",
    "caseload.Referral": "offered_on",
    "caseload.Connection": "since",
    "caseload.NoteAddition": "written_at",
    "caseload.Agreement": "said_on",
    "caseload.ServiceEpisode": "started_on",
    "caseload.Assignment": "started_at",
    "caseload.Complaint": "said_on",
    "caseload.SignalTalk": "talked_on",
    "caseload.PeerRequest": "asked_on",
    "caseload.RecordReview": "reviewed_on",
    "caseload.SessionReview": "session__started_at",
    "followups.CheckInPlan": "starts_on",
    "followups.CloserRhythm": "happened_on",
    "followups.FollowUp": "due_on",
    "followups.NextStep": "session__started_at",
    "followups.ContactAttempt": "at",
}
LEFT_OUT = {
    "caseload.SessionDraft": "not recorded yet: what a colleague is still typing",
    "followups.Reminder": "a notice between colleagues about a follow-up that is in the copy",
    "caseload.Session_activities": "stands with its session",
}
# What was done with the record and stands in no table of its own; everything else is there with who did it and when.
DONE = {
    "participant_enrolled": gettext_lazy("Began the record"),
    "participant_updated": gettext_lazy("Changed your details"),
    "welcomed_back": gettext_lazy("Welcomed you back"),
    "contact_paused": gettext_lazy("Paused contact"),
    "contact_resumed": gettext_lazy("Ended a pause"),
    "milestone_ended": gettext_lazy("Took a day off the list of days to remember"),
    "record_copied": gettext_lazy("Copied the whole record"),
}
# How the program finds its way, and what colleagues said to each other about a duty: nothing about the person.
INNER = {
    "month_day",
    "ticked_at",
    "form_token",
    "before",
    "position",
    "search_name",
    "moved",
    "flagged_rung",
    "flagged_at",
    "unheard",
    "discussed_at",
    "discussed_by",
    "set_aside",
    "outcome",  # `label` says it in the words of its time
    "knew_all",
    "subject_type",
    "subject_id",
    "facts",
    "rests_from",
}


class Choice(str):
    """A choice in its own words, which knows its code: for the person it may be said another way."""

    code: str

    def __new__(cls, code: str, words: str) -> "Choice":
        choice = super().__new__(cls, words)
        choice.code = code
        return choice


@dataclass(frozen=True)
class Other:
    """Another row a row belongs to: its id for programs, and what it is for people."""

    pk: str
    says: str


@dataclass(frozen=True)
class Copy:
    """Each table with its rows, by date, as names and values; the person themselves in front.

    `is_whole` says that whoever asked reads all there could be, never whether there is more.
    """

    tables: list[tuple[type[models.Model], list[dict[str, Any]]]]
    is_whole: bool


def whole_record(user: Any, participant: Participant) -> Copy:
    """All about a participant that this person may hand on: of what is for the supervisor alone, what they see.

    What could not move from a record that was put into this one is theirs too.
    """
    merged = participant.merged_people.select_related("created_by", "team").order_by("pk")
    return record_of(user, [participant, *merged])


def record_of(user: Any, people: list[Participant]) -> Copy:
    """Each table with the rows of these records of one person."""
    zone = ZoneInfo(people[0].team.time_zone)
    tables = [(Participant, [values(person, zone) for person in people])]
    sad: set[str] = set()
    reads = reads_all(user, people[0])
    keys = [str(person.pk) for person in people]
    there = with_rows(keys)
    for label, lead in LEADS.items():
        if label not in there:
            continue
        model = apps.get_model(label)
        rows = model._default_manager.filter(**{f"{lead}__in": keys}).select_related(*others(model))
        rows = rows.order_by(DATED.get(label, "pk"), "pk")
        if model is AuditEvent:
            rows = rows.filter(action__in=DONE)
        if model is Merge:
            rows = rows.standing()  # of two people after all, the one has nothing to do with the other
        if model is Session:
            rows = rows.prefetch_related("activities")
        found = list(rows)
        if hasattr(model, "for_supervisor"):
            found = [row for row in found if reads or not row.for_supervisor]
        if model is ContactAttempt:
            sad = {row.label for row in found if row.outcome_id == DEATH}
        if found:
            tables.append((model, [values(row, zone) for row in found]))
    of_a_death(sad, [row for model, rows in tables if model in (FollowUp, ContactAttempt) for row in rows])
    return Copy(tables, is_whole=reads)


def of_a_death(sad: set[str], rows: list[dict[str, Any]]) -> None:
    """Put one word where a program has its own for a death, so that it is told gently wherever it stands."""
    for row in rows:
        row |= {name: str(DIED) for name in ("label", "closing_reason", "what") if row.get(name) in sad}


def note_of(session: Session, additions: Iterable[NoteAddition]) -> Copy:
    """One note to read together: the session, what was added to it, and what came next."""
    zone = ZoneInfo(session.team.time_zone)
    tables: list[tuple[type[models.Model], Iterable[models.Model]]] = [
        (Session, [session]),
        (NoteAddition, additions),
        (NextStep, [session.next_step]),
    ]
    told = []
    for model, found in tables:
        rows = [values(row, zone) for row in found]
        for row in rows:
            row.pop("session", None)  # it is the one they are reading
        if rows:
            told.append((model, rows))
    return Copy(told, is_whole=False)


def with_rows(keys: list[str]) -> set[str]:
    """The tables in which there is anything about them; one query."""
    parts = []
    for label, lead in LEADS.items():
        rows = apps.get_model(label)._default_manager.filter(**{f"{lead}__in": keys}).order_by()
        parts.append(rows.values_list(Value(label))[:1])
    return {label for (label,) in parts[0].union(*parts[1:])}


def others(model: type[models.Model]) -> list[str]:
    """The relations to read with a row, and what their words need."""
    names = [field.name for field in model._meta.fields if field.is_relation and field.related_model is not Participant]
    return [*names, *(["referral__service"] if model is FollowUp else [])]


def values(row: models.Model, zone: ZoneInfo) -> dict[str, Any]:
    """A row as names and values of their own types: choices in words, colleagues by name, empty fields left out."""
    told: dict[str, Any] = {"id": str(row.pk)}
    for field in row._meta.fields:
        value = getattr(row, field.attname)
        is_key = field.primary_key and not field.is_relation
        if is_key or field.name in INNER or field.related_model is Participant or value in (None, "", []):
            continue
        told[field.name] = in_words(row, field, value, zone)
    if isinstance(row, Session):
        if row.meeting is not None and row.met and row.meeting.description:
            told["what_the_group_did"] = row.meeting.description
        activities = [activity.label for activity in row.activities.all()]
        told |= {"activities": activities} if activities else {}
    return told


def in_words(row: models.Model, field: Any, value: Any, zone: ZoneInfo) -> Any:
    """A field's value, where a code stands in it the words for it."""
    if field.is_relation:
        other = getattr(row, field.name)
        return str(other) if isinstance(other, User | Team | Outcome) else Other(str(other.pk), says(other, zone))
    if field.choices:
        return Choice(value, str(dict(field.flatchoices).get(value, value)))
    if field.name == "weekdays":
        return [str(WEEKDAYS[number - 1]) for number in value]
    if isinstance(value, list):
        words = dict(field.base_field.flatchoices)
        return [Choice(one, str(words.get(one, one))) for one in value]
    return str(DONE[value]) if isinstance(row, AuditEvent) and field.name == "action" else value


def says(row: Any, zone: ZoneInfo) -> str:
    """What a row is, in a few words."""
    if isinstance(row, Session):
        return _("The session of %(when)s") % {"when": moment_words(row.started_at, zone)}
    if isinstance(row, FollowUp):
        day = formats.date_format(row.due_on, "j M Y")
        purpose = spoken("followups.FollowUp.purpose", row.purpose, row.get_purpose_display())
        return " · ".join(filter(None, (purpose, spoken_text("followups.FollowUp.what", row.what), day)))
    if isinstance(row, CheckInPlan):
        return str(row.get_kind_display())
    if isinstance(row, CloserRhythm):
        return f"{row.get_occasion_display()} · {formats.date_format(row.happened_on, 'j M Y')}"
    return row.place if isinstance(row, Referral) else str(row)


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """A moment on the clock of the team."""
    return formats.date_format(at.astimezone(zone), "j M Y, H:i")
