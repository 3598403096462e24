"""A copied record as people read it: titles, labels, values and sentences, spoken to the person it is about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.models import BarrierChange
from caseload.models.strands import BarrierState
from followups.models.copied_choices import spoken
from followups.models.copied_counts import counts, is_code
from followups.models.copied_labels import TABLES
from followups.models.copied_sentences import spoken_text
from followups.models.copy import Choice, Copy, Other, moment_words


@dataclass(frozen=True)
class Row:
    """One row: what it begins with, its labels and values, and who wrote it down."""

    head: list[str]
    lines: list[tuple[str, str]]
    notes: list[str]


def title(model: type[models.Model]) -> str:
    """What a table is called for the person."""
    return str(TABLES[model._meta.label].title)


def sections(copy: Copy, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The tables in the order people read them: a title, and rows, moments on the clock of the team."""
    places = {label: place for place, label in enumerate(TABLES)}
    tables = sorted(copy.tables, key=lambda table: places[table[0]._meta.label])
    told = [(model, changes_alone(rows) if model is BarrierChange else rows) for model, rows in tables]
    return [
        {"title": title(model), "rows": [in_words(model._meta.label, row, zone) for row in rows]}
        for model, rows in told
        if rows
    ]


def changes_alone(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How what was in the way changed: that it was there is where each began, and no change."""
    begun: set[str] = set()
    changes = []
    for row in rows:
        if row["barrier"].pk in begun or not is_code(row, "state", BarrierState.THERE):
            changes.append(row)
        begun.add(row["barrier"].pk)
    return changes


def in_words(label: str, row: dict[str, Any], zone: ZoneInfo) -> Row:
    """A row as people read it; ids, and what says nothing about this row, are for programs."""
    told = TABLES[label]

    def say(name: str) -> str:
        return readable(f"{label}.{name}", row[name], zone)

    head = [say(name) for name in told.head if name in row and counts(row, name)]
    head[:1] = [str(told.begins) % {"first": first} for first in head[:1]]
    lines = [
        (capfirst(str(words)), say(name)) for name, words in told.lines.items() if name in row and counts(row, name)
    ]
    notes = []
    for note in told.notes:
        if note.at in row:
            who = ", ".join(say(name) for name in note.by if name in row)
            notes.append(str(note.by_whom if who else note.alone) % {"who": who, "when": say(note.at)})
    return Row(head, lines, notes)


def readable(field: str, value: Any, zone: ZoneInfo) -> str:
    """A value of this field as people read it, moments on the team's clock."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return moment_words(value, zone)
        case date():
            return formats.date_format(value, "j M Y")
        case list():
            # The name of what we did may have commas of its own.
            return " · ".join(readable(field, one, zone) for one in value)
        case Other():
            return value.says
        case Choice():
            return spoken(field, value.code, value)
    if field == "caseload.Session.minutes":
        return ngettext("%(number)s minute", "%(number)s minutes", value) % {"number": value}
    return spoken_text(field, str(value))
