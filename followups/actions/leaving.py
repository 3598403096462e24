"""A colleague leaves or changes role: nobody they walk with is forgotten."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.actions import people
from accounts.models import User
from caseload.actions import handover
from caseload.models.assignments import AssignmentEnd
from followups.actions import handing_on
from followups.models import FollowUp


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> int:
    """Close the account, end its sign-ins, and let its people wait for a peer: all or nothing. Returns how many.

    History stays as it is. Raises people.LastAdministrator.
    """
    people.close_account(user=user, by=by, at=at)
    waiting = handover.release_all(specialist=user, reason=AssignmentEnd.COLLEAGUE_LEFT, by=by, at=at)
    handing_on.nobody_keeps(waiting)
    # Single follow-ups they had taken over for somebody else's people.
    FollowUp.objects.standing().filter(owner=user).update(owner=None)
    return len(waiting)


@transaction.atomic
def change_memberships(*, user: User, places: Iterable[people.Place], by: User, at: datetime) -> int:
    """Change roles; participants of a team in which they are no longer a specialist wait for a peer. Returns how many.

    Raises people.LastAdministrator.
    """
    left = people.set_memberships(user=user, places=places, by=by, at=at)
    waiting = (
        handover.release_all(specialist=user, reason=AssignmentEnd.BACK_TO_WAITING, by=by, at=at, teams=left)
        if left
        else []
    )
    handing_on.nobody_keeps(waiting)
    return len(waiting)
