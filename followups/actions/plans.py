"""Agreeing on a rhythm, and laying out its follow-ups ahead of time."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Assignment, Participant
from followups.calendar import DAY, FAR, local_date
from followups.models import CheckInPlan, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.followups import STANDING, DecidedBy

# Follow-ups exist at least this far ahead, so that people and colleagues can see what is coming.
AHEAD = timedelta(days=28)


class NotWithUs(Exception):
    """The participant's services have ended; a plan needs an open episode."""


@transaction.atomic
def agree(*, plan: CheckInPlan, participant: Participant, by: User, at: datetime) -> CheckInPlan:
    """Put a new rhythm in place of the old one, and lay out its first weeks.

    What the old plan had planned from today on and nobody has touched is closed as decided
    together; what is overdue stays owed. Raises NotWithUs where services have ended.
    """
    participant = (
        Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=participant.pk)
    )
    if not participant.is_active:
        raise NotWithUs
    running = CheckInPlan.objects.running().filter(participant=participant).first()
    if running is not None and running.rhythm == plan.rhythm:
        return running  # a second press; the dates stand already
    if running is not None:
        end(plan=running, by=by, at=at)
    plan.participant, plan.team = participant, participant.team
    plan.created_by, plan.created_at = by, at
    plan.save()
    lay_out(plan=plan, at=at)
    note("plan_agreed", subject=plan, by=by, at=at, kind=plan.kind)
    return plan


@transaction.atomic
def end(*, plan: CheckInPlan, by: User, at: datetime) -> None:
    """End a rhythm and close what it had planned from today on, where nobody has tried yet."""
    participant = Participant.objects.select_for_update(no_key=True).get(pk=plan.participant_id)
    plan.ended_at = at
    plan.save(update_fields=["ended_at"])
    today = local_date(at, plan.team.time_zone)
    coming = FollowUp.objects.filter(plan=plan, participant=participant, state=State.OPEN, attempts=0)
    coming.filter(due_on__gte=today).update(
        state=State.NOT_NEEDED,
        closed_at=at,
        closed_by=by,
        closing_reason="The check-in plan was changed.",
        decided_by=DecidedBy.TOGETHER,
    )
    note("plan_ended", subject=plan, by=by, at=at)


def lay_out(*, plan: CheckInPlan, at: datetime) -> int:
    """Create the plan's follow-ups from today to four weeks ahead, at the least the next one. Returns how many.

    May run twice and at once: a date of a plan exists once by constraint. Dates on closed days move
    by the team's rule; two dates that land on the same day become one.
    """
    team = plan.team
    today = local_date(at, team.time_zone)
    calendar = calendar_of(team)
    after = max(plan.planned_until or plan.starts_on - DAY, today - DAY)
    until = max(today + AHEAD, plan.planned_until or today)
    dates = list(plan.rhythm.dates(after, until)) or next_date_only(plan, after, today)
    # Of any plan: an earlier one leaves standing what somebody has tried on already.
    planned = FollowUp.objects.standing().filter(participant=plan.participant_id, plan__isnull=False)
    taken = set(planned.values_list("due_on", flat=True))
    owner = Assignment.objects.current().filter(participant=plan.participant_id).values_list("specialist", flat=True)
    owner_id = owner.first()
    rows = []
    for on in dates:
        due_on = max(calendar.move(on, team.closed_day_rule), today)
        if due_on in taken:
            continue
        taken.add(due_on)
        rows.append(
            FollowUp(
                team=team,
                participant_id=plan.participant_id,
                owner_id=owner_id,
                plan=plan,
                due_on=due_on,
                planned_on=on,
                created_at=at,
            )
        )
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    plan.planned_until = max([until, *dates])
    plan.save(update_fields=["planned_until"])
    return len(rows)


def next_date_only(plan: CheckInPlan, after: date, today: date) -> list[date]:
    """The first date of a slow rhythm, where it lies further ahead than we lay out."""
    if FollowUp.objects.filter(plan=plan, state__in=STANDING, due_on__gte=today).exists():
        return []
    coming = plan.rhythm.dates(after, after + FAR)
    return [first] if (first := next(coming, None)) else []


def lay_out_all(*, at: datetime, batch: int = 200) -> int:
    """Lay out every running plan whose bookmark is too near; each plan is a transaction of its own."""
    total = 0
    soon = at.date() + AHEAD
    waiting = CheckInPlan.objects.running().filter(participant__is_active=True)
    while True:
        keys = list(
            waiting.exclude(planned_until__gte=soon)
            .order_by("planned_until", "pk")
            .values_list("pk", flat=True)[:batch]
        )
        done = sum(1 for key in keys if lay_out_one(key, at))
        total += done
        if len(keys) < batch or done == 0:
            return total


@transaction.atomic
def lay_out_one(key: object, at: datetime) -> bool:
    """Lay out one plan unless another worker holds it; True when its bookmark moved on."""
    plan = CheckInPlan.objects.running().filter(pk=key).select_for_update(skip_locked=True, of=("self",)).first()
    if plan is None:
        return False
    before = plan.planned_until
    lay_out(plan=plan, at=at)
    return plan.planned_until != before


def next_follow_up(*, participant: Participant, after: date, at: datetime) -> FollowUp | None:
    """The running plan's first standing follow-up later than `after` (a local day), laid out now if need be."""
    plan = CheckInPlan.objects.running().filter(participant=participant).select_related("team").first()
    if plan is None:
        return None
    coming = FollowUp.objects.filter(plan=plan, state__in=STANDING, due_on__gt=after).order_by("due_on")
    found = coming.first()
    if found is None:
        lay_out(plan=plan, at=at)
        found = coming.first()
    return found
