"""Trying once more what could not be delivered, reminders included."""

from datetime import datetime

from django.db import transaction

from accounts.actions import deliveries
from accounts.actions.deliveries import Again
from accounts.actions.events import note
from accounts.models import OutgoingEmail, User
from accounts.models.outbox import EmailKind, EmailState
from followups.models import Reminder


@transaction.atomic
def try_again(*, message: OutgoingEmail, by: User, at: datetime) -> Again:
    """Put back the reminders it carried, so that the next sweep writes a new one; other mail goes its own way.

    Pressing twice sends once: the message leaves the list of those given up.
    """
    if message.kind != EmailKind.REMINDER:
        return deliveries.try_again(message=message, by=by, at=at)
    if not deliveries.still_given_up(message):
        return Again.NOT_NEEDED
    OutgoingEmail.objects.filter(pk=message.pk).update(state=EmailState.CANCELLED)
    note("mail_tried_again", subject=message, by=by, at=at, kind=message.kind)
    if not message.recipient.is_active:
        return Again.NOT_NEEDED
    owed = Reminder.objects.visible_to(message.recipient).needed().filter(email=message)
    put_back = owed.update(mailed_at=None, email=None)
    return Again.ON_ITS_WAY if put_back else Again.NOT_NEEDED
