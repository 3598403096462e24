"""A specialist's day."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.KEEP_A_CASELOAD)
def today(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
