"""What was decided, and the way back to the list."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.models import Participant
from followups.actions import coming_back
from followups.models import FollowUp, board
from followups.models.decided import after, decisions_for, people_without

PAGE = 30
MOST_LINES = 100
ALL_LINES = 2_000


@requires(Permission.KEEP_FOLLOW_UPS)
def decided(request: HttpRequest) -> HttpResponse:
    decisions = decisions_for(request.user)
    last = request.GET.get("after")
    place = decisions.filter(pk=board.as_id(last)).first() if last else None
    rows = list(after(decisions, place)[: PAGE + 1])
    without = people_without(request.user)
    most = ALL_LINES if request.GET.get("all") else MOST_LINES
    people = [] if last else list(without[: most + 1])
    context = {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else "",
        "is_first": not last,
        "people": people[:most],
        "people_in_all": without.count() if len(people) > most else len(people),
    }
    return render(request, "decided/decided.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def bring_back(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = get_object_or_404(FollowUp.objects.visible_to(request.user), pk=followup_id)
    try:
        back = coming_back.bring_back(followup=followup, by=request.user, at=timezone.now())
    except coming_back.NothingDecided:
        return nothing_to_do(request)
    return is_back(request, back)


@requires(Permission.READ_RECORDS)
@require_POST
def bring_person_back(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = get_object_or_404(Participant.objects.visible_to(request.user), pk=participant_id)
    try:
        back = coming_back.bring_person_back(participant=participant, by=request.user, at=timezone.now())
    except coming_back.NothingDecided:
        return nothing_to_do(request)
    return is_back(request, back)


def is_back(request: HttpRequest, followup: FollowUp) -> HttpResponse:
    """Say on which day it stands, and stay in the list."""
    words = {"name": followup.participant.name_used, "day": formats.date_format(followup.due_on, "D j M")}
    messages.success(request, _("%(name)s is back on the list, for %(day)s.") % words)
    return redirect("decided")


def nothing_to_do(request: HttpRequest) -> HttpResponse:
    """It has changed meanwhile."""
    messages.info(request, _("This has changed meanwhile. Nothing was changed now."))
    return redirect("decided")
