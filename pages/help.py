"""What a supervisor does about one follow-up, in place."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.SUPERVISE)
def reassign(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def take_over(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def nudge(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.SUPERVISE)
def discussed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
