"""Keeping a team's settings."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.known import saving
from accounts.models import Team, TeamClosedDay, User


@transaction.atomic
def save_team(*, team: Team, closed_days: Iterable[tuple[date, str]], by: User, at: datetime) -> Team:
    """Save a team with its own closed days in place of the old ones; holds from the next request.

    Raises AlreadyThere where there is a team of that name.
    """
    with saving(team):
        team.save()
    team.closed_days.all().delete()
    TeamClosedDay.objects.bulk_create(
        TeamClosedDay(team=team, on=on, name=name) for on, name in dict(closed_days).items()
    )
    note("team_saved", subject=team, team_id=team.pk, by=by, at=at)
    return team
