"""Ending services and coming back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def end_services(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def welcome_back(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
