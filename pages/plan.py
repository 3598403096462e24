"""The agreed rhythm, and a next step for one who has none."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.models import Participant
from followups.actions import planning, plans
from followups.calendar import local_date
from followups.forms.closer import WishForm
from followups.forms.plan import PlanForm
from followups.forms.what_next import NextStepForm
from followups.models import CheckInPlan
from followups.models.gaps import back_on, review_of

# So many of the rhythms they had before are listed.
EARLIER = 20


@requires(Permission.READ_RECORDS)
def check_in_plan(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    plans_of = CheckInPlan.objects.visible_to(request.user).filter(participant=participant)
    running = plans_of.running().select_related("team").first()
    back = back_on(participant, today)
    form = PlanForm(request.POST or None, today=today, running=running)
    preview: list[object] = []
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            plan = form.plan(participant)
            plan.paused_until = back
            preview = plans.preview(plan=plan, today=today)
        elif agree(request, participant, form):
            return redirect("participant", participant_id)
    context = {
        "participant": participant,
        "form": form,
        "running": running,
        "back_on": back,
        "review": review_of(participant),
        "ending": WishForm(),
        "earlier": list(plans_of.exclude(ended_at=None).order_by("-ended_at")[:EARLIER]),
        "coming": plans.preview(plan=running, today=today) if running else [],
        "preview": preview,
        "is_over": running is not None and running.rhythm.last is not None and running.rhythm.last < today,
    }
    return render(request, "plan/check_in_plan.html", context)


def agree(request: HttpRequest, participant: Participant, form: PlanForm) -> bool:
    """Put the plan in place of the old one; False, with a message in the form, where that cannot be."""
    try:
        plans.agree(plan=form.plan(participant), participant=participant, by=request.user, at=timezone.now())
    except plans.NotWithUs:
        form.add_error(None, _("Services have ended. Welcome them back first."))
        return False
    messages.success(request, _("The plan is agreed, and its next dates are laid out."))
    return True


@requires(Permission.READ_RECORDS)
@require_POST
def end_plan(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    plan = CheckInPlan.objects.visible_to(request.user).running().filter(participant=participant).first()
    form = WishForm(request.POST)
    if plan is None:
        messages.info(request, _("No plan runs any more: it has ended already."))
        return redirect("participant", participant_id)
    if not form.is_valid():
        messages.error(request, _("Who wished for it?"))
        return redirect("check_in_plan", participant_id)
    plans.end(plan=plan, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The plan has ended. Plan a next step, so that nobody is left dangling."))
    return redirect("next_step", participant_id)


@requires(Permission.READ_RECORDS)
def next_step(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    form = NextStepForm(request.POST or None, team=participant.team, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            planning.schedule(participant=participant, contact=form.what_next(), by=request.user, at=now)
        except planning.ServicesEnded:
            form.add_error(None, _("Services have ended. Welcome them back first."))
        else:
            messages.success(request, _("The next step is planned."))
            return redirect("today") if request.GET.get("from") == "today" else redirect("participant", participant_id)
    return render(request, "plan/next_step.html", {"participant": participant, "form": form})


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them and they are with us."""
    people = Participant.objects.visible_to(request.user).active().select_related("team")
    return get_object_or_404(people, pk=participant_id)
