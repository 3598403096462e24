"""One follow-up: another date, or not needed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def reschedule(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def not_needed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
