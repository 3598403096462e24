"""The supervisor's board, its list, and who else is to be thought of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import supervised_teams
from accounts.models import Membership, Role, User
from accounts.prepared import prepared
from caseload.models import Participant
from caseload.models.participants import ParticipantQuerySet
from followups.models import board
from followups.models.followups import FollowUpQuerySet
from followups.models.gaps import without_next_step

PAGE = 50
SHORT = 20
# What a line of the list shows.
LINE_SHOWN = (
    *("purpose", "what", "state", "due_on", "attempts", "why_here", "discussed_at", "moved_at", "team__time_zone"),
    *("participant__name_used", "participant__last_contact_at", "owner__name", "owner__email", "moved_by__name"),
    *("moved_by__email", "came_from__state", "came_from__closed_at", "came_from__closing_reason"),
    *("came_from__decided_by", "came_from__due_on"),
)


@prepared
def supervisors(user: User) -> QuerySet[Membership]:
    """Who supervises the same teams."""
    return Membership.objects.active_in(supervised_teams(user), Role.SUPERVISOR)


@prepared
def by_colleague(user: User, now: datetime, team: UUID | None) -> QuerySet[Any, Any]:
    """The board's numbers."""
    return board.counted(board.of_team(board.overdue_for(user, now), team), now)


@prepared
def listed(
    user: User,
    now: datetime,
    team: UUID | None,
    who: UUID | str,
    age: str,
    weight: int | None,
    due_on: date | None,
    pk: UUID | None,
) -> FollowUpQuerySet:
    """One page of the list from that place on, and one more to know whether there is more."""
    overdue = board.chosen(board.overdue_for(user, now), team, who, age, now)
    lines = board.listed(overdue, now).with_stand_in().only(*LINE_SHOWN)
    return board.after(lines, weight, due_on, pk)[: PAGE + 1]


def of_my_teams(user: User) -> ParticipantQuerySet:
    """The people of the teams they supervise."""
    return Participant.objects.visible_to(user).filter(team__in=supervised_teams(user))


@prepared
def waiting(user: User) -> ParticipantQuerySet:
    """Who waits for a peer, one more than is shown."""
    people = Participant.objects.visible_to(user).unassigned(supervised_teams(user))
    return people.order_by("created_at", "pk")[: SHORT + 1]


@prepared
def silent(user: User, now: datetime) -> ParticipantQuerySet:
    """Of whom nobody has heard, one more than is shown."""
    return of_my_teams(user).silent(now).with_specialist()[: SHORT + 1]


@prepared
def left_without(user: User) -> ParticipantQuerySet:
    """Who has nothing planned, one more than is shown."""
    return without_next_step(of_my_teams(user)).with_specialist().order_by("name_used", "pk")[: SHORT + 1]
