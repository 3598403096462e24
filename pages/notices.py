"""What the program has told me."""

import contextlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from followups.actions import notices as deeds
from followups.models import Reminder


@requires(Permission.BE_SIGNED_IN)
def notices(request: HttpRequest) -> HttpResponse:
    mine = Reminder.objects.visible_to(request.user).needed()
    rows = mine.select_related("followup__participant", "followup__owner", "created_by").order_by("-created_at", "-pk")
    return render(request, "notices/notices.html", {"rows": list(rows[:100]), "now": timezone.now()})


@requires(Permission.BE_SIGNED_IN)
@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    deeds.mark_seen(until=min(opened_at(request) or now, now), by=request.user, at=now)
    return redirect("notices")


def opened_at(request: HttpRequest) -> datetime | None:
    """When the page was opened that this comes from."""
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(request.POST.get("until", ""))
        return moment if moment.tzinfo else None
    return None
