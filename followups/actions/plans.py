"""Agreeing on a rhythm, ending it, and laying out all of them ahead of time."""

import logging
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions.laying_out import AHEAD, OPENED, contact_days, first_day_of, free_day, lay_out, rests_until
from followups.calendar import DAY, FAR, laid_out, local_date
from followups.models import CheckInPlan, CloserRhythm, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.followups import STANDING, FollowUpQuerySet
from followups.models.gaps import back_on
from followups.poison import FAULTS_OF_A_ROW

log = logging.getLogger(__name__)


class NotWithUs(Exception):
    """The participant's services have ended, or no plan runs."""


def lock_person(participant_id: object) -> Participant:
    """The participant's row with the team, locked but for its key, so that deeds about one person follow each other."""
    people = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    return people.get(pk=participant_id)


def lock_running(participant: Participant) -> CheckInPlan | None:
    """The rhythm that holds, locked: the worker, which locks it too, lays nothing out under a deed that changes it."""
    running = CheckInPlan.objects.running().filter(participant=participant).select_related("team")
    return running.select_for_update(no_key=True, of=("self",)).first()


@transaction.atomic
def agree(*, plan: CheckInPlan, participant: Participant, by: User, at: datetime) -> CheckInPlan:
    """Put a new rhythm in place of the old one, and lay out its first weeks. A pause still ahead holds for it too.

    What the old plan had planned from today on and nobody has touched is set aside; what is overdue
    stays owed. The same rhythm agreed on again keeps its dates, and whose wish it was last.
    Raises NotWithUs where services have ended.
    """
    participant = lock_person(participant.pk)
    if not participant.is_active:
        raise NotWithUs
    running = lock_running(participant)
    if running is not None and running.rhythm == plan.rhythm:
        keep_wish(running, plan.agreed_by, by, at)
        return running  # a second press; the dates stand already
    plan.paused_until = back_on(participant, local_date(at, participant.team.time_zone))
    if running is not None:
        end(plan=running, by=by, at=at, decided_by=plan.agreed_by)
    plan.participant, plan.team = participant, participant.team
    plan.created_by, plan.created_at = by, at
    plan.save()
    lay_out(plan=plan, at=at)
    note("plan_agreed", subject=plan, by=by, at=at, kind=plan.kind, wished_by=plan.agreed_by)
    return plan


def keep_wish(running: CheckInPlan, wished_by: str, by: User, at: datetime) -> None:
    """Agreed on again, with somebody else having wished for it."""
    if running.agreed_by != wished_by:
        running.agreed_by = wished_by
        running.save(update_fields=["agreed_by"])
        note("plan_agreed", subject=running, by=by, at=at, kind=running.kind, wished_by=wished_by)


@transaction.atomic
def end(*, plan: CheckInPlan, by: User, at: datetime, decided_by: str) -> None:
    """End a rhythm and set aside what it had planned from today on. Ending twice changes nothing.

    Whether to go on has been answered with it.
    """
    participant = lock_person(plan.participant_id)
    plan = CheckInPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.ended_at is not None:
        return
    plan.ended_at, plan.ended_wish = at, decided_by
    plan.save(update_fields=["ended_at", "ended_wish"])
    today = local_date(at, participant.team.time_zone)
    asked = FollowUp.objects.standing().filter(plan=plan, planned_on=plan.rhythm.last, due_on__lte=today)
    asked.update(state=State.DONE, closed_at=at, closed_by=by)
    coming = untouched(participant, today).filter(plan=plan)
    set_aside(coming, reason=_("The check-in plan was changed."), decided_by=decided_by, by=by, at=at)
    note("plan_ended", subject=plan, by=by, at=at, wished_by=decided_by)


def untouched(participant: Participant, today: date) -> FollowUpQuerySet:
    """What stands from today on and nobody has tried on yet."""
    return FollowUp.objects.filter(participant=participant, state=State.OPEN, attempts=0, due_on__gte=today)


def set_aside(
    followups: FollowUpQuerySet, *, reason: str, decided_by: str, by: User, at: datetime, rests: bool = True
) -> None:
    """Close follow-ups because the rhythm changed or contact rests; where that ends early, they stand on their own day.

    Without `rests` they were let go with what they are about, and no change of rhythm brings them back.
    """
    followups.update(
        state=State.NOT_NEEDED,
        set_aside=True,
        rests_from=Coalesce("rests_from", "due_on") if rests else None,
        closed_at=at,
        closed_by=by,
        closing_reason=reason,
        decided_by=decided_by,
    )


def rest_no_more(participant: Participant, today: date) -> dict[str, str]:
    """Contact has ended: what a rest had set aside of what was planned by hand stays so, whatever rests later.

    Returns which, with the days of their own.
    """
    aside = FollowUp.objects.filter(participant=participant, set_aside=True, rests_from__isnull=False)
    rows = aside.filter(plan=None, closer=None, due_on__gt=today)
    found = {str(key): on.isoformat() for key, on in rows.values_list("pk", "rests_from")}
    rows.update(rests_from=None)
    return found


def take_up_again(*, participant: Participant, why: str, at: datetime) -> None:
    """After a rest or a closer rhythm was ended early: what it had set aside from tomorrow on stands again.

    First what a standing closer rhythm has, then what was planned by hand, then the plan: one contact a day.
    One that a rest had put off before goes back to its own day where that is free and no rest holds it any more.
    """
    plan = lock_running(participant)
    today = local_date(at, participant.team.time_zone)
    begins = back_on(participant, today) or today + DAY
    plan_begins = max(begins, first_day_of(rests_until(plan), today)) if plan else begins
    closers = CloserRhythm.objects.standing().filter(participant=participant)
    by_hand = Q(plan=None, closer=None, rests_from__isnull=False)
    of_plan = Q(plan=plan, due_on__gte=plan_begins) if plan else Q(pk=None)
    aside = FollowUp.objects.filter(participant=participant, set_aside=True, due_on__gte=begins)
    aside = aside.filter(Q(closer__in=closers) | by_hand | of_plan)
    taken, back, moved = contact_days(participant.pk), {}, []
    order = Case(When(closer__isnull=False, then=0), When(plan=None, then=1), default=2)
    for row in aside.order_by(order, "due_on", "pk"):
        first = plan_begins if row.plan_id else begins
        free = [on for on in (row.rests_from, row.due_on) if on is not None and on >= first and on not in taken]
        if free:
            taken.add(free[0])
            back[row.pk] = free[0]
            moved += [row.pk] if free[0] != row.due_on else []
    FollowUp.objects.filter(pk__in=back).update(**{**OPENED, "why_here": why, "due_on": days_of(back)})
    # Nobody has chosen the day it goes back to.
    FollowUp.objects.filter(pk__in=moved).update(moved_at=None, moved_by=None)
    if plan is not None:
        ask_sooner(plan, today, taken)
        lay_out(plan=plan, at=at, anew=True)


def days_of(days: dict[UUID, date]) -> Case:
    """Each row's local day out of those, for one statement."""
    return Case(*(When(pk=key, then=Value(on)) for key, on in days.items()), default=F("due_on"))


def ask_sooner(plan: CheckInPlan, today: date, taken: set[date]) -> None:
    """The question at the end that a rest had put off goes back to its own day, or the next free one."""
    put_off = FollowUp.objects.filter(plan=plan, state=State.OPEN, attempts=0, rests_from__isnull=False)
    for row in put_off.filter(due_on__gt=today):
        on = free_day(plan, row.planned_on, first_day_of(rests_until(plan), today), taken - {row.due_on})
        FollowUp.objects.filter(pk=row.pk).update(due_on=on)


def preview(*, plan: CheckInPlan, today: date, count: int = 10) -> list[date]:
    """The next days on which a plan, saved or not, has us in touch. `plan.team` is set."""
    rest = rests_until(plan) if plan.participant_id else None
    first_day = first_day_of(rest, today)
    dates = plan.rhythm.dates(first_day - DAY, first_day + timedelta(days=count * plan.every) + FAR)
    days = laid_out(dates, calendar=calendar_of(plan.team), rule=plan.team.closed_day_rule, today=first_day)
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
    """The running plan's first standing follow-up later than `after` (a local day), laid out now if need be.

    Call inside a deed: the plan's row is locked, as the worker locks it before it lays out.
    """
    plan = lock_running(participant)
    if plan is None:
        return None
    coming = FollowUp.objects.filter(plan=plan, state__in=STANDING, due_on__gt=after).order_by("due_on")
    found = coming.first()
    if found is None:
        lay_out(plan=plan, at=at, beyond=after)
        found = coming.first()
    return found
