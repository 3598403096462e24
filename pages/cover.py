"""Who stands in for whom."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.actions import cover as deeds
from accounts.forms.cover import CoverForm
from accounts.models import Cover
from followups.calendar import midnight


@requires(Permission.SUPERVISE)
def cover(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = CoverForm(request.POST or None, user=request.user, at=now)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        zone = given["team"].time_zone
        try:
            deeds.stand_in(
                team=given["team"],
                role=given["absent"][0],
                absent=given["absent"][1],
                cover=given["cover"],
                starts_at=midnight(given["first"], zone),
                ends_at=midnight(given["last"] + timedelta(days=1), zone),
                by=request.user,
                at=now,
            )
        except deeds.CannotStandIn:
            form.add_error("cover", _("This has changed meanwhile. Choose another colleague."))
        except deeds.StandsInAlready:
            form.add_error("first", _("They stand in on some of these days already. End that cover first."))
        else:
            messages.success(request, _("Saved. What is owed stands on their Today, marked, for these days only."))
            return redirect("cover")
    coming = Cover.objects.visible_to(request.user).filter(ends_at__gt=now)
    rows = coming.select_related("team", "absent", "cover").order_by("starts_at", "pk")
    return render(request, "cover/cover.html", {"form": form, "rows": list(rows[:100]), "now": now})


@requires(Permission.SUPERVISE)
@require_POST
def end_cover(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    row = get_object_or_404(Cover.objects.visible_to(request.user), pk=cover_id)
    deeds.end(cover=row, by=request.user, at=timezone.now())
    messages.success(request, _("The cover has ended."))
    return redirect("cover")
