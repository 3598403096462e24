"""A closer rhythm for a while, and a rest from contact."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.models import Participant
from followups.actions import closer as deeds
from followups.actions import pausing, planning
from followups.calendar import local_date
from followups.forms.closer import CloserForm, PauseForm, WishForm
from followups.models import CloserRhythm
from followups.models.gaps import back_on, review_of


@requires(Permission.READ_RECORDS)
def closer_rhythm(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    form = CloserForm(request.POST or None, today=today)
    dates = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "preview" not in request.POST:
            try:
                deeds.begin(participant=participant, by=request.user, at=now, **given)
            except planning.ServicesEnded:
                form.add_error(None, _("Services have ended. Welcome them back first."))
            else:
                messages.success(request, _("Agreed. The closer contacts are planned, and relax by themselves."))
                return redirect("participant", participant_id)
        dates = deeds.dates_after(
            occasion=given["occasion"], happened_on=given["happened_on"], participant=participant, today=today
        )
    running = CloserRhythm.objects.visible_to(request.user).standing().filter(participant=participant, until__gte=today)
    context = {"participant": participant, "form": form, "dates": dates, "running": running.first()}
    context |= {"ending": WishForm(), "back_on": back_on(participant, today), "review": review_of(participant)}
    return render(request, "closer/closer_rhythm.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def end_closer(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    closer = CloserRhythm.objects.visible_to(request.user).standing().filter(participant=participant).first()
    form = WishForm(request.POST)
    if closer is None:
        messages.info(request, _("No closer rhythm holds any more: it has ended already."))
    elif not form.is_valid():
        messages.error(request, _("Who wished for it?"))
        return redirect("closer_rhythm", participant_id)
    else:
        deeds.relax(closer=closer, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The closer rhythm has ended. What was planned before goes on."))
    return redirect("participant", participant_id)


@requires(Permission.READ_RECORDS)
def pause(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    form = PauseForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            back = pausing.pause(participant=participant, by=request.user, at=now, **form.cleaned_data)
        except planning.ServicesEnded:
            form.add_error(None, _("Services have ended. Welcome them back first."))
        else:
            messages.success(
                request, _("Saved. It ends by itself on %(day)s.") % {"day": formats.date_format(back.due_on, "D j M")}
            )
            return redirect("participant", participant_id)
    context = {"participant": participant, "form": form, "back_on": back_on(participant, today), "ending": WishForm()}
    return render(request, "closer/pause.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def resume(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    form = WishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Who wished for it?"))
        return redirect("pause", participant_id)
    if pausing.resume(participant=participant, by=request.user, at=timezone.now(), **form.cleaned_data):
        messages.success(request, _("The pause has ended. What rested is on the list again."))
    else:
        messages.info(request, _("No pause holds any more: it has ended already."))
    return redirect("participant", participant_id)


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them and they are with us."""
    people = Participant.objects.visible_to(request.user).active().select_related("team")
    return get_object_or_404(people, pk=participant_id)
