"""The worker's rounds. Celery's tasks and the operating system's timer ask for the same ones; each may run at any time.

A clock that is off would tell people of another day, and lay out dates that are not theirs: then nothing is done,
and the dashboards say since when nobody has been told.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from followups import delivery, reminders
from followups.actions import milestones, plans
from followups.models.heartbeat import MOST_SKEW, skew
from followups.reminders import digests

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Round = Callable[[Clock], int]


def by_a_right_clock(work: Round) -> Round:
    """Do nothing while this machine's clock and the database's are apart."""

    @wraps(work)
    def guarded(clock: Clock) -> int:
        off = skew(clock)
        if off > MOST_SKEW:
            log.error("the clock is %s s off the database's; nothing is done", round(off.total_seconds()))
            return 0
        return work(clock)

    return guarded


@by_a_right_clock
def tell(clock: Clock) -> int:
    """Flag what became overdue and queue whom that tells, and send it at once; returns how much was flagged."""
    run = reminders.sweep(clock())
    delivery.deliver(clock)
    return run.flagged


@by_a_right_clock
def lay_out(clock: Clock) -> int:
    """Create the coming follow-ups of every check-in plan and of every day to remember; returns of how many."""
    return plans.lay_out_all(at=clock()) + milestones.lay_out_all(at=clock())


@by_a_right_clock
def summarise(clock: Clock) -> int:
    """Queue the morning's summaries where it is morning; returns how many."""
    return digests.send_digests(clock())


@by_a_right_clock
def send(clock: Clock) -> int:
    """Send the e-mail that is waiting; returns how much left."""
    return delivery.deliver(clock)
