"""A team's settings, and what they mean for the dates that stand already."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions import teams
from accounts.models import Team, User
from caseload.models import Participant
from followups.actions.laying_out import why_moved
from followups.actions.plans import rests_until
from followups.calendar import Planned, WorkingCalendar, local_date, placed
from followups.models import CheckInPlan, DecidedBy, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.followups import CONTACT

PLACED = ["due_on", "why_here", "state", "set_aside", "closed_at", "closed_by", "closing_reason", "decided_by"]


@transaction.atomic
def save_team(*, team: Team, closed_days: Iterable[tuple[date, str]], by: User, at: datetime) -> Team:
    """Save a team's settings, and move what its rhythms have planned where closed days, weekdays or rule changed.

    Raises AlreadyThere where there is a team of that name.
    """
    before = where_dates_fall(team)
    saved = teams.save_team(team=team, closed_days=closed_days, by=by, at=at)
    if before is not None and where_dates_fall(team) != before:
        place_anew(team=Team.objects.prefetch_related("closed_days").get(pk=team.pk), by=by, at=at)
    return saved


def where_dates_fall(team: Team) -> tuple[WorkingCalendar, str] | None:
    """The stored calendar and rule; none for a team that is not stored yet."""
    stored = Team.objects.filter(pk=team.pk).prefetch_related("closed_days").first()
    return stored and (calendar_of(stored), stored.closed_day_rule)


def place_anew(*, team: Team, by: User, at: datetime) -> int:
    """Put the coming dates of the team's rhythms where its calendar has them now; returns how many changed.

    Only what a plan has laid out, from tomorrow on, and nobody has touched: a date that somebody chose stays. What
    lands on a day that has its contact already is set aside, and stands again once there is room.
    """
    today = local_date(at, team.time_zone)
    running = CheckInPlan.objects.running().filter(team=team)
    people = Participant.objects.filter(pk__in=running.values("participant"), is_active=True).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    rows = FollowUp.objects.filter(Q(state=State.OPEN) | Q(set_aside=True), plan__in=running, moved_at=None)
    rows = rows.filter(attempts=0, flagged_rung=0, due_on__gt=today, participant__in=people)
    rows = rows.select_related("plan").order_by("participant", "planned_on")
    theirs = {key: list(found) for key, found in groupby(rows, lambda row: row.participant_id)}
    # Whatever has planned it: somebody is in touch on that day already.
    others = FollowUp.objects.standing().filter(purpose__in=CONTACT, participant__in=theirs)
    taken = set(others.exclude(pk__in=[row.pk for row in rows]).values_list("participant", "due_on"))
    changed = []
    for found in theirs.values():
        resting = rests_until(found[0].plan) if any(row.set_aside for row in found) else None
        for row in found:
            if resting is None or row.planned_on > resting:
                changed += place_one(row, team, today, taken, by, at)
    FollowUp.objects.bulk_update(changed, PLACED, batch_size=500)
    # Dates that shared a day may stand apart now: the worker lays them out with its next round.
    running.update(planned_until=None)
    return len(changed)


def place_one(
    row: FollowUp, team: Team, today: date, taken: set[tuple[object, date]], by: User, at: datetime
) -> list[FollowUp]:
    """Give one its day, unless that has its contact already; the row, where that changes it."""
    before = row.due_on, row.set_aside
    row.due_on = placed(row.planned_on, calendar=calendar_of(team), rule=team.closed_day_rule, today=today)
    row.set_aside = (row.participant_id, row.due_on) in taken
    taken.add((row.participant_id, row.due_on))
    row.why_here = why_moved(Planned(row.planned_on, row.due_on))
    if (row.due_on, row.set_aside) == before:
        return []
    if row.set_aside:
        row.state, row.closed_at, row.closed_by = State.NOT_NEEDED, at, by
        row.decided_by, row.closing_reason = DecidedBy.SUPERVISOR, _("The days on which the team is closed changed.")
    else:
        row.state, row.closed_at, row.closed_by = State.OPEN, None, None
        row.decided_by = row.closing_reason = ""
    return [row]
