"""The way back to where somebody came from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from followups.models import FollowUp


def came_from(request: HttpRequest) -> str:
    """The address of ours to return to, or nothing."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""


def back(request: HttpRequest, followup: FollowUp) -> HttpResponse:
    """To where they came from, else to the participant's page."""
    return redirect(came_from(request)) if came_from(request) else redirect("participant", followup.participant_id)


def settled_already(request: HttpRequest, followup: FollowUp) -> HttpResponse:
    """A second press, or a page older than what a colleague did: say so, and go back."""
    messages.info(request, _("This follow-up was settled already. Nothing was changed."))
    return back(request, followup)
