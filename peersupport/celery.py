"""Celery is the clock and the hands; what must happen stands in the database."""

import logging
import logging.config
import os
import time
from typing import Any

from celery import Celery, Task, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")

app = Celery("peersupport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = logging.getLogger(__name__)


@signals.setup_logging.connect
def log_like_the_rest(loglevel: int | str | None = None, **_kwargs: Any) -> None:
    """The worker's lines look like the web server's; Celery sets up nothing of its own."""
    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)


@signals.task_prerun.connect
def note_the_time(task: Task, **_kwargs: Any) -> None:
    """When the task began."""
    task.request.began = time.monotonic()


@signals.task_postrun.connect
def write_line(task: Task, state: str | None, retval: Any, **_kwargs: Any) -> None:
    """One line for each task: how long it took, and how much it did."""
    ms = round((time.monotonic() - task.request.began) * 1000)
    facts = {"task": task.name, "ms": ms}
    if isinstance(retval, BaseException):
        log.error("%s failed after %s ms", task.name, ms, extra=facts, exc_info=retval)
    else:
        facts["count"] = retval if isinstance(retval, int) else None
        log.info("%s: %s in %s ms", task.name, facts["count"], ms, extra=facts)
