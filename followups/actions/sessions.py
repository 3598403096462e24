"""Logging a session with what comes next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.actions.events import note
from accounts.models import User
from accounts.prepared import Text, prepared
from caseload.actions import drafts, goals, notes
from caseload.models import Activity, Participant, Quotation, Session, SessionStatus, Tried, Win
from caseload.models.rules import rules_of
from caseload.models.sessions import SessionQuerySet
from caseload.models.words import Topic
from followups.actions import planning, plans
from followups.actions.planning import ByPlan, NextContact, NoNextStep, WhatNext
from followups.calendar import DAY, local_date
from followups.models import FollowUp, NextStep, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.decisions import THEIR_OWN
from followups.models.followups import CONTACT, HEAVY, FollowUpQuerySet

# A meeting answers what was owed as contact around that day; promises and the like are settled by hand.
EARLY = timedelta(days=3)


@transaction.atomic
def log_session(
    *,
    session: Session,
    activities: Iterable[Activity] = (),
    win: str = "",
    said: str = "",
    tried: str = "",
    answered: tuple[UUID, str] | None = None,
    settles: Iterable[UUID] = (),
    what_next: WhatNext,
    sign: bool = False,
    by: User,
    at: datetime,
) -> Session:
    """Save a session, close the follow-ups it settles, and create what comes next: all or nothing.

    `session` is not saved yet and carries its participant and form token. The same form token sent
    again returns what was saved the first time. The note is signed at once with `sign`, else it is owed for the
    team's number of working days. Raises planning.ServicesEnded, notes.NeedsWords.
    """
    participant = planning.lock(session.participant_id)
    for known in saved_with(session.form_token):
        return known
    if not participant.is_active:
        raise planning.ServicesEnded
    zone = participant.team.time_zone
    session.team = participant.team
    if session.specialist_id is None:  # a part of a meeting may be that of another who led it
        session.specialist = by
    session.logged_at = at
    session.logged_late = local_date(session.started_at, zone) < local_date(at, zone)
    due, calendar = rules_of(participant.team).note_due_days, calendar_of(participant.team, participant.closed)
    session.note_due_on = calendar.add_working_days(local_date(session.started_at, zone), due)
    session.save(force_insert=True)
    session.activities.add(*activities)
    day, told = local_date(session.started_at, zone), {"recorded_at": at, "recorded_by": by}
    if win:
        Win.objects.create(participant=participant, session=session, text=win, happened_on=day, **told)
    if said:
        Quotation.objects.create(participant=participant, topic=Topic.SAID, text=said, said_on=day, **told)
    if tried:
        told["session"] = session
        Tried.objects.get_or_create(participant=participant, text=tried, tried_on=day, defaults=told)
    if answered:
        before = Tried.objects.get(pk=answered[0], participant=participant)
        goals.answer_tried(tried=before, answer=answered[1], on=day, by=by, at=at)
    settle(participant, settles, session, by, at)
    if session.status == SessionStatus.NO_SHOW:
        what_next = look_for_them(session, what_next, by, at)
    remember_next_step(session, what_next, by, at)
    if session.met:
        planning.remember_contact(participant, session.started_at)
    drafts.drop(participant=participant, by=by)
    note("session_logged", subject=session, by=by, at=at, status=session.status)
    return notes.sign(session=session, by=by, at=at) if sign else session


@prepared
def saved_with(form_token: UUID) -> SessionQuerySet:
    """What was saved from that form."""
    return Session.objects.filter(form_token=form_token)


def settle(participant: Participant, keys: Iterable[UUID], session: Session, by: User, at: datetime) -> None:
    """Close the standing follow-ups the session answers; a meeting missed is an attempt and a new date takes over.

    Where the two did not meet, only what was owed as contact is replaced: what was promised is still owed, and
    so is the contact after a setback or a discharge, which keeps its weight and its last day. What asks after a
    referral or a step is settled by its answer alone.
    """
    keys = list(keys)
    if not keys:
        return
    answered = FollowUp.objects.standing().filter(participant=participant, pk__in=keys, referral=None, step=None)
    if not session.met:
        answered = answered.filter(purpose__in=CONTACT)
    if session.status == SessionStatus.NO_SHOW:
        answered.update(attempts=F("attempts") + 1)
        try_heavy_again(answered, session, at)
    if not session.met:
        answered = answered.exclude(purpose__in=HEAVY)
    reason = "" if session.met else SessionStatus(session.status).label
    # A promise settled by a session was kept in it.
    answered.filter(purpose=Purpose.PROMISE).update(kept=True, state=State.DONE, closed_at=at, closed_by=by)
    answered.update(state=State.DONE, closed_at=at, closed_by=by, closing_reason=reason)


def try_heavy_again(answered: "FollowUp.objects", session: Session, at: datetime) -> None:
    """Contact after a setback or a discharge that was due by now stands for the next working day; later days stay."""
    on = day_after_missed(session, at)
    why = str(SessionStatus(session.status).label)
    for followup in answered.filter(purpose__in=HEAVY, due_on__lt=on).order_by("due_on", "pk"):
        planning.give_date(followup, on, state=State.OPEN, why=why, by=None, at=at)


def look_for_them(session: Session, what_next: WhatNext, by: User, at: datetime) -> WhatNext | FollowUp:
    """After a meeting that was missed somebody asks after the person on the next working day, by itself.

    One who is asked after by then already is not asked after twice. A next step for that day or earlier is that
    contact; else one is created beside what was chosen. Not where the person had a say in there being none.
    Returns what comes next.
    """
    if isinstance(what_next, NoNextStep) and what_next.decided_by in THEIR_OWN:
        return what_next
    participant, on = session.participant, day_after_missed(session, at)
    asking = FollowUp.objects.standing().filter(
        participant=participant, purpose__in=(Purpose.AFTER_MISSED, *HEAVY), due_on__lte=on
    )
    asked = asking.order_by("due_on", "pk").first()
    if isinstance(what_next, NextContact) and what_next.due_on <= on and what_next.purpose in CONTACT:
        if what_next.purpose in HEAVY:
            return what_next
        if asked and asked.due_on <= what_next.due_on and what_next.what in ("", asked.what):
            return asked
        return replace(what_next, purpose=Purpose.AFTER_MISSED)
    if isinstance(what_next, ByPlan):
        planned = next_of_plan(session, at)
        asked = planned if planned.due_on <= on else asked
    if asked is None:
        contact = NextContact(due_on=on, planned_on=on, purpose=Purpose.AFTER_MISSED)
        planning.create(participant, contact, by=by, at=at, session=session)
    return what_next


def ask_after(session: Session, at: datetime) -> NextContact:
    """The contact with somebody who was missed."""
    on = day_after_missed(session, at)
    return NextContact(due_on=on, planned_on=on, purpose=Purpose.AFTER_MISSED)


def day_after_missed(session: Session, at: datetime) -> date:
    """The working day after the missed meeting; the next one from today on where it was logged late."""
    team = session.participant.team
    calendar, zone = calendar_of(team), team.time_zone
    today = local_date(at, zone)
    on = calendar.add_working_days(local_date(session.started_at, zone), 1)
    return on if on >= today else calendar.next_working_day(today)


def remember_next_step(session: Session, what_next: WhatNext | FollowUp, by: User, at: datetime) -> None:
    """Write down what comes next. Raises plans.NotWithUs where the plan was ended while the form was open."""
    if isinstance(what_next, NoNextStep):
        NextStep.objects.create(session=session, reason=what_next.reason, decided_by=what_next.decided_by)
        return
    if isinstance(what_next, FollowUp):
        followup = what_next
    elif isinstance(what_next, ByPlan):
        followup = next_of_plan(session, at)
    else:
        followup = stands_already(session.participant, what_next) or planning.create(
            session.participant, what_next, by=by, at=at, session=session
        )
    NextStep.objects.create(session=session, followup=followup)


def stands_already(participant: Participant, contact: NextContact) -> FollowUp | None:
    """The check-in of that day, where the plan or somebody has one already: one call needs one card."""
    if contact.purpose != Purpose.CHECK_IN:
        return None
    return next(iter(check_ins_on(participant.pk, contact.due_on, Text(contact.what))), None)


@prepared
def check_ins_on(participant: UUID, day: date, what: Text) -> FollowUpQuerySet:
    """The check-in about that which stands for that day, the first of them."""
    same = FollowUp.objects.filter(participant=participant, purpose=Purpose.CHECK_IN, due_on=day)
    return same.filter(state=State.OPEN, what=what).order_by("pk")[:1]


def next_of_plan(session: Session, at: datetime) -> FollowUp:
    """The plan's next check-in after a session, or a closer contact before it. Raises plans.NotWithUs without one."""
    zone = session.team.time_zone
    # Logged late, the plan's dates since then have passed: what comes next lies ahead of us.
    after = max(local_date(session.started_at, zone), local_date(at, zone) - DAY)
    planned = plans.next_follow_up(participant=session.participant, after=after, at=at)
    closer = FollowUp.objects.standing().filter(participant=session.participant, closer__isnull=False)
    closest = closer.filter(due_on__gt=after).order_by("due_on", "pk").first()
    found = [row for row in (closest, planned) if row is not None]
    if not found:
        raise plans.NotWithUs
    return min(found, key=lambda row: row.due_on)
