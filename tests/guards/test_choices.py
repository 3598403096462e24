"""Every column of choices is held to them by the database: a new one has to be, too."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q


def choice_fields() -> Iterator[tuple[Any, Any]]:
    for app in ("accounts", "caseload", "followups"):
        for model in apps.get_app_config(app).get_models():
            yield from ((model, field) for field in model._meta.fields if field.choices)


def leaves(condition: Q) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from leaves(child)
        elif isinstance(child, tuple):
            yield child


@pytest.mark.parametrize(
    ("model", "field"), [pytest.param(*pair, id=f"{pair[0]._meta.label}.{pair[1].name}") for pair in choice_fields()]
)
def test_the_database_knows_the_choices(model: Any, field: Any) -> None:
    checks = [one for one in model._meta.constraints if isinstance(one, models.CheckConstraint)]
    known = [set(value) for one in checks for name, value in leaves(one.condition) if name == f"{field.name}__in"]
    wanted = {value for value, _label in field.flatchoices}
    assert any(values | {""} == wanted | {""} for values in known), f"{field} is held to no choices"
