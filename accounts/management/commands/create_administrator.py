from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actions import people
from accounts.models import Role


class Command(BaseCommand):
    """Invite the first administrator of a new installation."""

    help = "Invite an administrator; the link to set a password is printed and sent by e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite, and print the link, because mail may not be set up yet."""
        now = timezone.now()
        try:
            user = people.invite(email=options["email"], places=[(Role.ADMINISTRATOR, None)], by=None, at=now)
        except people.AddressInUse:
            raise CommandError("There is an account for this address already.") from None
        self.stdout.write(people.link_of(user.invitations.get()))
