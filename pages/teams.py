"""Teams and their rules, for administrators."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.RUN_ACCOUNTS)
def teams(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def add_team(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def team(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
