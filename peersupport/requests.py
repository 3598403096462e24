"""One line for each request. Its route has a name; its address may hold a secret and is never written."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.ids import new_id
from peersupport.logs import request_id

log = logging.getLogger(__name__)

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLineMiddleware:
    """Outermost: it sees every answer, and gives it an id by which its lines are found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        own = request_id.set(new_id().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            write_line(request, response, round((time.monotonic() - began) * 1000))
            return response
        finally:
            request_id.reset(own)


def write_line(request: HttpRequest, response: HttpResponse, ms: int) -> None:
    """What was asked, by which account, and how it went."""
    route = (request.resolver_match and request.resolver_match.view_name) or "none"
    method = request.method if request.method in METHODS else "other"
    # Only where the page has looked already: a line must not ask the database.
    account = getattr(getattr(request, "_cached_user", None), "pk", None)
    facts = {"route": route, "method": method, "status": response.status_code, "ms": ms}
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    facts["account"] = str(account) if account else None
    log.log(level, "%s %s %s in %s ms", method, route, response.status_code, ms, extra=facts)
