"""List and search."""

import contextlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires, supervised_teams
from caseload.models import Participant
from caseload.models.participants import ParticipantQuerySet
from followups.models.gaps import with_next_date

PAGE = 50


@requires(Permission.READ_RECORDS)
def participants(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    supervises = bool(supervised_teams(request.user))
    # Those whose services ended are with their supervisors only.
    ended = supervises and request.GET.get("show") == "ended"
    people = Participant.objects.visible_to(request.user).select_related("team")
    people = people.filter(is_active=not ended) if not search else people
    rows = list(with_next_date(ordered(request, people, search).with_specialist())[: PAGE + 1])
    more = len(rows) > PAGE and not search
    return render(
        request,
        "participants/participants.html",
        {
            "rows": rows[:PAGE],
            "search": search,
            "ended": ended,
            "supervises": supervises,
            "next": f"?after={rows[PAGE - 1].pk}{'&show=ended' if ended else ''}" if more else "",
            "first": "?" + ("show=ended" if ended else "") if request.GET.get("after") else "",
            "cut": bool(search) and len(rows) > PAGE,
            "now": timezone.now(),
        },
    )


def ordered(request: HttpRequest, people: ParticipantQuerySet, search: str) -> ParticipantQuerySet:
    """Closest first where something is searched for, else by name from where the last page ended."""
    if search:
        return people.matching(search)
    last = None
    with contextlib.suppress(ValueError):
        last = people.filter(pk=UUID(request.GET.get("after", ""))).first()
    return people.after(last).order_by("name_used", "pk")
