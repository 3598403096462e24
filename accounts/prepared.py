"""Questions put together once: the ORM writes a statement on first use, and afterwards only its values are new.

Every page asks the same questions for other people and moments. Writing a statement of five subqueries takes Django
longer than PostgreSQL needs to answer it, and planning it takes PostgreSQL longer than running it; so both are done
once: the statement is written once a process and prepared once a connection (PREPARE, EXECUTE).
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import singledispatch, wraps
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Lookup, QuerySet, UUIDField
from django.db.transaction import TransactionManagementError
from psycopg2.extensions import AsIs


class Text(str):
    """A text that is a value, not a word that shapes the question."""


class Ids(list[UUID]):
    """Ids that are one value, however many: for `pk__among`."""


@UUIDField.register_lookup
class Among(Lookup):
    """`pk__among=ids`: one of them, as one value; `__in` writes a place for each, another statement each time."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The column is one of the array's."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]


KINDS: dict[type, str] = {UUID: "uuid", datetime: "timestamptz", date: "date", Text: "text", Ids: "uuid[]"}
STATEMENTS = count(1)
# Of one question; what is asked in still other ways is put together each time.
MOST_SHAPES = 500


@dataclass(frozen=True)
class Parts:
    """What one argument brings: the shape it gives to the question, its values, and how to make it of other values.

    `all_needed`: each value has to reach the statement.
    """

    shape: Any
    values: tuple[Any, ...]
    made_of: Callable[[list[Any]], Any]
    all_needed: bool = True


@singledispatch
def parts(given: Any) -> Parts:
    """An id, a moment, a day, a Text or Ids are a value; anything else (a word, a number, None) shapes the question."""
    if type(given) in KINDS:
        return Parts(type(given), (given,), lambda values: values[0])
    return Parts(given, (), lambda _values: given)


def prepared(ask: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
    """Let a function that returns a query set return its rows instead, from a statement that is put together once.

    What it is given by position are its arguments. Ids, moments and days must reach the query set as they are, never
    through Python (`day + DAY`) or an `if`: each is another one next time. Raises ValueError on first use where one
    does not reach it, or another one does. Nothing else may be read that can change: no words of ours, no setting.
    """
    known: dict[tuple[Any, ...], Question] = {}

    @wraps(ask)
    def answer(*given: Any) -> list[Any]:
        apart = [parts(one) for one in given]
        shape = tuple(one.shape for one in apart)
        question = known.get(shape)
        if question is None:
            if len(known) == MOST_SHAPES:
                return list(ask(*given))
            question = known[shape] = Question(ask, apart)
        return question.rows([value for one in apart for value in one.values])

    return answer


def marks(apart: list[Parts]) -> list[list[Any]]:
    """For each value of each argument one of its kind that stands nowhere else; no two are the same."""
    marked = [[mark(value) for value in one.values] for one in apart]
    every = [one for them in marked for one in them]
    return marked if all(every.index(one) == place for place, one in enumerate(every)) else marks(apart)


def mark(value: Any) -> Any:
    """A value of the same kind that cannot be met by chance."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, Text):
        return Text(uuid4())
    if isinstance(value, Ids):
        return Ids([uuid4()])
    days = timedelta(days=uuid4().int % 300_000)
    return datetime(1000, 1, 1, tzinfo=UTC) + days if isinstance(value, datetime) else date(1000, 1, 1) + days


class Question:
    """One shape of a question: its query set, and the statement in which marks stand for the values."""

    def __init__(self, ask: Callable[..., QuerySet[Any]], apart: list[Parts]) -> None:
        marked = marks(apart)
        self.queryset = ask(*(one.made_of(them) for one, them in zip(apart, marked, strict=True)))
        # The query is not built upon any more: a clone of it need not be one to its depth.
        query = self.queryset.query
        query.chain = lambda klass=None: copy(query)
        self.compiler = query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:  # nothing can be found, whatever the values: somebody without a team
            self.sql = ""
            return
        converters = self.compiler.get_converters([column for column, *_rest in self.compiler.select])
        self.compiler.get_converters = lambda _columns: converters
        every = [one for them in marked for one in them]
        self.params = [AsIs(f"${every.index(one) + 1}") if one in every else one for one in params]
        for number, (one, them) in enumerate(zip(apart, marked, strict=True), start=1):
            if one.all_needed and any(value not in params for value in them):
                raise ValueError(f"{ask.__qualname__}: argument {number} does not reach the statement as it is.")
        if any(type(one) in KINDS for one in self.params):
            raise ValueError(f"{ask.__qualname__}: a value is in it that is none of the arguments.")
        self.types = [KINDS[type(one)] for one in every]
        self.name = f"{ask.__name__.strip('<>')}_{next(STATEMENTS)}"

    def rows(self, values: list[Any]) -> list[Any]:
        """The answer for these values."""
        if not self.sql:
            return []
        compiler = copy(self.compiler)
        compiler.connection = connection = connections[DEFAULT_DB_ALIAS]
        if self.queryset.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("A row is locked inside a transaction only.")
        self.prepare(connection)
        places = f"({', '.join(['%s'] * len(values))})" if values else ""
        compiler.as_sql = lambda *_args, **_kwargs: (f"EXECUTE {self.name}{places}", tuple(values))
        rows = self.queryset.all()
        rows.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(rows)

    def prepare(self, connection: Any) -> None:
        """Let this connection know the statement; one that was opened anew knows none."""
        # As a cursor does: a connection that died since the last request is opened anew, and knows no statement.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        session, names = connection.__dict__.get("prepared_names", (None, set()))
        if session is not connection.connection:
            names = set()
            connection.prepared_names = (connection.connection, names)
        if self.name not in names:
            types = f" ({', '.join(self.types)})" if self.types else ""
            with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                cursor.execute(f"PREPARE {self.name}{types} AS {self.sql}", self.params)
            names.add(self.name)
