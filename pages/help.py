"""What a supervisor does about one follow-up, in place."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.models import User
from followups.actions import oversight, planning
from followups.models import FollowUp
from followups.models.board import as_id


@requires(Permission.SUPERVISE)
@require_POST
def reassign(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    followup = supervised_or_404(request, followup_id)
    colleague = User.objects.members_of([followup.team_id]).filter(pk=as_id(request.POST.get("owner", ""))).first()
    if colleague is None:
        messages.warning(request, _("Choose a colleague first. Nothing was changed."))
        return back(request)
    words = _("%(name)s keeps it now.") % {"name": colleague.name}
    return act(request, followup_id, words, oversight.reassign, owner=colleague)


@requires(Permission.SUPERVISE)
@require_POST
def take_over(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    return act(request, followup_id, _("It is yours now, and stands on your Today."), oversight.take_over)


@requires(Permission.SUPERVISE)
@require_POST
def nudge(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    return act(request, followup_id, _("A kind nudge is on its way."), oversight.nudge)


@requires(Permission.SUPERVISE)
@require_POST
def discussed(request: HttpRequest, followup_id: UUID) -> HttpResponse:
    return act(request, followup_id, _("Noted: you talked about it."), oversight.mark_discussed)


def act(request: HttpRequest, followup_id: UUID, words: str, deed: Callable[..., Any], **details: Any) -> HttpResponse:
    """Do one deed about a follow-up of a supervised team, say what came of it, and go back to the list."""
    followup = supervised_or_404(request, followup_id)
    try:
        deed(followup=followup, by=request.user, at=timezone.now(), **details)
    except planning.AlreadySettled:
        messages.info(request, _("This follow-up was settled meanwhile. Nothing was changed."))
    except oversight.NudgedEnough:
        messages.info(request, _("They have had enough reminders for today. Perhaps talk to them instead?"))
    except oversight.NudgedAlready:
        messages.info(request, _("They were nudged about this one already. Perhaps talk to them instead?"))
    except oversight.CannotKeep:
        messages.warning(request, _("This colleague would not see the participant. Pass the person on instead."))
    except oversight.NobodyToNudge:
        messages.warning(request, _("There is nobody to nudge: it is yours, or nobody keeps it yet."))
    else:
        messages.success(request, words)
    return back(request)


def supervised_or_404(request: HttpRequest, followup_id: UUID) -> FollowUp:
    """The follow-up, if it is of a team this person supervises."""
    mine = FollowUp.objects.visible_to(request.user).supervised_by(request.user)
    return get_object_or_404(mine, pk=followup_id)


def back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return redirect(address if ours else "overdue")
