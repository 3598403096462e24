"""What the worker is asked to do. Each task takes the clock and calls one function; all may run twice."""

from celery import shared_task
from django.utils import timezone

from followups import rounds


@shared_task
def sweep() -> int:
    """Flag what became overdue and tell whom it concerns."""
    return rounds.tell(timezone.now)


@shared_task
def plan_ahead() -> int:
    """Create the coming follow-ups of every check-in plan and of every day to remember."""
    return rounds.lay_out(timezone.now)


@shared_task
def digest() -> int:
    """Queue the morning's summaries where it is morning."""
    return rounds.summarise(timezone.now)


@shared_task
def deliver_mail() -> int:
    """Send the e-mail that is waiting."""
    return rounds.send(timezone.now)
