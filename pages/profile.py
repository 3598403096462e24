"""Editing name, numbers and preferences; adding words and wins."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions import enrolment, words
from caseload.forms.participant import ParticipantForm, PhoneFormSet, phones_of
from caseload.forms.words import QuotationForm, WinForm
from caseload.models import Goal, Participant
from followups.calendar import local_date
from followups.models.board import as_id
from pages.back import came_from


@requires(Permission.READ_RECORDS)
def edit_participant(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    numbers = participant.phones.order_by("position", "pk")
    seen = request.POST.get("seen") or enrolment.profile_mark(participant, numbers)
    form = ParticipantForm(request.POST or None, instance=participant)
    phones = PhoneFormSet(request.POST or None, prefix="phones", initial=phones_of(participant))
    if request.method == "POST" and all([form.is_valid(), phones.is_valid()]):
        change = {"participant": form.save(commit=False), "phones": phones.phones(), "seen": seen}
        try:
            enrolment.update_profile(**change, by=request.user, at=timezone.now())
        except enrolment.ChangedMeanwhile as changed:
            seen = changed.mark
            form.add_error(None, _("A colleague changed this meanwhile. Saving again puts yours in its place."))
        else:
            messages.success(request, _("Saved."))
            return redirect("participant", participant_id)
    name = person_or_404(request, participant_id).name_used if form.errors else participant.name_used
    context = {"participant": participant, "name": name, "form": form, "phones": phones, "seen": seen}
    return render(request, "profile/edit_participant.html", context)


@requires(Permission.READ_RECORDS)
def add_words(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    form = QuotationForm(request.POST or None, today=local_date(now, participant.team.time_zone))
    if request.method == "POST" and form.is_valid():
        words.add_words(participant=participant, quotation=form.save(commit=False), by=request.user, at=now)
        messages.success(request, _("Kept, word for word."))
        return redirect("participant", participant_id)
    return render(request, "profile/add_words.html", {"participant": participant, "form": form})


@requires(Permission.READ_RECORDS)
def add_win(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = person_or_404(request, participant_id)
    now = timezone.now()
    back = came_from(request) or reverse("participant", args=[participant_id])
    given = {"text": wording_of(request, participant)} if "goal" in request.GET else {}
    form = WinForm(request.POST or None, today=local_date(now, participant.team.time_zone), initial=given)
    if request.method == "POST" and form.is_valid():
        words.add_win(participant=participant, win=form.save(commit=False), by=request.user, at=now)
        messages.success(request, _("A win, kept. It comes back before your next contact."))
        return redirect(back)
    return render(request, "profile/add_win.html", {"participant": participant, "form": form, "back": back})


def wording_of(request: HttpRequest, participant: Participant) -> str:
    """The goal they reached, in their words; nothing where it is not theirs."""
    goals = Goal.objects.visible_to(request.user).filter(participant=participant)
    return goals.filter(pk=as_id(request.GET["goal"])).values_list("wording", flat=True).first() or ""


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """The participant with their team, if this person may see them."""
    return get_object_or_404(Participant.objects.visible_to(request.user).select_related("team"), pk=participant_id)
