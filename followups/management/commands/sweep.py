import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followups import rounds

log = logging.getLogger(__name__)

# What is due comes first: nothing that takes long or goes wrong after it may hold it up.
ROUNDS = {
    "flagged": rounds.tell,
    "laid out": rounds.lay_out,
    "summaries": rounds.summarise,
    "sent": rounds.send,
}


class Command(BaseCommand):
    """What the worker does, once, without Celery or Redis: for an operating system's timer beside beat."""

    help = "Flag what is overdue, lay out plans, send the e-mail that waits. Harmless beside a running worker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do all of it, each whatever becomes of the others, and say how much it was."""
        counts, ended_early = {}, []
        for name, work in ROUNDS.items():
            try:
                counts[name] = work(timezone.now)
            except Exception:
                log.exception("the round “%s” ended early", name)
                ended_early.append(name)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
        if ended_early:
            raise CommandError(f"Ended early, the log says why: {', '.join(ended_early)}.")
