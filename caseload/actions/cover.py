"""Standing in for a colleague."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import Membership, Role, Team, User
from caseload.models import Cover


class NotOfTheTeam(Exception):
    """One of the two is not an active peer specialist of the team."""


@transaction.atomic
def stand_in(
    *, team: Team, absent: User, cover: User, starts_at: datetime, ends_at: datetime, by: User, at: datetime
) -> Cover:
    """Let `cover` see and keep what `absent` keeps in the team, from moment to moment. Raises NotOfTheTeam."""
    members = Membership.objects.filter(team=team, role=Role.SPECIALIST, user__in=[absent, cover], user__is_active=True)
    if members.count() != 2:
        raise NotOfTheTeam
    same = Cover.objects.filter(team=team, absent=absent, cover=cover, starts_at=starts_at, ends_at=ends_at).first()
    if same is not None:
        return same
    row = Cover.objects.create(
        team=team, absent=absent, cover=cover, starts_at=starts_at, ends_at=ends_at, created_by=by
    )
    note("cover_begun", subject=row, by=by, at=at)
    return row


@transaction.atomic
def end(*, cover: Cover, by: User, at: datetime) -> None:
    """End it now; one that has not begun is taken away."""
    cover = Cover.objects.select_for_update().get(pk=cover.pk)
    note("cover_ended", subject=cover, by=by, at=at)
    if cover.starts_at >= at:
        cover.delete()
    elif cover.ends_at > at:
        cover.ends_at = at
        cover.save(update_fields=["ends_at"])
