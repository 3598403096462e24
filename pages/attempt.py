"""Outcomes of a try, from the card, and taking one back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def record_attempt(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def undo_attempt(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
