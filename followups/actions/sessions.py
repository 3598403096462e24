"""Logging a session with what comes next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.actions.events import note
from accounts.models import User
from caseload.actions import drafts, goals, notes
from caseload.models import Activity, Participant, Session, SessionStatus, Tried, Win
from caseload.models.rules import rules_of
from followups.actions import planning, plans
from followups.actions.planning import ByPlan, NextContact, NoNextStep, WhatNext
from followups.calendar import DAY, local_date
from followups.models import FollowUp, NextStep, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.decisions import THEIR_OWN
from followups.models.followups import CONTACT


@transaction.atomic
def log_session(
    *,
    session: Session,
    activities: Iterable[Activity] = (),
    win: str = "",
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
    known = Session.objects.filter(form_token=session.form_token).first()
    if known is not None:
        return known
    if not participant.is_active:
        raise planning.ServicesEnded
    zone = participant.team.time_zone
    session.team = participant.team
    if session.specialist_id is None:  # a part of a meeting may be that of another who led it
        session.specialist = by
    session.logged_at = at
    session.logged_late = local_date(session.started_at, zone) < local_date(at, zone)
    due = rules_of(participant.team).note_due_days
    session.note_due_on = calendar_of(participant.team).add_working_days(local_date(session.started_at, zone), due)
    session.save(force_insert=True)
    session.activities.set(activities)
    if win:
        Win.objects.create(
            participant=participant,
            session=session,
            text=win,
            happened_on=local_date(session.started_at, zone),
            recorded_at=at,
            recorded_by=by,
        )
    day = local_date(session.started_at, zone)
    if tried:
        told = {"session": session, "recorded_at": at, "recorded_by": by}
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


def settle(participant: Participant, keys: Iterable[UUID], session: Session, by: User, at: datetime) -> None:
    """Close the standing follow-ups the session answers; a meeting missed is an attempt and a new date takes over.

    Where the two did not meet, only what was owed as contact is replaced: what was promised is still owed.
    """
    answered = FollowUp.objects.standing().filter(participant=participant, pk__in=list(keys))
    if not session.met:
        answered = answered.filter(purpose__in=CONTACT)
    if session.status == SessionStatus.NO_SHOW:
        answered.update(attempts=F("attempts") + 1)
    reason = "" if session.met else SessionStatus(session.status).label
    # A promise settled by a session was kept in it.
    answered.filter(purpose=Purpose.PROMISE).update(kept=True, state=State.DONE, closed_at=at, closed_by=by)
    answered.update(state=State.DONE, closed_at=at, closed_by=by, closing_reason=reason)


def look_for_them(session: Session, what_next: WhatNext, by: User, at: datetime) -> WhatNext:
    """After a meeting that was missed somebody asks after the person on the next working day, by itself.

    A next step for that day or earlier is that contact; else one is created beside what was chosen. Not where
    the person had a say in there being none. Returns what comes next.
    """
    if isinstance(what_next, NoNextStep) and what_next.decided_by in THEIR_OWN:
        return what_next
    on = day_after_missed(session, at)
    if isinstance(what_next, NextContact) and what_next.due_on <= on and what_next.purpose in CONTACT:
        return replace(what_next, purpose=Purpose.AFTER_MISSED)
    standing = FollowUp.objects.standing().filter(participant=session.participant, purpose=Purpose.AFTER_MISSED)
    if not standing.exists():
        contact = NextContact(due_on=on, planned_on=on, purpose=Purpose.AFTER_MISSED)
        planning.create(session.participant, contact, by=by, at=at, session=session)
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


def remember_next_step(session: Session, what_next: WhatNext, by: User, at: datetime) -> None:
    """Write down what comes next. Raises plans.NotWithUs where the plan was ended while the form was open."""
    if isinstance(what_next, NoNextStep):
        NextStep.objects.create(session=session, reason=what_next.reason, decided_by=what_next.decided_by)
        return
    if isinstance(what_next, ByPlan):
        zone = session.team.time_zone
        # Logged late, the plan's dates since then have passed: what comes next lies ahead of us.
        after = max(local_date(session.started_at, zone), local_date(at, zone) - DAY)
        followup = plans.next_follow_up(participant=session.participant, after=after, at=at)
        if followup is None:
            raise plans.NotWithUs
    else:
        followup = planning.create(session.participant, what_next, by=by, at=at, session=session)
    NextStep.objects.create(session=session, followup=followup)
