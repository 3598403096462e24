from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from followups import delivery, reminders
from followups.actions import milestones, plans
from followups.reminders import digests


class Command(BaseCommand):
    """What the worker does, once, without Celery or Redis: for an operating system's timer beside beat."""

    help = "Lay out plans, flag what is overdue, send the e-mail that waits. Harmless beside a running worker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do all of it, and say how much it was."""
        now = timezone.now()
        laid_out = plans.lay_out_all(at=now) + milestones.lay_out_all(at=now)
        run = reminders.sweep(now)
        digested = digests.send_digests(now)
        sent = delivery.deliver(timezone.now)
        self.stdout.write(
            f"plans laid out: {laid_out}, flagged: {run.flagged}, bundled: {run.told}, "
            f"summaries: {digested}, sent: {sent}"
        )
