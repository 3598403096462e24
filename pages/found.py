"""The one row a page is about."""

from typing import Any

from django.http import Http404


def the_one(rows: list[Any]) -> Any:
    """The first of the rows a prepared question gave; raises Http404 where there is none."""
    if not rows:
        raise Http404
    return rows[0]
