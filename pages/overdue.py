"""The supervisor's board and its list."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.SUPERVISE)
def overdue(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def overdue_csv(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
