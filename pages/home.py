"""Where each role begins."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import Permission, requires


@requires(Permission.BE_SIGNED_IN)
def home(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
