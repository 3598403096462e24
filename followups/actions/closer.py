"""Contacts closer together for a while, agreed with the person, and relaxing by themselves."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions import pausing, planning, plans
from followups.calendar import DAY, CloserDate, after_discharge, after_setback, local_date
from followups.models import CloserRhythm, FollowUp, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion
from followups.models.followups import CONTACT, FollowUpQuerySet
from followups.models.gaps import back_on


def dates_after(
    *, occasion: str, happened_on: date, participant: Participant, today: date, only_soon: bool = False
) -> list[CloserDate]:
    """The contacts an occasion leads to, counted from the local day it happened; pure but for the team's calendar.

    `only_soon`: after a setback the first of them only.
    """
    calendar, rule = calendar_of(participant.team), participant.team.closed_day_rule
    if occasion == Occasion.SETBACK:
        dates = after_setback(happened_on, calendar=calendar, rule=rule, today=today)
        return dates[:1] if only_soon else dates
    counts = occasion == Occasion.EMERGENCY_VISIT
    return after_discharge(happened_on, counts_day_zero=counts, calendar=calendar, today=today)


@transaction.atomic
def begin(
    *,
    participant: Participant,
    occasion: str,
    happened_on: date,
    decided_by: str,
    by: User,
    at: datetime,
    only_soon: bool = False,
) -> CloserRhythm:
    """Plan the closer contacts; after a setback the check-in plan rests until they are over.

    One that held before ends, and what it had set aside stands again, but for what the new one stands for. A rest that
    still holds ends too; where they wished for one contact soon and no more, it goes on after that.
    The same one begun twice while it holds is begun once. Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise planning.ServicesEnded
    plan = plans.lock_running(participant)
    today = local_date(at, participant.team.time_zone)
    before = CloserRhythm.objects.standing().filter(participant=participant).first()
    if before is not None:
        same = (before.occasion, before.happened_on, before.only_soon) == (occasion, happened_on, only_soon)
        if same and before.until >= today:
            if not only_soon:
                end_rest(participant, decided_by, by, at)
            return before
        if only_soon and before.until >= today:
            add_soon(before, participant, happened_on, today, by, at)
            return before
    # First the rest, so that what rested is open, and set aside with its rhythm or for the new one.
    rested = [] if only_soon else end_rest(participant, decided_by, by, at)
    if before is not None:
        stop(before, decided_by, by, at, rested)
        plans.take_up_again(participant=participant, why=_("Another closer rhythm was agreed on."), at=at)
    dates = dates_after(
        occasion=occasion, happened_on=happened_on, participant=participant, today=today, only_soon=only_soon
    )
    closer = CloserRhythm.objects.create(
        team=participant.team,
        participant=participant,
        occasion=occasion,
        happened_on=happened_on,
        only_soon=only_soon,
        agreed_by=decided_by,
        until=max(one.due_on for one in dates),
        created_at=at,
        created_by=by,
    )
    make_room(closer, [one.due_on for one in dates], rested, decided_by, by, at)
    purpose = Purpose.AFTER_SETBACK if occasion == Occasion.SETBACK else Purpose.AFTER_DISCHARGE
    for one in dates:
        contact = planning.NextContact(due_on=one.due_on, planned_on=one.planned_on, purpose=purpose)
        planning.create(participant, contact, by=by, at=at, closer=closer, latest_on=one.latest_on)
    if plan is not None:
        plan.refresh_from_db()
        plans.lay_out(plan=plan, at=at)
    note("closer_rhythm_begun", subject=participant, by=by, at=at, decided_by=decided_by)
    return closer


def end_rest(participant: Participant, decided_by: str, by: User, at: datetime) -> list[UUID]:
    """End a rest that still holds; returns which contacts rested."""
    today = local_date(at, participant.team.time_zone)
    if back_on(participant, today) is None:
        return []
    resting = FollowUp.objects.filter(participant=participant, state=State.PAUSED, due_on__gt=today)
    rested = list(resting.filter(purpose__in=CONTACT).values_list("pk", flat=True))
    words = _("A closer rhythm was agreed on.")
    pausing.lift(participant, why=words, decided_by=decided_by, by=by, at=at)
    return rested


def add_soon(
    closer: CloserRhythm, participant: Participant, happened_on: date, today: date, by: User, at: datetime
) -> None:
    """One contact soon on top of closer ones that were agreed on already: asking for more never takes any away.

    One that stands for a day until then is it already; one that was put off or set aside comes back to its day, and
    one that rests goes on resting beside the new one. Where that day's is over and done with, it is the next day the
    team works.
    """
    given = {"occasion": Occasion.SETBACK, "happened_on": happened_on, "participant": participant}
    (soon,) = dates_after(**given, today=today, only_soon=True)
    dated = {row.planned_on: row for row in FollowUp.objects.filter(closer=closer, came_from=None)}
    on, latest = soon.due_on, soon.latest_on
    while soon_already(participant, happened_on, today, max(on, latest or on)) is None:
        known = dated.get(on)
        if known is None or known.state == State.PAUSED:
            # A rhythm has each of its dates once.
            planned_on = next(day for number in count() if (day := on + number * DAY) not in dated)
            within = latest if latest and on <= latest else None
            contact = planning.NextContact(due_on=on, planned_on=planned_on, purpose=Purpose.AFTER_SETBACK)
            planning.create(participant, contact, by=by, at=at, closer=closer, latest_on=within)
        elif known.is_standing or known.set_aside:
            bring_back(known, on, at)
        else:
            on = calendar_of(participant.team).next_working_day(on + DAY)


def soon_already(participant: Participant, happened_on: date, today: date, latest: date) -> date | None:
    """The day on which a contact stands already from the day after it happened until then; None where none does."""
    standing = FollowUp.objects.standing().filter(participant=participant, purpose__in=CONTACT)
    within = standing.filter(due_on__gte=max(today, happened_on + DAY), due_on__lte=latest)
    return within.order_by("due_on").values_list("due_on", flat=True).first()


def bring_back(followup: FollowUp, on: date, at: datetime) -> None:
    """Let one of the closer contacts stand for that day after all, whatever had put it off or set it aside."""
    why = _("Asked for again.")
    if followup.set_aside:
        planning.stand_again(followup, why=why, at=at)
    planning.give_date(followup, on, state=State.OPEN, why=why, by=None, at=at)


def make_room(
    closer: CloserRhythm, days: list[date], rested: list[UUID], decided_by: str, by: User, at: datetime
) -> None:
    """Set aside what the closer contacts stand for."""
    today = local_date(at, closer.team.time_zone)
    replaced = stood_in_for(closer, closer.participant, days, today, rested)
    words = _("A closer rhythm stands in for it.")
    plans.set_aside(replaced, reason=words, decided_by=decided_by, by=by, at=at)


def stood_in_for(
    closer: CloserRhythm, participant: Participant, days: list[date], today: date, rested: Sequence[UUID] = ()
) -> FollowUpQuerySet:
    """What closer contacts on those days stand for: all of the plan's time, or of the same days, by hand too.

    One of another day that was tried already is left to be tried again, but for those that `rested`.
    """
    contacts = FollowUp.objects.filter(participant=participant, due_on__gte=today, due_on__lte=closer.until)
    contacts = contacts.filter(state__in=(State.OPEN, State.PAUSED), purpose__in=CONTACT)
    same_day = Q(due_on__in=days) & (Q(purpose=Purpose.CHECK_IN) | Q(closer__isnull=False))
    # What the plan has for today is still to come: nobody is called later for being in a hard stretch.
    of_plan = Q(plan__isnull=False, due_on__gt=today) if rests_the_plan(closer) else Q(pk=None)
    untried = Q(attempts=0) | Q(state=State.PAUSED)
    rested_before = Q(pk__in=rested) & (of_plan | Q(closer__isnull=False))
    return contacts.filter(same_day | of_plan & untried | rested_before)


def rests_the_plan(closer: CloserRhythm) -> bool:
    """After a setback the contacts take the plan's place; two contacts after a discharge come on top of it."""
    return closer.occasion == Occasion.SETBACK


@transaction.atomic
def relax(*, closer: CloserRhythm, decided_by: str, by: User, at: datetime) -> None:
    """End it early, as the person wishes; the check-in plan goes on at once.

    Without a plan, and with nothing else planned, a check-in in a week takes its place. Ending twice changes nothing.
    """
    participant = planning.lock(closer.participant_id)
    closer = CloserRhythm.objects.select_related("team", "participant").get(pk=closer.pk)
    if closer.ended_at is not None:
        return
    plan = plans.lock_running(participant)
    stop(closer, decided_by, by, at)
    plans.take_up_again(participant=participant, why=_("The closer rhythm ended early."), at=at)
    if plan is None and not FollowUp.objects.standing().filter(participant=participant).exists():
        planning.after_a_week(participant, by=by, at=at)
    note("closer_rhythm_ended", subject=participant, by=by, at=at, decided_by=decided_by)


def stop(closer: CloserRhythm, decided_by: str, by: User, at: datetime, rested: Sequence[UUID] = ()) -> None:
    """Mark it ended and set aside what it still had to come; also what was tried, if it `rested` until now.

    With it go later contacts of another one, which came from a record that was put into this one.
    """
    closer.ended_at, closer.ended_wish = at, decided_by
    closer.save(update_fields=["ended_at", "ended_wish"])
    theirs = FollowUp.objects.filter(participant=closer.participant_id, closer__isnull=False, state=State.OPEN)
    coming = theirs.filter(Q(attempts=0) | Q(pk__in=rested))
    plans.set_aside(coming, reason=_("The closer rhythm has ended."), decided_by=decided_by, by=by, at=at)
