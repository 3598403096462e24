"""Whether the process answers, for operators."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def healthz(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
