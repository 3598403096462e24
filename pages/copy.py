"""The whole record for the person: to read, to print, and for another program."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions import notes
from caseload.forms.notes import AgreementForm
from caseload.models import NoteAddition, Participant, Session
from followups.actions import oversight
from followups.calendar import local_date
from followups.models.copy import whole_record


@requires(Permission.READ_RECORDS)
def whole_copy(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    oversight.copied(participant=participant, by=request.user, at=timezone.now())
    sections = [
        {"title": capfirst(str(model._meta.verbose_name_plural)), "rows": [in_words(model, row) for row in rows]}
        for model, rows in whole_record(participant)
    ]
    context = {
        "participant": participant,
        "sections": sections,
        "now": timezone.now(),
        "is_large": "large" in request.GET,
    }
    return render(request, "copy/whole_copy.html", context)


@requires(Permission.READ_RECORDS)
def whole_copy_json(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    oversight.copied(participant=participant, by=request.user, at=now)
    tables = {model._meta.label_lower: rows for model, rows in whole_record(participant)}
    answer = JsonResponse(
        {"made_at": now.isoformat(), **tables}, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="record-{now:%Y-%m-%d}.json"'
    return answer


@requires(Permission.READ_RECORDS)
def agree_with_note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    rows = Session.objects.visible_to(request.user).select_related("team", "participant", "specialist", "meeting")
    row = get_object_or_404(rows.select_related("next_step__followup"), pk=session_id)
    if row.signed_at is None:
        messages.info(request, _("Sign the note first: until then its words may still change."))
        return redirect("session", session_id)
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        on = local_date(now, row.team.time_zone)
        notes.agree(session=row, on=on, by=request.user, at=now, **form.cleaned_data)
        messages.success(request, _("Kept, as they say."))
        return redirect("session", session_id)
    additions = NoteAddition.objects.visible_to(request.user).filter(session=row).order_by("written_at", "pk")
    context = {"session": row, "participant": row.participant, "form": form, "additions": list(additions)}
    return render(request, "copy/agree_with_note.html", context)


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


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them."""
    people = Participant.objects.visible_to(request.user).select_related("team", "created_by")
    return get_object_or_404(people, pk=participant_id)
