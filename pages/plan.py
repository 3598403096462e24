"""The agreed rhythm, and a next step for one who has none."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def check_in_plan(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def end_plan(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def next_step(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
