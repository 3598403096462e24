"""Contacts closer together for a while, agreed with the person, and relaxing by themselves."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions import planning, plans
from followups.calendar import CloserDate, after_discharge, after_setback, local_date
from followups.models import CheckInPlan, CloserRhythm, DecidedBy, FollowUp, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion


def dates_after(*, occasion: str, happened_on: date, participant: Participant, today: date) -> list[CloserDate]:
    """The contacts an occasion leads to, counted from the local day it happened; pure but for the team's calendar."""
    calendar, rule = calendar_of(participant.team), participant.team.closed_day_rule
    if occasion == Occasion.SETBACK:
        return after_setback(happened_on, calendar=calendar, rule=rule, today=today)
    counts = occasion == Occasion.EMERGENCY_VISIT
    return after_discharge(happened_on, counts_day_zero=counts, calendar=calendar, today=today)


@transaction.atomic
def begin(
    *, participant: Participant, occasion: str, happened_on: date, decided_by: str, by: User, at: datetime
) -> CloserRhythm:
    """Plan the closer contacts; after a setback the check-in plan rests until they are over.

    One that held before ends. The same one begun twice is begun once. Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise planning.ServicesEnded
    before = CloserRhythm.objects.standing().filter(participant=participant).first()
    if before is not None and (before.occasion, before.happened_on) == (occasion, happened_on):
        return before
    if before is not None:
        stop(before, decided_by, by, at)
    today = local_date(at, participant.team.time_zone)
    dates = dates_after(occasion=occasion, happened_on=happened_on, participant=participant, today=today)
    closer = CloserRhythm.objects.create(
        team=participant.team,
        participant=participant,
        occasion=occasion,
        happened_on=happened_on,
        until=max(one.due_on for one in dates),
        created_at=at,
        created_by=by,
    )
    make_room(closer, [one.due_on for one in dates], decided_by, by, at)
    purpose = Purpose.AFTER_SETBACK if occasion == Occasion.SETBACK else Purpose.AFTER_DISCHARGE
    for one in dates:
        contact = planning.NextContact(due_on=one.due_on, planned_on=one.planned_on, purpose=purpose)
        planning.create(participant, contact, by=by, at=at, closer=closer, latest_on=one.latest_on)
    note("closer_rhythm_begun", subject=participant, by=by, at=at, decided_by=decided_by)
    return closer


def make_room(closer: CloserRhythm, days: list[date], decided_by: str, by: User, at: datetime) -> None:
    """Set the plan's check-ins aside that the closer contacts stand for: all of its time, or of the same days."""
    today = local_date(at, closer.team.time_zone)
    planned = plans.untouched(closer.participant, today).filter(plan__isnull=False)
    stand_for = planned.filter(due_on__lte=closer.until) if rests_the_plan(closer) else planned.filter(due_on__in=days)
    words = _("A closer rhythm stands in for it.")
    plans.set_aside(stand_for, reason=words, decided_by=decided_by, by=by, at=at)


def rests_the_plan(closer: CloserRhythm) -> bool:
    """After a setback the contacts take the plan's place; two contacts after a discharge come on top of it."""
    return closer.occasion == Occasion.SETBACK


@transaction.atomic
def relax(*, closer: CloserRhythm, by: User, at: datetime) -> None:
    """End it early, as the person wishes; the check-in plan goes on at once.

    Without a plan, and with nothing else planned, a check-in in a week takes its place. Ending twice changes nothing.
    """
    participant = planning.lock(closer.participant_id)
    closer = CloserRhythm.objects.select_related("team", "participant").get(pk=closer.pk)
    if closer.ended_at is not None:
        return
    stop(closer, DecidedBy.TOGETHER, by, at)
    plan = CheckInPlan.objects.running().filter(participant=participant).select_related("team").first()
    if plan is not None:
        plans.take_up_again(plan=plan, at=at)
    elif not FollowUp.objects.standing().filter(participant=participant).exists():
        planning.after_a_week(participant, by=by, at=at)
    note("closer_rhythm_ended", subject=participant, by=by, at=at)


def stop(closer: CloserRhythm, decided_by: str, by: User, at: datetime) -> None:
    """Mark it ended and set aside what it still had to come."""
    closer.ended_at = at
    closer.save(update_fields=["ended_at"])
    coming = FollowUp.objects.filter(closer=closer, state=State.OPEN, attempts=0)
    plans.set_aside(coming, reason=_("The closer rhythm has ended."), decided_by=decided_by, by=by, at=at)
