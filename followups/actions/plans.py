"""Agreeing on a rhythm, and laying out its follow-ups ahead of time."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Assignment, Participant
from followups.calendar import DAY, FAR, laid_out, local_date
from followups.models import CheckInPlan, CloserRhythm, DecidedBy, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion
from followups.models.followups import STANDING
from followups.poison import FAULTS_OF_A_ROW

log = logging.getLogger(__name__)

# Follow-ups exist at least this far ahead, so that people and colleagues can see what is coming.
AHEAD = timedelta(days=28)


class NotWithUs(Exception):
    """The participant's services have ended, or no plan runs."""


def lock_person(participant_id: object) -> Participant:
    """The participant's row with the team, locked but for its key, so that deeds about one person follow each other."""
    people = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    return people.get(pk=participant_id)


@transaction.atomic
def agree(*, plan: CheckInPlan, participant: Participant, by: User, at: datetime) -> CheckInPlan:
    """Put a new rhythm in place of the old one, and lay out its first weeks.

    What the old plan had planned from today on and nobody has touched is set aside; what is overdue
    stays owed. Raises NotWithUs where services have ended.
    """
    participant = lock_person(participant.pk)
    if not participant.is_active:
        raise NotWithUs
    running = CheckInPlan.objects.running().filter(participant=participant).first()
    if running is not None and running.rhythm == plan.rhythm:
        return running  # a second press; the dates stand already
    if running is not None:
        end(plan=running, by=by, at=at, decided_by=plan.agreed_by)
    plan.participant, plan.team = participant, participant.team
    plan.created_by, plan.created_at = by, at
    plan.save()
    lay_out(plan=plan, at=at)
    note("plan_agreed", subject=plan, by=by, at=at, kind=plan.kind, wished_by=plan.agreed_by)
    return plan


@transaction.atomic
def end(*, plan: CheckInPlan, by: User, at: datetime, decided_by: str = DecidedBy.TOGETHER) -> None:
    """End a rhythm and set aside what it had planned from today on. Ending twice changes nothing."""
    participant = lock_person(plan.participant_id)
    plan.refresh_from_db(fields=["ended_at", "paused_until"])
    if plan.ended_at is not None:
        return
    plan.ended_at = at
    plan.save(update_fields=["ended_at"])
    today = local_date(at, participant.team.time_zone)
    coming = untouched(participant, today).filter(plan=plan)
    set_aside(coming, reason=_("The check-in plan was changed."), decided_by=decided_by, by=by, at=at)
    note("plan_ended", subject=plan, by=by, at=at, wished_by=decided_by)


def untouched(participant: Participant, today: date) -> "FollowUp.objects":
    """What stands from today on and nobody has tried on yet."""
    return FollowUp.objects.filter(participant=participant, state=State.OPEN, attempts=0, due_on__gte=today)


def set_aside(followups: "FollowUp.objects", *, reason: str, decided_by: str, by: User, at: datetime) -> None:
    """Close follow-ups because the rhythm changed; they can be taken up again."""
    followups.update(
        state=State.NOT_NEEDED, set_aside=True, closed_at=at, closed_by=by, closing_reason=reason, decided_by=decided_by
    )


def take_up_again(*, plan: CheckInPlan, at: datetime) -> None:
    """After a pause or a closer rhythm was ended early: the plan's dates from tomorrow on stand again, none twice."""
    today = local_date(at, plan.team.time_zone)
    aside = FollowUp.objects.filter(plan=plan, set_aside=True, due_on__gt=max(today, rests_until(plan) or today))
    aside.update(state=State.OPEN, set_aside=False, closed_at=None, closed_by=None, closing_reason="", decided_by="")
    plan.planned_until = None
    lay_out(plan=plan, at=at)


def lay_out(*, plan: CheckInPlan, at: datetime, beyond: date | None = None) -> int:
    """Create the plan's follow-ups from today to four weeks ahead, at the least the next one. Returns how many.

    May run twice and at once: a date of a plan exists once by constraint. Dates on closed days move
    by the team's rule; two dates that land on the same day become one. `beyond`: also the first date after it.
    """
    team = plan.team
    today = local_date(at, team.time_zone)
    after = max(plan.planned_until or plan.starts_on - DAY, today - DAY, rests_until(plan) or today - DAY)
    until = max(today + AHEAD, plan.planned_until or today)
    dates = list(plan.rhythm.dates(after, until)) or next_date_only(plan, after, today)
    if beyond is not None and (not dates or dates[-1] <= beyond):
        dates += [on for on in first_of(plan, max(beyond, after)) if on not in dates]
    # Of any plan: an earlier one leaves standing what somebody has tried on already.
    planned = FollowUp.objects.standing().filter(participant=plan.participant_id, plan__isnull=False)
    owner = Assignment.objects.current().filter(participant=plan.participant_id).values_list("specialist", flat=True)
    owner_id, last = owner.first(), plan.rhythm.last
    rows = [
        FollowUp(
            team=team,
            participant_id=plan.participant_id,
            owner_id=owner_id,
            plan=plan,
            what=_("Ask whether they would like to go on") if one.planned_on == last else "",
            due_on=one.due_on,
            planned_on=one.planned_on,
            created_at=at,
        )
        for one in laid_out(
            iter(dates),
            calendar=calendar_of(team),
            rule=team.closed_day_rule,
            today=today,
            taken=set(planned.values_list("due_on", flat=True)),
        )
    ]
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    plan.planned_until = max([until, *dates])
    plan.save(update_fields=["planned_until"])
    return len(rows)


def rests_until(plan: CheckInPlan) -> date | None:
    """The last local day on which the plan rests: paused, or while a closer rhythm holds."""
    closer = CloserRhythm.objects.standing().filter(participant=plan.participant_id, occasion=Occasion.SETBACK)
    days = [plan.paused_until and plan.paused_until - DAY, closer.values_list("until", flat=True).first()]
    return max(filter(None, days), default=None)


def first_of(plan: CheckInPlan, after: date) -> list[date]:
    """The rhythm's first date after that day; none where it has come to its end."""
    return [first] if (first := next(plan.rhythm.dates(after, after + FAR), None)) else []


def next_date_only(plan: CheckInPlan, after: date, today: date) -> list[date]:
    """The first date of a slow rhythm, where it lies further ahead than we lay out."""
    if FollowUp.objects.filter(plan=plan, state__in=STANDING, due_on__gte=today).exists():
        return []
    return first_of(plan, after)


def preview(*, plan: CheckInPlan, today: date, count: int = 10) -> list[date]:
    """The next days on which a plan, saved or not, has us in touch. `plan.team` is set."""
    rest = rests_until(plan) if plan.participant_id else None
    after = max(today - DAY, rest or today - DAY)
    dates = plan.rhythm.dates(after, after + FAR * 2)
    days = laid_out(dates, calendar=calendar_of(plan.team), rule=plan.team.closed_day_rule, today=today)
    return [day.due_on for _number, day in zip(range(count), days, strict=False)]


def lay_out_all(*, at: datetime, batch: int = 200) -> int:
    """Lay out every running plan whose bookmark is too near; each plan is a transaction of its own."""
    total, broken = 0, []
    # A day early everywhere west of UTC: laying out looks at the team's own day.
    soon = at.date() + AHEAD - DAY
    waiting = CheckInPlan.objects.running().filter(participant__is_active=True)
    while True:
        keys = list(
            waiting.exclude(planned_until__gte=soon)
            .exclude(pk__in=broken)
            .order_by("planned_until", "pk")
            .values_list("pk", flat=True)[:batch]
        )
        done = sum(1 for key in keys if laid_out_or_left(key, at, broken))
        total += done
        if len(keys) < batch or done == 0:
            return total


def laid_out_or_left(key: object, at: datetime, broken: list[object]) -> bool:
    """Lay out one plan; one that cannot be is noted and left, so that it does not stop the others."""
    try:
        return lay_out_one(key, at)
    except FAULTS_OF_A_ROW as error:
        log.error("plan %s cannot be laid out: %s", key, type(error).__name__)
        broken.append(key)
        return True


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
        lay_out(plan=plan, at=at, beyond=after)
        found = coming.first()
    return found
