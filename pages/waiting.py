"""People waiting for a peer; assigning and transferring."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from accounts.models import Membership, Role, User
from caseload.actions.handover import CannotWalkWith, NobodyToAssign, WalksWithSomebodyElse
from caseload.forms.assign import AssignForm
from caseload.models import Assignment, Participant, PeerRequest
from followups.actions import handing_on
from followups.models.board import as_id

PAGE = 30


@requires(Permission.SUPERVISE)
def waiting(request: HttpRequest) -> HttpResponse:
    teams = supervised_teams(request.user)
    people = Participant.objects.visible_to(request.user).unassigned(teams).with_waiting_since()
    last = people.filter(pk=as_id(request.GET.get("after", ""))).first()
    following = people.waiting_after(last).select_related("team").order_by("waiting_since", "pk")
    rows = list(following[: PAGE + 1])
    colleagues = list(Membership.objects.active_in(teams, Role.SPECIALIST))
    sizes = Assignment.objects.caseload_sizes(teams)
    wishes = PeerRequest.objects.visible_to(request.user).waiting().filter(participant__in=rows[:PAGE])
    for row in rows:
        row.wishes = [wish for wish in wishes if wish.participant_id == row.pk]
        row.colleagues = [(one.user, sizes.get(one.user_id, 0)) for one in colleagues if one.team_id == row.team_id]
    context = {
        "rows": rows[:PAGE],
        "next": f"?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "first": reverse("waiting") if last else "",
        "now": timezone.now(),
    }
    return render(request, "waiting/waiting.html", context)


@requires(Permission.SUPERVISE)
def assign(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user)).active()
    participant = get_object_or_404(people.with_specialist(), pk=participant_id)
    specialists = User.objects.members_of([participant.team_id], Role.SPECIALIST)
    # Also those answered meanwhile, so that a tick beside one of them is no mistake.
    wishes = PeerRequest.objects.visible_to(request.user).filter(participant=participant)
    form = AssignForm(request.POST or None, specialists=specialists, wishes=wishes)
    if request.method == "POST" and form.is_valid():
        try:
            return give(request, participant, form.cleaned_data)
        except (CannotWalkWith, NobodyToAssign):
            form.add_error("specialist", _("This has changed meanwhile. Choose another colleague."))
    sizes = Assignment.objects.caseload_sizes([participant.team_id])
    colleagues = [(user, sizes.get(user.pk, 0)) for user in specialists]
    context = {"participant": participant, "form": form, "colleagues": colleagues}
    return render(request, "waiting/assign.html", {**context, "wishes": wishes.waiting()})


def give(request: HttpRequest, participant: Participant, chosen: dict[str, Any]) -> HttpResponse:
    """Let the chosen colleague walk with them, and say so; or say that somebody was quicker."""
    try:
        handing_on.assign(participant=participant, by=request.user, at=timezone.now(), **chosen)
    except WalksWithSomebodyElse as found:
        words = {"name": participant.name_used, "peer": found.specialist or _("nobody")}
        messages.warning(request, _("Meanwhile %(peer)s walks with %(name)s. Nothing was changed.") % words)
    else:
        words = {"name": participant.name_used, "peer": chosen["specialist"].name}
        messages.success(request, _("%(peer)s walks with %(name)s now. All that is planned goes along.") % words)
    if request.GET.get("from") == "waiting":
        return redirect("waiting")
    return redirect("participant", participant.pk)
