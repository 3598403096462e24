"""People waiting for a peer; assigning and transferring."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.SUPERVISE)
def waiting(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def assign(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
