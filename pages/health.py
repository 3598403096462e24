"""Whether the process answers, for operators."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The database is not asked: a slow database must not make the process look dead."""
    return HttpResponse("ok", content_type="text/plain")
