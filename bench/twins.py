"""Makes a small program large: every team of it many times over, by plain SQL, with ids of their own."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

# The same for everybody, or about nobody in particular; whatever refers to them goes on doing so.
SHARED = {
    "accounts.AuditEvent",
    "accounts.Invitation",
    "accounts.OutgoingEmail",
    "caseload.Activity",
    "caseload.CrisisContact",
    "caseload.Prompt",
    "caseload.WordHint",
    "followups.Outcome",
    "followups.SweepRun",
}
# What may be there only once, told apart by the number of the copy.
TOLD_APART = {"accounts.User.email": "copy || '.' || {}", "accounts.Team.name": "{} || ' · ' || copy"}
# The moment that a version 7 id begins with stays, so that ids still sort by time.
TWIN = """
    CREATE FUNCTION pg_temp.twin(id uuid, copy int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
        (left(replace(id::text, '-', ''), 13) || substr(md5(id::text || copy::text), 14))::uuid
"""


def multiply(times: int) -> None:
    """Let there be everything `times` times. One transaction a copy, which keeps all rules of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(TWIN)
        for model in several():
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMPORARY TABLE one_{table} AS SELECT * FROM {table}")  # noqa: S608
        for copy in range(2, times + 1):
            with transaction.atomic():
                for model in several():
                    cursor.execute(statement(model), {"copy": copy})
        for model in several():
            cursor.execute(f"DROP TABLE one_{model._meta.db_table}")
        cursor.execute("DROP FUNCTION pg_temp.twin")
        cursor.execute("RESET statement_timeout")


def several() -> Iterator[Any]:
    """The models of which every copy has rows of its own."""
    for name in ("accounts", "caseload", "followups"):
        for model in apps.get_app_config(name).get_models(include_auto_created=True):
            if model._meta.label not in SHARED:
                yield model


def statement(model: Any) -> str:
    """The statement that writes one copy of a table."""
    own = {one._meta.label for one in several()}
    fields = [one for one in model._meta.concrete_fields if not one.generated and not isinstance(one, models.AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(value(field, own) for field in fields)
    table = model._meta.db_table
    one = f"FROM one_{table} AS one, (SELECT %(copy)s::int AS copy) AS number"
    return f"INSERT INTO {table} ({columns}) SELECT {values} {one}"


def value(field: Any, own: set[str]) -> str:
    """What stands in that column of a copy: ids, and references to what is copied too, are its own."""
    column = f'one."{field.column}"'
    told_apart = TOLD_APART.get(f"{field.model._meta.label}.{field.name}")
    if told_apart:
        return told_apart.format(column)
    is_own = field.related_model._meta.label in own if field.is_relation else isinstance(field, models.UUIDField)
    return f"pg_temp.twin({column}, copy)" if is_own else column
