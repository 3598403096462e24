"""How a team keeps its record, for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from accounts.models import Team
from caseload.actions.rules import save_rules
from caseload.forms.rules import RecordRulesForm
from caseload.models.rules import rules_of


@requires(Permission.RUN_ACCOUNTS)
def record_rules(request: HttpRequest, team_id: UUID) -> HttpResponse:
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    form = RecordRulesForm(request.POST or None, instance=rules_of(team))
    if request.method == "POST" and form.is_valid():
        save_rules(rules=form.instance, by=request.user, at=timezone.now())
        messages.success(request, _("%(team)s is saved. It holds from now on.") % {"team": team.name})
        return redirect("teams")
    return render(request, "record_rules/record_rules.html", {"form": form, "team": team})
