"""One follow-up: another date, or not needed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from followups.actions import planning
from followups.calendar import local_date
from followups.forms.followup import NotNeededForm, RescheduleForm, words_of_asking, words_of_outreach
from followups.models import FollowUp
from pages.back import back, came_from, settled_already


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
    if followup.asks_after_something:
        messages.info(request, words_of_asking(followup))
        return back(request, followup)
    form = NotNeededForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.not_needed(followup=followup, by=request.user, at=timezone.now(), **form.cleaned_data)
        except planning.AlreadySettled:
            return settled_already(request, followup)
        except planning.TooSoonToStop as found:
            form.add_error("decided_by", words_of_outreach(found.outreach))
        else:
            messages.success(request, _("Saved. It stays readable under Decided."))
            return back(request, followup)
    return render(request, "followup/not_needed.html", {"followup": followup, "form": form, "back": came_from(request)})


def seen_or_404(request: HttpRequest, followup_id: UUID) -> FollowUp:
    """The follow-up, if this person may see it."""
    followups = FollowUp.objects.visible_to(request.user).select_related("team", "participant")
    return get_object_or_404(followups, pk=followup_id)
