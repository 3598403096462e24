"""Accounts, for administrators."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.RUN_ACCOUNTS)
def staff(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def invite(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def colleague(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def invite_again(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def deactivate(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.RUN_ACCOUNTS)
def reactivate(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
