"""Taking somebody in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, specialist_teams
from accounts.models import Role, Team, User
from caseload.actions.handover import CannotWalkWith
from caseload.forms.participant import IntakeForm, PhoneFormSet
from caseload.models import Participant, Quotation
from followups.actions import intake
from followups.calendar import local_date
from followups.forms.intake import FirstStepForm


@requires(Permission.READ_RECORDS)
def add_participant(request: HttpRequest) -> HttpResponse:
    data = request.POST or None
    form = IntakeForm(data, user=request.user)
    phones = PhoneFormSet(data, prefix="phones")
    first = first_step(request, data, form)
    alike: list[Participant] = []
    if request.method == "POST" and all([form.is_valid(), phones.is_valid(), first is not None and first.is_valid()]):
        alike = likely_the_same(request, form, phones)
        if not alike or form.cleaned_data["is_somebody_else"]:
            try:
                return take_in(request, form, phones, first)
            except CannotWalkWith:
                first.add_error("walks_with", _("This colleague cannot be chosen any more. Choose another one."))
    context = {"form": form, "phones": phones, "first": first, "alike": alike}
    return render(request, "intake/add_participant.html", context)


def first_step(request: HttpRequest, data: Any, form: IntakeForm) -> FirstStepForm | None:
    """The first check-in for the chosen team; a specialist is offered themselves first. None without any team."""
    teams = list(form.fields["team"].queryset)
    chosen = data.get("team") if data else None
    team: Team | None = next((team for team in teams if str(team.pk) == chosen), teams[0] if teams else None)
    if team is None:
        return None
    mine = team.pk in specialist_teams(request.user)
    others = list(User.objects.members_of([team.pk], Role.SPECIALIST)) if team.pk in form.supervised else []
    offered = others if not mine else [request.user, *(user for user in others if user.pk != request.user.pk)]
    today = local_date(timezone.now(), team.time_zone)
    return FirstStepForm(data, team=team, today=today, specialists=offered, me=request.user if mine else None)


def likely_the_same(request: HttpRequest, form: IntakeForm, phones: Any) -> list[Participant]:
    """Participants who may be this person, of those one may see."""
    numbers = [phone.number for phone in phones.phones()]
    seen = Participant.objects.visible_to(request.user).filter(team=form.cleaned_data["team"])
    cleaned = form.cleaned_data
    sent_again = {"pk": cleaned["new_id"], "name_used": cleaned["name_used"]}
    alike = seen.exclude(**sent_again).similar_to(cleaned["name_used"], cleaned["legal_name"], numbers)
    return list(alike.with_specialist()[:8])


def take_in(request: HttpRequest, form: IntakeForm, phones: Any, first: FirstStepForm) -> HttpResponse:
    """Do it, and lead to the new record, or back to the list where they wait for a peer."""
    now = timezone.now()
    today = local_date(now, form.cleaned_data["team"].time_zone)
    words = [Quotation(topic=topic, text=text, said_on=today) for topic, text in form.words().items()]
    participant = intake.take_in(
        participant=form.participant(),
        phones=phones.phones(),
        words=words,
        specialist=first.specialist(),
        contact=first.contact(),
        on=today,
        by=request.user,
        at=now,
    )
    if Participant.objects.visible_to(request.user).filter(pk=participant.pk).exists():
        messages.success(
            request, _("Welcome, %(name)s. The first check-in is planned.") % {"name": participant.name_used}
        )
        return redirect("participant", participant.pk)
    messages.success(request, _("Saved. Your supervisor sees that they are waiting for a peer."))
    return redirect("participants")
