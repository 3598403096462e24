"""A colleague leaves or changes role: nobody they walk with is forgotten, and nothing they kept is lost."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from accounts.access import supervised_teams
from accounts.actions import cover, people
from accounts.models import Membership, Role, User
from caseload.actions import handover
from caseload.models import Assignment
from caseload.models.assignments import AssignmentEnd
from followups.actions import handing_on
from followups.models import FollowUp, Rung


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> int:
    """Close the account, end its sign-ins, and let its people wait for a peer: all or nothing. Returns how many.

    History stays as it is. Raises people.LastAdministrator.
    """
    supervised = teams_supervised(user)
    user = people.close_account(user=user, by=by, at=at)
    waiting = handover.release_all(specialist=user, reason=AssignmentEnd.COLLEAGUE_LEFT, by=by, at=at)
    handing_on.nobody_keeps(waiting)
    give_back(user)
    cover.end_unfit(user=user, by=by, at=at)
    tell_successors(supervised - teams_supervised(user))
    return len(waiting)


@transaction.atomic
def change_memberships(*, user: User, places: Iterable[people.Place], by: User, at: datetime) -> int:
    """Change roles; participants of a team in which they are no longer a specialist wait for a peer. Returns how many.

    Raises people.LastAdministrator.
    """
    supervised = teams_supervised(user)
    left = people.set_memberships(user=user, places=places, by=by, at=at)
    waiting = (
        handover.release_all(specialist=user, reason=AssignmentEnd.BACK_TO_WAITING, by=by, at=at, teams=left)
        if left
        else []
    )
    handing_on.nobody_keeps(waiting)
    give_back(user)
    cover.end_unfit(user=user, by=by, at=at)
    tell_successors(supervised - teams_supervised(user))
    return len(waiting)


def teams_supervised(user: User) -> set[UUID]:
    """The teams somebody supervises at this moment of the deed, also those in which they stand in."""
    return set(supervised_teams(User.objects.get(pk=user.pk)))


def tell_successors(teams: set[UUID]) -> None:
    """What has reached the supervisor climbs that rung anew where one has left: perhaps nobody else was told.

    Who was told already is not told twice; where nobody is left, that shows.
    """
    escalated = FollowUp.objects.standing().filter(team__in=teams, flagged_rung__gte=Rung.SUPERVISOR)
    escalated.update(flagged_rung=Rung.AGAIN)


def give_back(user: User) -> None:
    """What somebody kept for others' people and may no longer see goes back to who walks with them, told anew."""
    supervises = Membership.objects.filter(user=user, role=Role.SUPERVISOR, user__is_active=True).values("team")
    walks_with = Assignment.objects.current().filter(specialist=user, specialist__is_active=True).values("participant")
    unseen = FollowUp.objects.standing().filter(~Q(team__in=supervises) & ~Q(participant__in=walks_with), owner=user)
    specialist = Assignment.objects.current().filter(participant=OuterRef("participant")).values("specialist")
    unseen.update(owner=Subquery(specialist[:1]), flagged_rung=0, flagged_at=None, unheard=False)
