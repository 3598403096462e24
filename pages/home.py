"""Where each role begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import Permission, requires
from pages.nav import entries_for


@requires(Permission.BE_SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    entries = entries_for(request.user)
    return redirect(entries[0].view) if entries else render(request, "home/home.html")
