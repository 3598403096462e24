"""Giving a participant a peer, with everything that is planned for them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from caseload.actions import handover
from caseload.models import Assignment, Participant
from followups.models import FollowUp


@transaction.atomic
def assign(
    *, participant: Participant, specialist: User, instead_of: UUID | None, by: User, at: datetime
) -> Assignment:
    """Assign, and let the new specialist keep all that is still owed. Raises what handover.assign raises."""
    assignment = handover.assign(participant=participant, specialist=specialist, instead_of=instead_of, by=by, at=at)
    FollowUp.objects.standing().filter(participant=participant).update(owner=specialist)
    return assignment


def nobody_keeps(participants: list[object]) -> None:
    """What is owed to these participants belongs to nobody for the time being; call inside a deed."""
    FollowUp.objects.standing().filter(participant__in=participants).update(owner=None)
