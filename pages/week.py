"""Good news first, then what is owed: the morning's summary, with names, for those who may see them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires, supervised_teams
from followups.models.summary import of_a_day, of_a_week


@requires(Permission.KEEP_FOLLOW_UPS)
def week(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    # Somebody may be both; the daily summary's link leads to what they keep themselves.
    supervises = bool(supervised_teams(request.user)) and "mine" not in request.GET
    summary = of_a_week(request.user, now) if supervises else of_a_day(request.user, now)
    return render(request, "week/week.html", {"summary": summary, "supervises": supervises, "now": now})
