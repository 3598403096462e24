"""The whole record for the person: to read, to print, and for another program."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions import notes
from caseload.forms.notes import AgreementForm
from caseload.models import NoteAddition, Participant, Session
from followups.actions import oversight
from followups.calendar import local_date
from followups.models.copied_choices import spoken
from followups.models.copied_counts import belongs
from followups.models.copied_sentences import spoken_text
from followups.models.copied_words import sections
from followups.models.copy import Choice, Other, note_of, others, whole_record


@requires(Permission.READ_RECORDS)
def whole_copy(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now, zone = timezone.now(), ZoneInfo(participant.team.time_zone)
    oversight.copied(participant=participant, by=request.user, at=now)
    copy = whole_record(request.user, participant)
    context = {
        "participant": participant,
        "sections": sections(copy, zone),
        "is_whole": copy.is_whole,
        "today": local_date(now, participant.team.time_zone),
        "is_large": "large" in request.GET,
    }
    return render(request, "copy/whole_copy.html", context)


@requires(Permission.READ_RECORDS)
def whole_copy_json(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now, zone = timezone.now(), ZoneInfo(participant.team.time_zone)
    oversight.copied(participant=participant, by=request.user, at=now)
    copy = whole_record(request.user, participant)
    answer: dict[str, Any] = {
        "made_at": now.astimezone(zone).isoformat(),
        "time_zone": str(zone),
        "is_whole": copy.is_whole,
    }
    for model, rows in copy.tables:
        answer[model._meta.label_lower] = [
            {
                name: plain(f"{model._meta.label}.{name}", value, zone)
                for name, value in row.items()
                if belongs(row, name)
            }
            for row in rows
        ]
    response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False, "indent": 1})
    today = local_date(now, participant.team.time_zone)
    response["Content-Disposition"] = f'attachment; filename="record-{today:%Y-%m-%d}.json"'
    return response


@requires(Permission.READ_RECORDS)
def agree_with_note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    rows = Session.objects.visible_to(request.user).select_related(
        "participant", "next_step__followup", *others(Session)
    )
    row = get_object_or_404(rows, pk=session_id)
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
    note = note_of(row, additions.select_related("session", "author"))
    context = {"session": row, "form": form, "sections": sections(note, ZoneInfo(row.team.time_zone))}
    return render(request, "copy/agree_with_note.html", context)


def plain(field: str, value: Any, zone: ZoneInfo) -> Any:
    """A value of this field as JSON can hold it; words are those the person reads."""
    match value:
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case Other():
            return {"id": value.pk, "says": value.says}
        case Choice():
            return spoken(field, value.code, value)
        case str():
            return spoken_text(field, value)
        case list():
            return [plain(field, one, zone) for one in value]
    return value


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them."""
    people = Participant.objects.visible_to(request.user).select_related("team", "created_by")
    return get_object_or_404(people, pk=participant_id)
