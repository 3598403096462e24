"""Keeping the list of words that label people."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from accounts.actions.events import note
from accounts.ids import new_id
from accounts.known import saving
from accounts.models import User
from caseload.models import WordHint


@transaction.atomic
def save_hints(*, changed: Iterable[WordHint], new: WordHint | None, by: User, at: datetime) -> None:
    """Save what was reworded or put out of use, and one more; codes stay.

    Two may change places, and one may take the word another leaves. Raises AlreadyThere, with the hint whose word
    another keeps.
    """
    # All of them, in order: two lists that are saved at once would wait for each other's words.
    listed = WordHint.objects.select_for_update(no_key=True).order_by("pk")
    before = dict(listed.values_list("pk", "avoid"))
    changed = list(changed)
    reworded = [hint.pk for hint in changed if hint.avoid != before.get(hint.pk)]
    # The rule is looked at with each row, so all make room first; no word begins with a line.
    WordHint.objects.filter(pk__in=reworded).update(avoid=Concat(Value("\n"), "code"))
    for hint in changed:
        with saving(hint):
            hint.save()
    if new is not None:
        new.code = f"own-{new_id().hex[-12:]}"
        with saving(new):
            new.save(force_insert=True)
    note("word_hints_saved", subject=by, by=by, at=at)
