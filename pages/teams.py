"""Teams and their rules, for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from accounts.forms.teams import TeamForm
from accounts.known import AlreadyThere
from accounts.models import OutgoingEmail, Team
from followups.actions import teams as deeds
from followups.models import ladder
from pages.health import worker_state


@requires(Permission.RUN_ACCOUNTS)
def teams(request: HttpRequest) -> HttpResponse:
    rows = list(Team.objects.visible_to(request.user).with_members().order_by("name")[:500])
    unheard = ladder.unheard([row.pk for row in rows])
    for row in rows:
        row.unheard = unheard.get(row.pk, 0)
    now = timezone.now()
    context = {"rows": rows, "alarm": OutgoingEmail.objects.alarm(now), "worker": worker_state(now)}
    return render(request, "teams/teams.html", context)


@requires(Permission.RUN_ACCOUNTS)
def add_team(request: HttpRequest) -> HttpResponse:
    return save(request, TeamForm(request.POST or None))


@requires(Permission.RUN_ACCOUNTS)
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    row = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    now = ladder.effect(row, timezone.now())
    return save(request, TeamForm(request.POST or None, instance=row), now)


def save(request: HttpRequest, form: TeamForm, now: dict[ladder.Rung, int] | None = None) -> HttpResponse:
    """Save what is right, show what it would change, or show the form with what is wrong."""
    effect = None
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST:
            closed = form.cleaned_data["closed"]
            try:
                saved = deeds.save_team(team=form.team(), closed_days=closed, by=request.user, at=timezone.now())
            except AlreadyThere as there:
                form.add_error("name", there.words)
            else:
                messages.success(request, _("%(team)s is saved. It holds from now on.") % {"team": saved.name})
                return redirect("teams")
        else:
            days = [day for day, _name in form.cleaned_data["closed"]]
            effect = ladder.effect(form.team(), timezone.now(), days)
    rungs = [(rung.label, number, effect and effect[rung]) for rung, number in (now or {}).items()]
    is_new = form.instance._state.adding
    context = {"form": form, "is_new": is_new, "rungs": rungs, "has_effect": effect is not None}
    return render(request, "teams/team.html", context)
