"""Standing in for a colleague."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.actions.events import note
from accounts.models import Cover, Membership, Role, Team, User


class CannotStandIn(Exception):
    """The absent colleague does not hold the role, or the other may not be lent it, or not by this person."""


class StandsInAlready(Exception):
    """The same colleague stands in for the same one on some of these days."""


@transaction.atomic
def stand_in(
    *,
    team: Team,
    absent: User,
    cover: User,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
    role: str = Role.SPECIALIST,
) -> Cover:
    """Let `cover` see and keep what `absent` keeps in the team, from moment to moment.

    Raises CannotStandIn; StandsInAlready where the same two have some of these days already, as ending the one cover
    would leave the other.

    For a peer specialist another one of the team stands in; for a supervisor any supervisor or a peer
    specialist of the team. A supervisor's role is lent only by who holds it: whoever stands in could else
    stay for as long as they like.
    """
    if role == Role.SUPERVISOR and not holds(by, team, role):
        raise CannotStandIn
    # Their rows, in one order: an account that is closed at this moment waits, or is seen as closed.
    people = User.objects.select_for_update(no_key=True).filter(pk__in=[absent.pk, cover.pk], is_active=True)
    if len(people.order_by("pk")) != 2 or not holds(absent, team, role) or not may_be_lent(cover, team, role):
        raise CannotStandIn
    pair = Cover.objects.filter(team=team, role=role, absent=absent, cover=cover)
    known = pair.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at").first()
    if known is not None:
        if (known.starts_at, known.ends_at) != (starts_at, ends_at):
            raise StandsInAlready
        return known
    row = Cover.objects.create(
        team=team, role=role, absent=absent, cover=cover, starts_at=starts_at, ends_at=ends_at, created_by=by
    )
    note("cover_begun", subject=row, team_id=team.pk, by=by, at=at)
    return row


def holds(user: User, team: Team, role: str) -> bool:
    """Whether somebody has that role in the team."""
    return Membership.objects.filter(user=user, team=team, role=role).exists()


def may_be_lent(user: User, team: Team, role: str) -> bool:
    """Whether somebody may stand in with that role in the team."""
    if role == Role.SUPERVISOR:
        supervises = Membership.objects.filter(user=user, role=Role.SUPERVISOR).exists()
        return supervises or holds(user, team, Role.SPECIALIST)
    return holds(user, team, role)


@transaction.atomic
def end(*, cover: Cover, by: User, at: datetime) -> None:
    """End it now; one that has not begun is taken away. Ending twice changes nothing."""
    row = Cover.objects.select_for_update().filter(pk=cover.pk).first()
    if row is None:
        return
    note("cover_ended", subject=row, team_id=row.team_id, by=by, at=at)
    if row.starts_at >= at:
        row.delete()
    elif row.ends_at > at:
        row.ends_at = at
        row.save(update_fields=["ends_at"])


def end_unfit(*, user: User, by: User, at: datetime) -> None:
    """End what somebody who leaves or changed roles may no longer do for others, and lends no more to others."""
    rows = Cover.objects.filter(Q(cover=user) | Q(absent=user), ends_at__gt=at).select_related("team")
    for row in rows:
        fits = may_be_lent(user, row.team, row.role) if row.cover_id == user.pk else holds(user, row.team, row.role)
        if not user.is_active or not fits:
            end(cover=row, by=by, at=at)
