"""Days somebody wants remembered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.forms.words import MilestoneForm
from caseload.models import Milestone, Participant
from followups.actions import milestones as deeds
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date


@requires(Permission.READ_RECORDS)
def milestones(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).active().select_related("team")
    participant = get_object_or_404(people, pk=participant_id)
    now = timezone.now()
    form = MilestoneForm(request.POST or None, today=local_date(now, participant.team.time_zone))
    if request.method == "POST" and form.is_valid():
        try:
            deeds.remember(participant=participant, milestone=form.save(commit=False), by=request.user, at=now)
        except ServicesEnded:
            form.add_error(None, _("Services have ended. Welcome them back first."))
        else:
            messages.success(request, _("Kept. It stands on your list when the day comes near."))
            return redirect("milestones", participant_id)
    rows = (
        Milestone.objects.visible_to(request.user).filter(participant=participant, ended_on=None).order_by("on", "pk")
    )
    context = {"participant": participant, "form": form, "rows": list(rows[:100])}
    return render(request, "milestones/milestones.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def forget_milestone(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    row = get_object_or_404(Milestone.objects.visible_to(request.user), pk=milestone_id)
    deeds.forget(milestone=row, by=request.user, at=timezone.now())
    messages.success(request, _("It is no longer remembered."))
    return redirect("milestones", row.participant_id)
