"""A setback: listened to, in their words, with what stands ready beside it."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.actions.people import hide_prompts
from caseload.actions.hard_days import save_lists
from caseload.forms.trust import ContactFormSet, PromptFormSet, SetbackForm
from caseload.models import Participant
from caseload.models.setbacks import contacts_for, prompts
from followups.actions import setbacks
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date
from followups.models.gaps import back_on, review_of


@requires(Permission.READ_RECORDS)
def setback(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).active().select_related("team")
    participant = get_object_or_404(people, pk=participant_id)
    now = timezone.now()
    today = local_date(now, participant.team.time_zone)
    form = SetbackForm(request.POST or None, today=today)
    days = setbacks.dates_of(participant, form.day_told(), today)
    form.show_days({answer: in_words(found) for answer, found in days.items()})
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            told = form.row()
            kept = setbacks.record(participant=participant, setback=told, by=request.user, at=now)
        except ServicesEnded:
            form.add_error(None, _("Services have ended. Welcome them back first."))
        else:
            if kept.pk == told.pk:
                messages.success(request, _("Kept, in their words. Thank you for staying."))
            else:
                messages.info(request, _("This was kept already, as it was sent the first time."))
            return redirect("participant", participant_id)
    context = {
        "participant": participant,
        "form": form,
        "prompts": [] if request.user.hides_prompts else list(prompts()),
        "contacts": list(contacts_for(participant.team)),
        "back_on": back_on(participant, today),
        "review": review_of(participant),
    }
    return render(request, "setback/setback.html", context)


def in_words(days: list[date]) -> str:
    """Days as they are read beside a choice."""
    return ", ".join(formats.date_format(day, "D j M") for day in days)


@requires(Permission.READ_RECORDS)
@require_POST
def put_away_prompts(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = get_object_or_404(Participant.objects.visible_to(request.user).active(), pk=participant_id)
    hide_prompts(user=request.user, hide="hide" in request.POST, at=timezone.now())
    return redirect("setback", participant.pk)


@requires(Permission.RUN_ACCOUNTS)
def hard_days(request: HttpRequest) -> HttpResponse:
    words = PromptFormSet(request.POST or None, prefix="prompts")
    numbers = ContactFormSet(request.POST or None, prefix="contacts")
    if request.method == "POST" and all([words.is_valid(), numbers.is_valid()]):
        changed = {"prompts": words.save(commit=False), "contacts": numbers.save(commit=False)}
        save_lists(**changed, by=request.user, at=timezone.now())
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("hard_days")
    return render(request, "setback/hard_days.html", {"words": words, "numbers": numbers})
