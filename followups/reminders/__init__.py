"""The sweep: flag what is due, tell whom it concerns, leave a heartbeat. May run twice, at once, or late."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from followups.models import SweepRun
from followups.reminders.bundling import bundle_emails
from followups.reminders.flagging import flag
from followups.reminders.rules import listeners_now, rules_at

__all__ = ["sweep"]

KEEP_RUNS = timedelta(days=14)


def sweep(at: datetime) -> SweepRun:
    """One run; its row says when it began and, unless it was cut off, when it came to its end."""
    run = SweepRun.objects.create(started_at=at)
    rules = rules_at(at)
    run.flagged = flag(rules, listeners_now(), at)
    run.told = bundle_emails(rules, at)
    SweepRun.objects.filter(pk=run.pk).update(finished_at=Now(), flagged=run.flagged, told=run.told)
    SweepRun.objects.filter(started_at__lt=at - KEEP_RUNS).delete()
    return run
