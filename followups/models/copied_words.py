"""A copied record as people read it: titles, labels and values in words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.models.copy import Copy, Other, moment_words

# What a line is called where the field's own name says it less well.
CALLED = {
    "what_the_group_did": gettext_lazy("what the group did"),
    "activities": gettext_lazy("what we did"),
    "meeting": gettext_lazy("group"),
    "series": gettext_lazy("group"),
    "step": gettext_lazy("step towards a goal"),
    "action": gettext_lazy("what was done"),
    "is_active": gettext_lazy("with us now"),
}
# What a table is called for the person it is about, where its own name is ours.
TITLES = {
    "caseload.Participant": gettext_lazy("You"),
    "accounts.AuditEvent": gettext_lazy("What was done with your record"),
    "caseload.SignalTalk": gettext_lazy("Talks about how it is between you"),
    "caseload.PeerRequest": gettext_lazy("Wishes for another peer"),
    "caseload.ServiceEpisode": gettext_lazy("Your time with us"),
    "caseload.Assignment": gettext_lazy("Who walked with you"),
    "caseload.RosterPlace": gettext_lazy("Groups you came to"),
    "caseload.SessionReview": gettext_lazy("Notes a supervisor has read"),
    "caseload.RecordReview": gettext_lazy("When the record was looked through"),
    "followups.FollowUp": gettext_lazy("What we said we would do"),
    "followups.NextStep": gettext_lazy("What came next after a session"),
    "followups.ContactAttempt": gettext_lazy("When we tried to reach you"),
    "followups.CheckInPlan": gettext_lazy("How often we said we would be in touch"),
    "followups.CloserRhythm": gettext_lazy("Times of closer contact"),
}


def title(model: type[models.Model]) -> str:
    """What a table is called for the person."""
    return str(TITLES.get(model._meta.label) or capfirst(str(model._meta.verbose_name_plural)))


def sections(copy: Copy, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The tables: a title, and rows of labels and values, moments on the clock of the team."""
    return [
        {"title": title(model), "rows": [in_words(model, row, zone) for row in rows]} for model, rows in copy.tables
    ]


def in_words(model: Any, row: dict[str, Any], zone: ZoneInfo) -> list[tuple[str, Any]]:
    """A row as labels and values; ids are for programs."""
    labels = {field.name: field.verbose_name for field in model._meta.fields} | CALLED
    shown = ((name, value) for name, value in row.items() if name != "id")
    return [(capfirst(str(labels[name])), readable(value, zone)) for name, value in shown]


def readable(value: Any, zone: ZoneInfo) -> Any:
    """A value as people read it, moments on the team's clock."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return moment_words(value, zone)
        case date():
            return formats.date_format(value, "j M Y")
        case list():
            return ", ".join(value)
        case Other():
            return value.says
    return value
