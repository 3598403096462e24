"""Taking somebody in, with a first check-in from the first minute."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.ids import new_id
from accounts.models import User
from caseload.actions import enrolment
from caseload.models import Participant, PhoneNumber, Quotation
from followups.actions import handing_on, planning


@transaction.atomic
def take_in(
    *,
    participant: Participant,
    phones: Iterable[PhoneNumber],
    words: Iterable[Quotation],
    specialist: User | None,
    contact: planning.NextContact,
    on: date,
    by: User,
    at: datetime,
) -> Participant:
    """Enrol, plan the first check-in, and let a specialist walk with them; without one they wait for a peer.

    The same intake form sent again (same id and name) returns the participant taken in the first time; with
    another name it is somebody else, written on a page gone back to.
    Raises what handover.assign raises.
    """
    # Two clicks of one person follow each other, so that the second finds what the first saved.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    known = Participant.objects.filter(pk=participant.pk).first()
    if known is not None:
        if (known.created_by_id, known.name_used) == (by.pk, participant.name_used):
            return known
        participant.pk = new_id()
    enrolment.enrol(participant=participant, phones=phones, words=words, on=on, by=by, at=at)
    planning.schedule(participant=participant, contact=contact, by=by, at=at)
    if specialist is not None:
        handing_on.assign(participant=participant, specialist=specialist, instead_of=None, by=by, at=at)
    return participant
