"""Somebody is not happy: any colleague tells the team's supervisors, without opening a record."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires, teams_of
from caseload.actions import trust
from caseload.forms.trust import ConcernForm
from caseload.models import Concern
from caseload.models.paperwork import with_rules
from followups.calendar import local_date


@requires(Permission.READ_RECORDS)
def not_happy(request: HttpRequest) -> HttpResponse:
    teams = with_rules(teams_of(request.user))
    now = timezone.now()
    today = max(local_date(now, team.time_zone) for team in teams)
    form = ConcernForm(request.POST or None, teams=teams, today=today)
    if request.method == "POST" and form.is_valid():
        trust.pass_on(concern=form.row(), by=request.user, at=now)
        messages.success(request, _("Passed on. The supervisors of the team read it."))
        return redirect("signals")
    return render(request, "signals/not_happy.html", {"form": form})


@requires(Permission.SUPERVISE)
@require_POST
def settle_concern(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    concern = get_object_or_404(Concern.objects.visible_to(request.user), pk=concern_id)
    trust.settle(concern=concern, by=request.user, at=timezone.now())
    messages.success(request, _("Seen to."))
    return redirect("signals")
