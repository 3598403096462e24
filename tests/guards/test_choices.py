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


def held(condition: Any, name: str) -> set[Any] | None:
    """The values that a condition leaves to a column; None where it leaves it any."""
    if isinstance(condition, tuple):
        key, value = condition
        if key == name:
            return {value}
        return set(value) if key == f"{name}__in" else None
    if not isinstance(condition, Q) or condition.negated:
        return None
    parts = [held(child, name) for child in condition.children]
    if condition.connector == Q.OR:
        return None if None in parts else set().union(*parts)
    known = [part for part in parts if part is not None]
    return set.intersection(*known) if known else None


@pytest.mark.parametrize(
    ("model", "field"), [pytest.param(*pair, id=f"{pair[0]._meta.label}.{pair[1].name}") for pair in choice_fields()]
)
def test_the_database_knows_the_choices(model: Any, field: Any) -> None:
    checks = [one for one in model._meta.constraints if isinstance(one, models.CheckConstraint)]
    left = [values for one in checks if (values := held(one.condition, field.attname)) is not None]
    wanted = {value for value, _label in field.flatchoices} | {""}
    assert any(values <= wanted for values in left), f"{field} is held to no choices"
