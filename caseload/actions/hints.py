"""Keeping the list of words that label people."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.ids import new_id
from accounts.models import User
from caseload.models import WordHint


@transaction.atomic
def save_hints(*, changed: Iterable[WordHint], new: WordHint | None, by: User, at: datetime) -> None:
    """Save what was reworded or put out of use, and one more; codes stay."""
    for hint in changed:
        hint.save()
    if new is not None:
        new.code = f"own-{new_id().hex[-12:]}"
        new.save(force_insert=True)
    note("word_hints_saved", subject=by, by=by, at=at)
