"""The one form."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def log_session(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def keep_draft(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.READ_RECORDS)
def drop_draft(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
