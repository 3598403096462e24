"""Who stands in for whom."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.SUPERVISE)
def cover(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def end_cover(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
