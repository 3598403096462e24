"""What is around somebody: in the way, on offer, and where they belong."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.actions import strands
from caseload.forms.strands import BarrierForm, BarrierStateForm, ConnectionForm
from caseload.models import Barrier, Connection, Participant, Referral, Service
from caseload.models.sessions import topics_of
from caseload.models.strands import BarrierState
from followups.actions import referrals
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date
from followups.forms.referrals import AnswerForm, ReferralForm
from pages.back import came_from

MOST = 50


@requires(Permission.READ_RECORDS)
def around(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    sent = request.POST.get("which")
    barrier = BarrierForm(request.POST if sent == "barrier" else None, prefix="barrier")
    connection = ConnectionForm(request.POST if sent == "connection" else None, prefix="connection")
    form, deed = {"barrier": (barrier, strands.name_barrier)}.get(sent or "", (connection, strands.belong))
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        deed(participant=participant, on=today_of(participant), by=request.user, at=timezone.now(), **words)
        messages.success(request, _("Kept."))
        return redirect("around", participant_id)
    theirs = {"participant": participant}
    barriers = Barrier.objects.visible_to(request.user).filter(**theirs).order_by("-changed_on", "-pk").with_changes()
    offers = Referral.objects.visible_to(request.user).filter(**theirs).select_related("service")
    places = Connection.objects.visible_to(request.user).filter(**theirs).order_by("-since", "-pk")
    context = {
        "participant": participant,
        "barriers": list(barriers[:MOST]),
        "referrals": list(offers.order_by("-changed_on", "-pk")[:MOST]),
        "connections": list(places[:MOST]),
        "topics": list(topics_of(participant)),
        "barrier": barrier,
        "connection": connection,
        "states": BarrierState.choices,
    }
    return render(request, "around/around.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def change_barrier(request: HttpRequest, barrier_id: UUID) -> HttpResponse:
    rows = Barrier.objects.visible_to(request.user).select_related("participant__team")
    row, form = get_object_or_404(rows, pk=barrier_id), BarrierStateForm(request.POST)
    if form.is_valid():
        on = today_of(row.participant)
        strands.change_barrier(barrier=row, on=on, by=request.user, at=timezone.now(), **form.cleaned_data)
    return redirect("around", row.participant_id)


@requires(Permission.READ_RECORDS)
@require_POST
def end_connection(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    rows = Connection.objects.visible_to(request.user).select_related("participant__team")
    row = get_object_or_404(rows, pk=connection_id)
    strands.part_from(connection=row, on=today_of(row.participant), by=request.user, at=timezone.now())
    return redirect("around", row.participant_id)


@requires(Permission.READ_RECORDS)
def refer(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    services = Service.objects.visible_to(request.user).filter(is_active=True).order_by("name", "pk")
    form = ReferralForm(request.POST or None, services=services, today=today_of(participant))
    if request.method == "POST" and form.is_valid():
        referral = form.save(commit=False)
        referral.form_token = form.cleaned_data["form_token"]
        now = timezone.now()
        try:
            referrals.offer(participant=participant, referral=referral, ask_on=form.day(), by=request.user, at=now)
        except ServicesEnded:
            form.add_error(None, _("Services have ended. Welcome them back first."))
        else:
            messages.success(request, _("Kept, as an offer."))
            return redirect("around", participant_id)
    return render(request, "around/refer.html", {"participant": participant, "form": form})


@requires(Permission.READ_RECORDS)
def answer_referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    rows = Referral.objects.visible_to(request.user).select_related("participant__team", "service")
    row = get_object_or_404(rows, pk=referral_id)
    form = AnswerForm(request.POST or None, today=today_of(row.participant))
    if request.method == "POST" and form.is_valid():
        try:
            referrals.answer(referral=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except referrals.AlreadyAnswered:
            messages.info(request, _("This was answered already. Nothing was changed now."))
        except ServicesEnded:
            messages.info(request, _("Services have ended, so nobody asks again. How it went can still be said."))
        else:
            messages.success(request, _("Kept."))
        return redirect(came_from(request) or reverse("around", args=[row.participant_id]))
    context = {"row": row, "participant": row.participant, "form": form, "back": came_from(request)}
    return render(request, "around/answer_referral.html", context)


def today_of(participant: Any) -> date:
    """The local day of the participant's team."""
    return local_date(timezone.now(), participant.team.time_zone)


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them."""
    return get_object_or_404(Participant.objects.visible_to(request.user).select_related("team"), pk=participant_id)
