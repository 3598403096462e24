"""Giving a participant a peer, with everything that is planned for them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.actions import handover
from caseload.models import Assignment, Participant, PeerRequest
from followups.models import FollowUp, Reminder, Rung
from followups.models.followups import FollowUpQuerySet

KEEPERS = (Rung.KEEPER, Rung.AGAIN)


@transaction.atomic
def assign(
    *,
    participant: Participant,
    specialist: User,
    instead_of: UUID | None,
    by: User,
    at: datetime,
    answers: Iterable[PeerRequest] = (),
) -> Assignment:
    """Assign, and let the new specialist keep all that is still owed. Raises what handover.assign raises.

    `answers` are the wishes for another peer that `by` says this answers; the same peer again answers none.
    """
    assignment = handover.assign(participant=participant, specialist=specialist, instead_of=instead_of, by=by, at=at)
    standing = FollowUp.objects.standing().filter(participant=participant)
    pass_on_reminders(standing, specialist)
    # Told anew: the colleague has not heard of it yet. Who was told before has been told only once all the same.
    standing.update(owner=specialist, flagged_rung=0, flagged_at=None, unheard=False)
    if answers and specialist.pk != instead_of:
        asked = PeerRequest.objects.filter(pk__in=[wish.pk for wish in answers], participant=participant)
        answer_wishes(asked, _("Another peer walks with them now."), by, at)
    return assignment


def answer_wishes(wishes: QuerySet[PeerRequest], answer: str, by: User, at: datetime) -> None:
    """These wishes for another peer have come to their answer, if they still wait."""
    wishes.filter(answered_at=None).update(answered_at=at, answered_by=by, answer=answer)


def pass_on_reminders(standing: FollowUpQuerySet, specialist: User) -> None:
    """What was to be said to whoever kept these is said to the specialist; what was sent stays with who had it."""
    pending = Reminder.objects.filter(followup__in=standing, mailed_at=None, rung__in=KEEPERS)
    pending.filter(recipient=F("followup__owner")).exclude(
        followup__reminders__recipient=specialist,
    ).update(recipient=specialist)


def nobody_keeps(participants: list[object]) -> None:
    """What is owed to these participants belongs to nobody for the time being; call inside a deed.

    Told anew, so that the supervisors hear at once of what is due, and not only at their own rung.
    """
    FollowUp.objects.standing().filter(participant__in=participants).update(
        owner=None, flagged_rung=0, flagged_at=None, unheard=False
    )
