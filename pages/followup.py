"""One follow-up: another date, or not needed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from followups.actions import planning
from followups.calendar import local_date
from followups.forms.followup import NotNeededForm, RescheduleForm
from followups.models import FollowUp


@requires(Permission.READ_RECORDS)
def reschedule(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = seen_or_404(request, followup_id)
    if not followup.is_standing:
        return settled_already(request, followup)
    today = local_date(timezone.now(), followup.team.time_zone)
    form = RescheduleForm(request.POST or None, team=followup.team, today=today)
    if request.method == "POST" and form.is_valid():
        due_on, reason = form.due_on(), form.cleaned_data["reason"]
        try:
            planning.reschedule(followup=followup, due_on=due_on, reason=reason, by=request.user, at=timezone.now())
        except planning.AlreadySettled:
            return settled_already(request, followup)
        messages.success(request, _("The new date is saved."))
        return back(request, followup)
    return render(request, "followup/reschedule.html", {"followup": followup, "form": form, "back": came_from(request)})


@requires(Permission.READ_RECORDS)
def not_needed(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = seen_or_404(request, followup_id)
    if not followup.is_standing:
        return settled_already(request, followup)
    form = NotNeededForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.not_needed(followup=followup, by=request.user, at=timezone.now(), **form.cleaned_data)
        except planning.AlreadySettled:
            return settled_already(request, followup)
        messages.success(request, _("Saved. It stays readable in the record."))
        return back(request, followup)
    return render(request, "followup/not_needed.html", {"followup": followup, "form": form, "back": came_from(request)})


def seen_or_404(request: HttpRequest, followup_id: UUID) -> FollowUp:
    """The follow-up, if this person may see it."""
    followups = FollowUp.objects.visible_to(request.user).select_related("team", "participant")
    return get_object_or_404(followups, pk=followup_id)


def settled_already(request: HttpRequest, followup: FollowUp) -> HttpResponse:
    """A second press, or a page older than what a colleague did: say so, and go back."""
    messages.info(request, _("This follow-up was settled already. Nothing was changed."))
    return back(request, followup)


def came_from(request: HttpRequest) -> str:
    """The address of ours to return to, or nothing."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""


def back(request: HttpRequest, followup: FollowUp) -> HttpResponse:
    """To where they came from, else to the participant's page."""
    return redirect(came_from(request)) if came_from(request) else redirect("participant", followup.participant_id)
