"""Ending services and coming back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires, supervised_teams
from accounts.models import Role, User
from caseload.actions import enrolment
from caseload.actions.enrolment import NotPossible
from caseload.actions.handover import CannotWalkWith
from caseload.forms.episode import ContactAfterForm, EndServicesForm
from caseload.models import EndingReason, Participant
from caseload.models.episodes import was_ended_by
from followups.actions import ending
from followups.actions.planning import TooSoonToStop
from followups.calendar import local_date
from followups.forms.followup import words_of_outreach
from followups.forms.intake import FirstStepForm


@requires(Permission.READ_RECORDS)
def end_services(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    if request.method == "POST" and was_ended_by(request.user, participant_id):
        return ended_already(request, participant_id)
    people = Participant.objects.visible_to(request.user).select_related("team").with_episode()
    participant = get_object_or_404(people, pk=participant_id)
    if not participant.is_active:
        return ended_already(request, participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    form = EndServicesForm(request.POST or None, today=today, since=participant.with_us_since)
    if request.method == "POST" and form.is_valid():
        try:
            ending.end_services(participant=participant, by=request.user, at=now, **form.cleaned_data)
        except NotPossible:
            return ended_already(request, participant_id)
        except TooSoonToStop as found:
            form.add_error("reason", words_of_outreach(found.outreach))
        else:
            died = form.cleaned_data["reason"] == EndingReason.DIED
            messages.success(request, _("Saved.") if died else _("Saved. The door stays open."))
            return onwards(request, participant_id)
    supervises = participant.team_id in supervised_teams(request.user)
    context = {"participant": participant, "form": form, "supervises": supervises}
    return render(request, "episode/end_services.html", context)


def ended_already(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """A second press, or a page older than what a colleague did: say so, and lead where the first led."""
    messages.info(request, _("Services had ended already. Nothing was changed."))
    return onwards(request, participant_id)


def onwards(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """To the record, or to the list where it is out of sight now."""
    still_seen = Participant.objects.visible_to(request.user).filter(pk=participant_id).exists()
    return redirect("participant", participant_id) if still_seen else redirect("participants")


@requires(Permission.SUPERVISE)
def welcome_back(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    participant = get_object_or_404(people.select_related("team"), pk=participant_id)
    if participant.is_active:
        messages.info(request, _("They are with us already. Nothing was changed."))
        return redirect("participant", participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    specialists = list(User.objects.members_of([participant.team_id], Role.SPECIALIST))
    form = FirstStepForm(request.POST or None, team=participant.team, today=today, specialists=specialists)
    if request.method == "POST" and form.is_valid():
        try:
            ending.welcome_back(
                participant=participant,
                on=today,
                contact=form.contact(),
                specialist=form.specialist(),
                by=request.user,
                at=now,
            )
        except (NotPossible, CannotWalkWith):
            form.add_error(None, _("This has changed meanwhile. Please look at the record and try again."))
        else:
            messages.success(request, _("Welcome back. The first check-in is planned."))
            return redirect("participant", participant_id)
    return render(request, "episode/welcome_back.html", {"participant": participant, "form": form})


@requires(Permission.SUPERVISE)
@require_POST
def contact_after(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    participant = get_object_or_404(people, pk=participant_id)
    form = ContactAfterForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("What did they say: yes, or no contact? Nothing was changed."))
        return redirect("participant", participant_id)
    try:
        enrolment.say_contact_after(participant=participant, by=request.user, at=timezone.now(), **form.cleaned_data)
    except NotPossible:
        messages.info(request, _("This has changed meanwhile. Nothing was changed."))
    else:
        messages.success(request, _("Kept, as they say."))
    return redirect("participant", participant_id)
