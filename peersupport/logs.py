"""What the program writes down about itself: one JSON object a line, about what happened and never about whom.

Our own messages name ids, kinds and counts. Of everybody else's only the fixed words stay: Django, the web server
and Celery put addresses, which may hold a link's secret, and errors, which may hold a form's words, into theirs.
"""

import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

HIDDEN = "…"
OURS = {"peersupport", "pages", "demo", "followups", "caseload", "accounts"}
# What our own lines may add.
FACTS = ("route", "method", "status", "ms", "account", "task", "count")
# Somebody else's message that comes ready: what is quoted, looks like an address or like a path.
TELLING = re.compile(r"'[^']*'|\"[^\"]*\"|\S*@\S*|\S*/\S*")
FRAMES = 12

# The id of the request being answered.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class LineFormatter(JsonFormatter):
    """One record as one JSON object, of known fields only."""

    def format(self, record: logging.LogRecord) -> str:
        """Nothing is rendered that is not written: a record that cannot be must not end up on standard error."""
        log_data: dict[str, Any] = {}
        self.add_fields(log_data, record, {})
        return self.serialize_log_record(log_data)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Only what stands here is written."""
        log_data["at"] = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        log_data |= {"level": record.levelname, "logger": record.name, "message": words_of(record)}
        if request_id.get():
            log_data["request"] = request_id.get()
        log_data |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            log_data |= {"error": kinds_of(record.exc_info[1]), "where": places_of(record.exc_info[1])}


def words_of(record: logging.LogRecord) -> str:
    """The message; of somebody else's without anything that was put into it except numbers."""
    starting_up = record.name == "gunicorn.error" and record.levelno == logging.INFO
    if record.name.partition(".")[0] in OURS or starting_up:
        return record.getMessage()
    if not record.args:
        return TELLING.sub(HIDDEN, str(record.msg))
    if isinstance(record.args, tuple):
        given: Any = tuple(harmless(value) for value in record.args)
    else:
        given = {name: harmless(value) for name, value in dict(record.args).items()}
    try:
        return str(record.msg) % given
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def harmless(value: object) -> object:
    """A number as it is, an error by its kind, anything else hidden."""
    if isinstance(value, int | float):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else HIDDEN


def kinds_of(error: BaseException) -> str:
    """The kind of an error and of what led to it; their texts may quote a form or a row."""
    before = error.__cause__ or error.__context__
    return type(error).__name__ + (f" after {kinds_of(before)}" if before is not None else "")


def places_of(error: BaseException) -> list[str]:
    """Where it happened, without the lines of the source."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def config(*, debug: bool, demo: bool) -> dict[str, Any]:
    """For logging.config.dictConfig. Readable lines while developing; in the demo only what is wrong."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "readable": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "json": {"()": "peersupport.logs.LineFormatter", "json_ensure_ascii": False},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "readable" if debug else "json"},
        },
        "root": {"handlers": ["console"], "level": "WARNING" if demo else "INFO"},
        "loggers": {
            # Without Django's own handlers each line comes once.
            "django": {"handlers": [], "level": "INFO"},
            # Each request has its line; here only faults, with where they happened.
            "django.request": {"level": "ERROR"},
            # Each task has its line (peersupport/celery.py).
            "celery.app.trace": {"level": "CRITICAL"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }


def of_web_server(**places: bool) -> dict[str, Any]:
    """The same for gunicorn, which speaks before the program is loaded; its level stays its own."""
    own = {"handlers": ["console"], "propagate": False}
    return {**config(**places), "loggers": {"gunicorn.error": own, "gunicorn.access": own}}
