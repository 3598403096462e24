"""A colleague leaves or changes role: nobody they walk with is forgotten, and nothing they kept is lost."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from accounts.actions import cover, people
from accounts.models import Membership, Role, User
from caseload.actions import handover
from caseload.models import Assignment
from caseload.models.assignments import AssignmentEnd
from followups.actions import handing_on
from followups.models import FollowUp


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> int:
    """Close the account, end its sign-ins, and let its people wait for a peer: all or nothing. Returns how many.

    History stays as it is. Raises people.LastAdministrator.
    """
    user = people.close_account(user=user, by=by, at=at)
    waiting = handover.release_all(specialist=user, reason=AssignmentEnd.COLLEAGUE_LEFT, by=by, at=at)
    handing_on.nobody_keeps(waiting)
    give_back(user)
    cover.end_unfit(user=user, by=by, at=at)
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
    give_back(user)
    cover.end_unfit(user=user, by=by, at=at)
    return len(waiting)


def give_back(user: User) -> None:
    """What somebody kept for others' people and may no longer see goes back to who walks with them, told anew."""
    supervises = Membership.objects.filter(user=user, role=Role.SUPERVISOR, user__is_active=True).values("team")
    walks_with = Assignment.objects.current().filter(specialist=user, specialist__is_active=True).values("participant")
    unseen = FollowUp.objects.standing().filter(~Q(team__in=supervises) & ~Q(participant__in=walks_with), owner=user)
    specialist = Assignment.objects.current().filter(participant=OuterRef("participant")).values("specialist")
    unseen.update(owner=Subquery(specialist[:1]), flagged_rung=0, flagged_at=None, unheard=False)
