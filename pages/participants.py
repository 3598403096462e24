"""List and search."""

import contextlib
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires, supervised_teams
from accounts.prepared import Text
from caseload.models import Participant
from followups.models.asked import participants as asked
from followups.models.gaps import with_next_date


@requires(Permission.READ_RECORDS)
def participants(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    supervises = bool(supervised_teams(request.user))
    # Those whose services ended are with their supervisors only.
    ended = supervises and request.GET.get("show") == "ended"
    rows = found(request.user, search) if search else asked.listed(request.user, ended, *place(request))
    more = len(rows) > asked.PAGE and not search
    return render(
        request,
        "participants/participants.html",
        {
            "rows": rows[: asked.PAGE],
            "search": search,
            "ended": ended,
            "supervises": supervises,
            "next": f"?after={rows[asked.PAGE - 1].pk}{'&show=ended' if ended else ''}" if more else "",
            "first": "?" + ("show=ended" if ended else "") if request.GET.get("after") else "",
            "cut": bool(search) and len(rows) > asked.PAGE,
            "now": timezone.now(),
        },
    )


def found(user: Any, search: str) -> list[Participant]:
    """Whom a search finds, closest first; last whoever has that name in a record put into theirs."""
    people = with_next_date(Participant.objects.visible_to(user).select_related("team").with_specialist())
    named = list(people.matching(search)[: asked.PAGE + 1])
    otherwise = people.known_otherwise(search).exclude(pk__in=[row.pk for row in named])[: asked.PAGE]
    for row in otherwise:
        row.by_other_name = True
    return [*named, *otherwise]


def place(request: HttpRequest) -> tuple[Text | None, UUID | None]:
    """Name and id of the last one of the page before; the beginning where there is none."""
    with contextlib.suppress(ValueError):
        last = Participant.objects.visible_to(request.user).filter(pk=UUID(request.GET.get("after", ""))).first()
        if last is not None:
            return Text(last.name_used), last.pk
    return None, None
