import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from demo.generator import Generator


class Command(BaseCommand):
    """Load made-up people once; with people in the database already it does nothing."""

    help = "Load demo data once. The password of all accounts comes from DEMO_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        """Size and seed."""
        parser.add_argument("--people", type=int, default=150)
        parser.add_argument("--seed", type=int, default=7)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing, so that a start that was cut off begins anew."""
        if User.objects.exists():
            return
        Generator(
            people=options["people"],
            seed=options["seed"],
            now=timezone.now(),
            password=os.environ.get("DEMO_PASSWORD"),
        ).run()
        self.stdout.write(f"Demo data for {options['people']} made-up participants is loaded.")
