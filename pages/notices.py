"""What the program has told me."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.BE_SIGNED_IN)
def notices(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


@requires(Permission.BE_SIGNED_IN)
def notices_seen(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
