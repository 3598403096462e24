"""What was typed into the session form and not saved yet, kept on the server."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.ids import new_id
from caseload.actions import drafts
from caseload.models import Participant
from followups.forms.log_session import LogSessionForm


@requires(Permission.READ_RECORDS)
@require_POST
def keep_draft(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = get_object_or_404(Participant.objects.visible_to(request.user).active(), pk=participant_id)
    known = set(LogSessionForm.base_fields)
    # The database keeps no NUL, and nobody types one.
    fields = {
        name: [value.replace("\0", "") for value in values] for name, values in request.POST.lists() if name in known
    }
    token = request.POST.get("form_token", "")
    drafts.keep(participant=participant, fields=fields, form_token=as_token(token), by=request.user, at=timezone.now())
    return HttpResponse(status=204)


@requires(Permission.READ_RECORDS)
@require_POST
def drop_draft(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = get_object_or_404(Participant.objects.visible_to(request.user), pk=participant_id)
    drafts.drop(participant=participant, by=request.user)
    messages.info(request, _("The draft is gone. You can start afresh."))
    return redirect("log_session", participant_id)


def as_token(text: str) -> UUID:
    """The form's token; a new one where what came is none."""
    try:
        return UUID(text)
    except ValueError:
        return new_id()
