"""The program's addresses, and two floors for each of its pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

PAGE = engines["django"].from_string(
    "{% extends 'base.html' %}{% block content %}<ul class='lines'>{% for row in rows %}<li><a href='/{{ row.id }}/'>"
    "{{ row.name }}</a> {{ row.text }}</li>{% endfor %}</ul>{% endblock %}"
)
TEXT = "A few words as they stand on a card, of the usual length, told once more. " * 4
# Template and answers of the page that is measured, all read already.
DRAWN: dict[str, Any] = {}


def floor(request: HttpRequest, rows: int) -> HttpResponse:
    """So many short constant rows in the frame of every page."""
    made = [{"id": number, "name": f"Row {number}", "text": TEXT} for number in range(rows)]
    return HttpResponse(PAGE.render({"rows": made}, request))


def drawn(request: HttpRequest) -> HttpResponse:
    """The measured page's own rows, as constants: the same drawing, nothing read but the frame."""
    return render(request, DRAWN["template"], DRAWN["context"])


urlpatterns = [
    path("floor/<int:rows>/", floor),
    path("drawn/", drawn),
    path("", include("peersupport.urls")),
]
