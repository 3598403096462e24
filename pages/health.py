"""Whether the process answers, and whether everything it needs does, for operators and probes. Nobody signs in here."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from followups.models import SweepRun

OK = "ok"
AWAY = "away"
BROKER_ANSWERS_WITHIN = 0.5
CLOCKS_DIFFER_BY_MOST = timedelta(seconds=2)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The database is not asked: a slow database must not make the process look dead."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while each part is as it should be, else 503. One word a part: no host, no version, no error text."""
    clock = asked(clock_words)
    parts = {
        "database": AWAY if clock == AWAY else OK,
        "migrations": asked(migration_words),
        "broker": broker_words(),
        "sweep": asked(sweep_words),
        "clock": clock,
    }
    return JsonResponse(parts, status=200 if set(parts.values()) == {OK} else 503)


def asked(question: Callable[[], str]) -> str:
    """The answer, or that the database gave none."""
    try:
        return question()
    except Error:
        return AWAY


def clock_words() -> str:
    """Whether our clock and the database's agree: moments come from ours, and rows are compared with it."""
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    earliest, latest = before - CLOCKS_DIFFER_BY_MOST, timezone.now() + CLOCKS_DIFFER_BY_MOST
    return OK if earliest <= theirs <= latest else "differs"


def migration_words() -> str:
    """Whether the database is as this version of the program needs it."""
    return OK if nothing_to_migrate(frozenset(MigrationRecorder(connection).applied_migrations())) else "missing"


@lru_cache(maxsize=2)
def nothing_to_migrate(applied: frozenset[tuple[str, str]]) -> bool:
    """Worked out once for each set of applied migrations: reading them from disk takes longer than all the rest."""
    return set(MigrationLoader(connection).graph.nodes) <= applied


def sweep_words() -> str:
    """Whether the worker has looked lately; the dashboards say the same."""
    return "late" if SweepRun.objects.state(timezone.now())["is_late"] else OK


def broker_words() -> str:
    """Whether the broker answers in time, also where a name is looked up for long or the broker is frozen."""
    answers: list[str] = []
    asking = threading.Thread(target=ping, args=(answers,), daemon=True)
    asking.start()
    asking.join(BROKER_ANSWERS_WITHIN)
    return answers[0] if answers else AWAY


def ping(answers: list[str]) -> None:
    """Ask the broker once, and write down that it answered."""
    half = BROKER_ANSWERS_WITHIN / 2
    once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=half, socket_connect_timeout=half, retry=once) as broker:
            broker.ping()
    except (RedisError, OSError):
        return
    answers.append(OK)
