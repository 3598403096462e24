"""The program's addresses, and the floor: a signed-in view that renders as many rows of constants."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

PAGE = engines["django"].from_string(
    "{% extends 'base.html' %}{% block content %}<ul class='lines'>{% for row in rows %}<li><a href='/{{ row.id }}/'>"
    "{{ row.name }}</a> {{ row.text }}</li>{% endfor %}</ul>{% endblock %}"
)
TEXT = "A few words as they stand on a card, of the usual length, told once more. " * 4


def floor(request: HttpRequest, rows: int) -> HttpResponse:
    """`rows` constant rows in the frame of every page."""
    made = [{"id": number, "name": f"Row {number}", "text": TEXT} for number in range(rows)]
    return HttpResponse(PAGE.render({"rows": made}, request))


urlpatterns = [path("floor/<int:rows>/", floor), path("", include("peersupport.urls"))]
