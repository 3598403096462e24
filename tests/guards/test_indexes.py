"""What the models say of indexes and constraints stands in the database, and no column is kept in order twice."""

import pytest
from django.apps import apps
from django.db import connection, models

MODELS = [model for label in ("accounts", "caseload", "followups") for model in apps.get_app_config(label).get_models()]


def named(model: type[models.Model]) -> set[str]:
    """The names of all that keeps the rows of a model in order or within the rules."""
    return {one.name for one in (*model._meta.indexes, *model._meta.constraints)}


def leading(model: type[models.Model]) -> set[str]:
    """The columns with which an index of all rows begins."""
    found = set()
    for one in (*model._meta.indexes, *model._meta.constraints):
        if not isinstance(one, models.Index | models.UniqueConstraint) or one.condition is not None:
            continue
        first = one.fields[0] if one.fields else one.expressions[0]
        first = getattr(first, "expression", first)
        found.add(getattr(first, "name", first))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_database_has_what_the_model_names(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        there = set(connection.introspection.get_constraints(cursor, model._meta.db_table))
    assert named(model) <= there


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_reference_has_an_index_of_its_own_beside_one_that_begins_with_it(model: type[models.Model]) -> None:
    for field in model._meta.local_fields:
        alone = field.is_relation and field.db_index and not field.unique
        assert not (alone and field.name in leading(model)), field
