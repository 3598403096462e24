"""Reading settings from the environment, strictly: an odd value is refused by name, never guessed.

Pure: no Django here, so that it can be tested and used before settings exist.
"""

import os
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

HELP = "See .env.example and docs/operating.md."
REQUIRED = object()

# Nothing may hang on the database: a statement, a lock, a forgotten transaction each have an end.
DATABASE_TIMEOUTS = "-c statement_timeout=10000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=30000"
DATABASE_OPTIONS = {"host", "port", "options", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"}
# How alike a name must be to what is searched for: 0.6, the default, misses two letters in nine; below 0.42
# half a large caseload comes along.
SEARCH = "-c pg_trgm.word_similarity_threshold=0.42"
# A prepared question is planned once a connection, not five times first to see whether that would be better.
PLANS = "-c plan_cache_mode=force_generic_plan"


class BadEnvironment(SystemExit):
    """A variable is missing or odd. As a SystemExit it ends the command with its sentence and no traceback."""


def text(name: str, default: Any = REQUIRED) -> str:
    """The value as it stands; an empty one counts as missing."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is REQUIRED:
        raise BadEnvironment(f"{name} is not set. {HELP} For a demo or while developing use ./run.")
    return default


def flag(name: str, default: bool) -> bool:
    """`true` or `false`, nothing else."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"true", "false"}:
        return value == "true"
    if value:
        raise BadEnvironment(f"{name} must be true or false. {HELP}")
    return default


def names(name: str, default: list[str]) -> list[str]:
    """A list, separated by commas."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def number(name: str, default: int) -> int:
    """A whole number that is not negative."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise BadEnvironment(f"{name} must be a whole number. {HELP}")
    return int(value)


def address(name: str, value: str, example: str) -> SplitResult:
    """The parts of a URL; one whose host or port cannot be read is refused."""
    try:
        url = urlsplit(value)
        url.port  # noqa: B018 - reading it is the check
    except ValueError:
        raise BadEnvironment(f"{name} must look like {example}. {HELP}") from None
    return url


def database(name: str) -> dict[str, Any]:
    """Django's settings for `postgres://user:password@host:port/name`; `?host=/folder` for a unix socket."""
    example = "postgres://user:password@host:5432/name"
    url = address(name, text(name), example)
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise BadEnvironment(f"{name} must look like {example}. {HELP}")
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    unknown = sorted(set(query) - DATABASE_OPTIONS)
    if unknown:
        raise BadEnvironment(f"{name} has the unknown option {unknown[0]}. {HELP}")
    host, port = query.pop("host", ""), query.pop("port", "")
    options = (DATABASE_TIMEOUTS, SEARCH, PLANS, query.pop("options", ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host or url.hostname or "",
        "PORT": port or str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query, "options": " ".join(filter(None, options))},
    }


def email(name: str) -> dict[str, Any]:
    """Django's mail settings for `smtp://`, `smtp+tls://` (STARTTLS), `smtps://`, `file:///folder` or `console://`."""
    example = "smtp+tls://user:password@mail.example.org:587"
    url = address(name, text(name, default="smtp://localhost:25"), example)
    backends = "django.core.mail.backends."
    if url.scheme == "console":
        return {"EMAIL_BACKEND": backends + "console.EmailBackend"}
    if url.scheme == "file" and url.path and not url.netloc:
        return {"EMAIL_BACKEND": backends + "filebased.EmailBackend", "EMAIL_FILE_PATH": unquote(url.path)}
    if url.scheme not in {"smtp", "smtp+tls", "smtps"} or not url.hostname:
        raise BadEnvironment(f"{name} must look like {example}. {HELP}")
    return {
        "EMAIL_BACKEND": backends + "smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }
