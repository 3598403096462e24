"""When the worker last looked, and whether it may: this machine's clock and the database's must agree."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

LATE_AFTER = timedelta(minutes=5)
MOST_SKEW = timedelta(seconds=2)
LAST_FINISHED = """
    SELECT (SELECT finished_at FROM followups_sweeprun WHERE finished_at <= %s ORDER BY finished_at DESC LIMIT 1),
        clock_timestamp()
"""


def skew(clock: Callable[[], datetime]) -> timedelta:
    """How far that clock is from the database's, at the least.

    Ours is looked at before and after, so that an answer that takes long is not taken for a difference.
    """
    connection.ensure_connection()
    before = clock()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    return max(before - theirs, theirs - clock(), timedelta())


class SweepRunQuerySet(models.QuerySet["SweepRun"]):
    """Questions about runs."""

    def state(self, at: datetime) -> dict[str, Any]:
        """For the sentence on the dashboards: when a run last finished, whether that is too long ago, and what time
        it is by the database. One statement, as every dashboard asks it.

        A run that a wrong clock put into the future tells nothing.
        """
        with connection.cursor() as cursor:
            cursor.execute(LAST_FINISHED, [at + MOST_SKEW])
            last, theirs = cursor.fetchone()
        return {"last_run_at": last, "is_late": last is None or at - last > LATE_AFTER, "database_at": theirs}


class SweepRun(models.Model):
    """One run of the sweep: began, and, unless it was cut off, ended, by the database's clock. Kept for two weeks."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    flagged = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)

    objects = SweepRunQuerySet.as_manager()

    class Meta:
        indexes = [
            # The sentence on both dashboards.
            models.Index(
                fields=["-finished_at"], condition=models.Q(finished_at__isnull=False), name="sweeprun_last_finished"
            ),
        ]

    def __str__(self) -> str:
        return f"run of {self.started_at:%Y-%m-%d %H:%M}"
