"""What stands ready for a hard moment: short things to remember, and numbers to call."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import CrisisContact, Prompt


@transaction.atomic
def save_lists(*, prompts: Iterable[Prompt], contacts: Iterable[CrisisContact], by: User, at: datetime) -> None:
    """Save what was changed of both lists; codes stay."""
    for row in (*prompts, *contacts):
        row.save()
    note("hard_days_saved", subject=by, by=by, at=at)
