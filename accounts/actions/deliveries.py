"""Trying once more what could not be delivered. The text is gone by then, so it is written anew."""

import enum
from datetime import datetime

from django.db import transaction

from accounts.actions import people
from accounts.actions.events import note
from accounts.models import OutgoingEmail, User
from accounts.models.outbox import EmailKind, EmailState


class Again(enum.Enum):
    """What became of another try."""

    ON_ITS_WAY = "on its way"
    NOT_NEEDED = "not needed any more"
    CANNOT = "cannot be sent again"


@transaction.atomic
def try_again(*, message: OutgoingEmail, by: User, at: datetime) -> Again:
    """For an invitation send a fresh link; a link for a new password only its owner can ask for.

    Reminders are followups.actions.deliveries'.
    """
    if message.kind != EmailKind.INVITATION:
        return Again.CANNOT
    if not still_given_up(message):
        return Again.NOT_NEEDED
    same = OutgoingEmail.objects.filter(recipient=message.recipient_id, kind=message.kind, state=EmailState.STOPPED)
    same.update(state=EmailState.CANCELLED)
    note("mail_tried_again", subject=message, by=by, at=at, kind=message.kind)
    try:
        people.invite_again(user=message.recipient, by=by, at=at)
    except people.NotInvited:
        return Again.NOT_NEEDED
    return Again.ON_ITS_WAY


def still_given_up(message: OutgoingEmail) -> bool:
    """Lock the message; False where somebody was quicker."""
    return OutgoingEmail.objects.select_for_update().filter(pk=message.pk, state=EmailState.STOPPED).exists()
