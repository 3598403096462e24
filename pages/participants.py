"""List and search."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.READ_RECORDS)
def participants(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
