"""Outcomes of a try, from the card, and taking one back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.ids import new_id
from caseload.models.goals import Answer, Doer
from followups.actions import contact, planning
from followups.forms.followup import words_of_asking
from followups.models import ContactAttempt, FollowUp, Outcome
from followups.models.asked import today as asked
from followups.models.cards import cards
from followups.models.followups import NEW_PEER


@requires(Permission.READ_RECORDS)
@require_POST
def record_attempt(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=followup_id)
    code = request.POST.get("outcome", "")
    chosen = next((row for row in Outcome.objects.visible_to(request.user) if row.pk == code), None)
    if chosen is None:
        raise Http404
    try:
        attempt = contact.record_attempt(
            followup=followup,
            outcome=chosen,
            form_token=token_of(request),
            by=request.user,
            at=timezone.now(),
        )
    except planning.AlreadySettled:
        messages.info(request, _("This follow-up was settled already. Nothing was changed."))
        return answer(request, followup, None)
    except planning.AsksAfter:
        messages.info(request, words_of_asking(followup))
        return answer(request, followup, None)
    return answer(request, attempt.followup, attempt)


@requires(Permission.READ_RECORDS)
@require_POST
def undo_attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    attempt = get_object_or_404(ContactAttempt.objects.visible_to(request.user), pk=attempt_id)
    try:
        contact.undo(attempt=attempt, by=request.user, at=timezone.now())
    except contact.CannotUndo:
        messages.warning(
            request,
            _("This can no longer be taken back: more than a day has passed, or something else happened since."),
        )
    else:
        if not request.htmx:  # there the card comes back
            messages.success(request, _("Taken back."))
    return answer(request, attempt.followup, None)


def token_of(request: HttpRequest) -> UUID:
    """The token of the card the tap came from; a new one where what came is none."""
    try:
        return UUID(request.POST.get("form_token", ""))
    except ValueError:
        return new_id()


def answer(request: HttpRequest, followup: FollowUp, attempt: ContactAttempt | None) -> HttpResponse:
    """The card as it is now: alone for htmx, else with the whole page it came from."""
    if not request.htmx:
        if attempt is not None:
            messages.success(request, _("Saved: %(outcome)s.") % {"outcome": attempt.label})
        return redirect("today" if request.GET.get("from") == "today" else "participant", *place(request, followup))
    now = timezone.now()
    card = cards(asked.card_of(request.user, followup.pk, now, now - NEW_PEER), now)
    context = {
        "card": card[0] if card else followup,
        "attempt": attempt,
        "outcomes": asked.outcomes(request.user),
        "answered": True,
        "doers": Doer.choices,
        "answers": Answer.choices,
    }
    return render(request, "today/_card.html", context)


def place(request: HttpRequest, followup: FollowUp) -> list[UUID]:
    """What the address to return to needs: nothing for Today, the participant for their page."""
    return [] if request.GET.get("from") == "today" else [followup.participant_id]
