"""The record: words on top, timeline, what is planned."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def participant(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
