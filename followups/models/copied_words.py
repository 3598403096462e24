"""A copied record as people read it: titles, labels and values in words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

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
}


def sections(copy: Copy, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The tables: a title, and rows of labels and values, moments on the clock of the team."""
    return [
        {"title": capfirst(str(model._meta.verbose_name_plural)), "rows": [in_words(model, row, zone) for row in rows]}
        for model, rows in copy.tables
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
