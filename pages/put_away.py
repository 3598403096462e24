"""Old addresses of a record that was put into another one lead to the one that is kept."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caseload.models import Merge

ABOUT_A_PERSON = "participant_id"


class PutAwayMiddleware:
    """A page about a record put away is the same page of the kept one, for whoever may see that; else it stays 404.

    Only to look at: what was typed is shown back by the 404 page, for nobody to be surprised whose record it goes to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer where nothing was found; the page there asks for its permission again."""
        match = request.resolver_match
        looks = isinstance(exception, Http404) and request.method in ("GET", "HEAD")
        if not looks or match is None or ABOUT_A_PERSON not in match.kwargs:
            return None
        put_into = Merge.objects.visible_to(request.user).standing().filter(merged=match.kwargs[ABOUT_A_PERSON])
        kept = put_into.values_list("kept", flat=True).first()
        if kept is None:
            return None
        there = reverse(match.view_name, kwargs=match.kwargs | {ABOUT_A_PERSON: kept})
        return redirect("?".join(filter(None, (there, request.META["QUERY_STRING"]))))
