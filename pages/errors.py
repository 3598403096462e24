"""What people see when something cannot be done; nothing typed is lost."""

import sys
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, get_token
from django.shortcuts import render
from django.template.loader import render_to_string

# Never shown back, never carried along.
SECRET_FIELDS = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword"}


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this page is for another role."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this person may know about.

    What they typed is theirs still, where the person was handed on to a colleague while they wrote.
    """
    wrote = request.method == "POST" and request.resolver_match and request.user.is_authenticated
    return render(request, "404.html", what_was_typed(request) if wrote else {}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault, or 503 where the database is away for a moment. Rendered without the database.

    Both keep what was typed; the form's token is in a cookie, so sending again works.
    """
    away = is_away(sys.exception())
    context = what_was_typed(request) if request.method == "POST" else {"fields": [], "can_resend": False}
    page = render_to_string("503.html" if away else "500.html", {**context, "csrf_token": get_token(request)})
    headers = {"Cache-Control": "no-store", **({"Retry-After": "30"} if away else {})}
    return HttpResponse(page, status=503 if away else 500, headers=headers)


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be asked: psycopg2 says no more than DatabaseError where it dies in mid-answer."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def what_was_typed(request: HttpRequest) -> dict[str, object]:
    """The posted fields, to be shown and sent again; none where a password was among them."""
    fields = [(name, value) for name, values in request.POST.lists() if name not in SECRET_FIELDS for value in values]
    return {
        "fields": fields,
        "action": request.get_full_path(),
        "can_resend": bool(fields) and not SECRET_FIELDS.difference({"csrfmiddlewaretoken"}).intersection(request.POST),
    }


@login_not_required
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is no longer good. From another site nothing is offered to be sent again."""
    foreign = reason.startswith(REASON_BAD_ORIGIN.split("%")[0])
    context = {"fields": [], "can_resend": False} if foreign else what_was_typed(request)
    return render(request, "403_csrf.html", context, status=403)


class SignedOutMiddleware:
    """A form sent after the sign-in ended is shown back with all that was typed, instead of being dropped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Answer 401 with what was typed; pages open to everybody are left alone."""
        if request.method != "POST" or request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        return render(request, "signed_out.html", what_was_typed(request), status=401)
