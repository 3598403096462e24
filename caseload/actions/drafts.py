"""Keeping what somebody types until it is saved or dropped."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from caseload.models import Participant, Session, SessionDraft


@transaction.atomic
def keep(
    *, participant: Participant, fields: dict[str, list[str]], form_token: UUID, by: User, at: datetime
) -> SessionDraft | None:
    """Keep the fields of one session form, in place of what was kept before.

    None where this form has been saved as a session already: a late autosave must not bring it back.
    """
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    if Session.objects.filter(form_token=form_token).exists():
        return None
    draft, _created = SessionDraft.objects.update_or_create(
        author=by,
        participant=participant,
        defaults={"fields": fields, "form_token": form_token, "updated_at": at},
    )
    return draft


def drop(*, participant: Participant, by: User) -> None:
    """Forget what this person had typed about that participant."""
    SessionDraft.objects.filter(author=by, participant=participant).delete()
