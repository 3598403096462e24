"""The whole record for the person: to read, to print, and for another program."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions import notes
from caseload.forms.notes import AgreementForm
from caseload.models import Participant, Session
from followups.actions import oversight
from followups.calendar import local_date
from followups.models.copy import sections, whole_record


@requires(Permission.READ_RECORDS)
def whole_copy(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    oversight.copied(participant=participant, by=request.user, at=timezone.now())
    context = {
        "participant": participant,
        "sections": sections(whole_record(participant)),
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
    rows = Session.objects.visible_to(request.user).select_related("team", "participant", "specialist")
    row = get_object_or_404(rows, pk=session_id)
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        on = local_date(now, row.team.time_zone)
        notes.agree(session=row, on=on, by=request.user, at=now, **form.cleaned_data)
        messages.success(request, _("Kept, as they say."))
        return redirect("session", session_id)
    return render(request, "copy/agree_with_note.html", {"session": row, "participant": row.participant, "form": form})


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them."""
    people = Participant.objects.visible_to(request.user).select_related("team", "created_by")
    return get_object_or_404(people, pk=participant_id)
