"""What a team's ladder means for what stands today: how many follow-ups belong on which rung."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, Count, IntegerField, Value, When

from accounts.models import Team
from followups.calendar import local_date
from followups.models.calendars import calendar_of
from followups.models.followups import FollowUp
from followups.models.reminders import Rung

RUNGS = (Rung.KEEPER, Rung.AGAIN, Rung.SUPERVISOR, Rung.ANYONE)


def effect(team: Team, at: datetime, closed: Iterable[date] | None = None) -> dict[Rung, int]:
    """How many standing follow-ups of a team have reached each rung by these rules, saved or not.

    `closed` are the team's own closed days where they are not saved yet. Numbers only: an administrator may look
    at them. One query, and one for the closed days that are saved.
    """
    today, calendar = local_date(at, team.time_zone), calendar_of(team, closed)
    reached = [
        (Rung.ANYONE, calendar.due_before(today, team.anyone_after_days)),
        (Rung.SUPERVISOR, calendar.due_before(today, team.supervisor_after_days)),
        (Rung.AGAIN, calendar.due_before(today, team.again_after_days)),
    ]
    rung = Case(
        *(When(due_on__lte=day, then=Value(int(rung))) for rung, day in reached),
        default=Value(int(Rung.KEEPER)),
        output_field=IntegerField(),
    )
    standing = FollowUp.objects.standing().filter(team=team.pk, due_on__lte=today)
    counted = dict(standing.values_list(rung).annotate(number=Count("pk")).order_by())
    return {rung: counted.get(rung, 0) for rung in RUNGS}


def unheard(teams: list[object]) -> dict[object, int]:
    """How many escalations of those teams nobody could receive. One query, on an index of just these rows."""
    rows = FollowUp.objects.standing().filter(unheard=True, team__in=teams)
    return dict(rows.values_list("team").annotate(number=Count("pk")).order_by())
