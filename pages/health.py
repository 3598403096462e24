"""Whether the process answers, and whether everything it needs does, for operators and probes. Nobody signs in here."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

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

from accounts.access import Permission, standing_of
from accounts.models import OutgoingEmail
from accounts.models.outbox import Alarm
from followups.models import SweepRun
from followups.models.heartbeat import MOST_SKEW, skew

OK = "ok"
AWAY = "away"
BROKER_ANSWERS_WITHIN = 0.5


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The database is not asked: a slow database must not make the process look dead."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while each part is as it should be, else 503. One word a part: no host, no version, no error text.

    Beside the words, how many seconds ago the worker's last sweep ended; none where it never did or cannot be told.
    """
    clock = asked(clock_words)
    now = timezone.now()
    sweep = asked(lambda: SweepRun.objects.state(now))
    parts = {
        "database": AWAY if clock == AWAY else OK,
        "migrations": asked(migration_words),
        "broker": broker_words(),
        "sweep": sweep if sweep == AWAY else "late" if sweep["is_late"] else OK,
        "clock": clock,
    }
    ended = None if sweep == AWAY else sweep["last_run_at"]
    age = ended and round((now - ended).total_seconds())
    return JsonResponse({**parts, "sweep_age": age}, status=200 if set(parts.values()) == {OK} else 503)


def asked(question: Callable[[], Any]) -> Any:
    """The answer, or that the database gave none."""
    try:
        return question()
    except Error:
        return AWAY


def clock_words() -> str:
    """Whether our clock and the database's agree: moments come from ours, and rows are compared with it."""
    return OK if skew(timezone.now) <= MOST_SKEW else "differs"


def worker_state(at: datetime) -> dict[str, Any]:
    """For the sentence on the dashboards: when the worker last looked, if that is late, and if clocks keep it from it.

    `at` is this moment, read just before.
    """
    state = SweepRun.objects.state(at)
    apart = max(at - state["database_at"], state["database_at"] - timezone.now())
    return {**state, "clocks_differ": state["is_late"] and apart > MOST_SKEW}


def mail_alarm(user: Any, at: datetime) -> Alarm | None:
    """That no e-mail leaves, for whoever runs accounts, on whichever page they begin with; nothing for others."""
    return OutgoingEmail.objects.alarm(at) if standing_of(user).has(Permission.RUN_ACCOUNTS) else None


def migration_words() -> str:
    """Whether the database is as this version of the program needs it."""
    return OK if nothing_to_migrate(frozenset(MigrationRecorder(connection).applied_migrations())) else "missing"


@lru_cache(maxsize=2)
def nothing_to_migrate(applied: frozenset[tuple[str, str]]) -> bool:
    """Worked out once for each set of applied migrations: reading them from disk takes longer than all the rest."""
    return set(MigrationLoader(connection).graph.nodes) <= applied


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
