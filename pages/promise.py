"""A promise: kept, or not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from followups.actions import contact, planning, promises
from followups.calendar import local_date
from followups.forms.promise import NotKeptForm
from followups.models import FollowUp, Purpose
from pages.back import back, came_from, settled_already


@requires(Permission.READ_RECORDS)
@require_POST
def kept(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = promise_or_404(request, followup_id)
    try:
        promises.kept(followup=followup, by=request.user, at=timezone.now())
    except planning.AlreadySettled:
        return settled_already(request, followup)
    messages.success(request, _("You kept your word. It stands in the story."))
    return back(request, followup)


@requires(Permission.READ_RECORDS)
def not_kept(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = promise_or_404(request, followup_id)
    if not followup.is_standing:
        return settled_already(request, followup)
    today = local_date(timezone.now(), followup.team.time_zone)
    form = NotKeptForm(request.POST or None, team=followup.team, today=today)
    if request.method == "POST" and form.is_valid():
        words, again_on = form.cleaned_data["words"], form.again_on()
        try:
            promises.not_kept(followup=followup, words=words, again_on=again_on, by=request.user, at=timezone.now())
        except planning.AlreadySettled:
            return settled_already(request, followup)
        messages.success(request, _("Saved. Saying so is part of keeping trust."))
        return back(request, followup)
    return render(request, "promise/not_kept.html", {"followup": followup, "form": form, "back": came_from(request)})


@requires(Permission.READ_RECORDS)
@require_POST
def undo_promise(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = promise_or_404(request, followup_id)
    try:
        promises.undo(followup=followup, by=request.user, at=timezone.now())
    except contact.CannotUndo:
        words = _("This can no longer be taken back: more than a day has passed, or something else happened since.")
        messages.warning(request, words)
    else:
        messages.success(request, _("Taken back. The promise stands as before."))
    return back(request, followup)


def promise_or_404(request: HttpRequest, followup_id: UUID) -> FollowUp:
    """The promise, if this person may see it."""
    promised = FollowUp.objects.visible_to(request.user).filter(purpose=Purpose.PROMISE)
    return get_object_or_404(promised.select_related("team", "participant"), pk=followup_id)
