"""Teams and their rules, for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from accounts.actions import teams as deeds
from accounts.forms.teams import TeamForm
from accounts.models import OutgoingEmail, Team


@requires(Permission.RUN_ACCOUNTS)
def teams(request: HttpRequest) -> HttpResponse:
    rows = Team.objects.visible_to(request.user).with_members().order_by("name")
    alarm = OutgoingEmail.objects.alarm(timezone.now())
    return render(request, "teams/teams.html", {"rows": list(rows[:500]), "alarm": alarm})


@requires(Permission.RUN_ACCOUNTS)
def add_team(request: HttpRequest) -> HttpResponse:
    return save(request, TeamForm(request.POST or None))


@requires(Permission.RUN_ACCOUNTS)
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    row = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    return save(request, TeamForm(request.POST or None, instance=row))


def save(request: HttpRequest, form: TeamForm) -> HttpResponse:
    """Save what is right, or show the form with what is not."""
    if request.method == "POST" and form.is_valid():
        saved = deeds.save_team(
            team=form.team(), closed_days=form.cleaned_data["closed"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("%(team)s is saved. It holds from now on.") % {"team": saved.name})
        return redirect("teams")
    return render(request, "teams/team.html", {"form": form, "is_new": form.instance._state.adding})
