"""Logging a session with what comes next, and changing what is planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.actions.events import note
from accounts.models import User
from caseload.actions import drafts
from caseload.models import Activity, Assignment, Participant, Session, SessionStatus, Win
from followups.actions import plans
from followups.calendar import DAY, local_date
from followups.models import FollowUp, NextStep, Purpose, State
from followups.models.followups import CONTACT


class ServicesEnded(Exception):
    """Nothing can be planned: the participant's services have ended."""


class AlreadySettled(Exception):
    """The follow-up was closed in the meantime."""


@dataclass(frozen=True)
class NextContact:
    """A dated next step: what for, on which local day, first meant for which, and what exactly."""

    due_on: date
    planned_on: date
    purpose: str = Purpose.CHECK_IN
    what: str = ""
    why_here: str = ""


@dataclass(frozen=True)
class ByPlan:
    """The next step is the next check-in of the running plan."""


@dataclass(frozen=True)
class NoNextStep:
    """There is none, why, and who decided."""

    reason: str
    decided_by: str


WhatNext = NextContact | ByPlan | NoNextStep


@transaction.atomic
def log_session(
    *,
    session: Session,
    activities: Iterable[Activity] = (),
    win: str = "",
    settles: Iterable[UUID] = (),
    what_next: WhatNext,
    by: User,
    at: datetime,
) -> Session:
    """Save a session, close the follow-ups it settles, and create what comes next: all or nothing.

    `session` is not saved yet and carries its participant and form token. The same form token sent
    again returns what was saved the first time. Raises ServicesEnded.
    """
    participant = lock(session.participant_id)
    known = Session.objects.filter(form_token=session.form_token).first()
    if known is not None:
        return known
    if not participant.is_active:
        raise ServicesEnded
    zone = participant.team.time_zone
    session.team = participant.team
    session.specialist = by
    session.logged_at = at
    session.logged_late = local_date(session.started_at, zone) < local_date(at, zone)
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
    settle(participant, settles, session, by, at)
    remember_next_step(session, what_next, by, at)
    if session.met:
        remember_contact(participant, session.started_at)
    drafts.drop(participant=participant, by=by)
    note("session_logged", subject=session, by=by, at=at, status=session.status)
    return session


def lock(participant_id: UUID) -> Participant:
    """The participant's row, locked first in every deed, so that two deeds about one person follow each other.

    Not the key: rows that only refer to the participant may be written by others meanwhile (the worker's).
    """
    return (
        Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=participant_id)
    )


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
    answered.update(state=State.DONE, closed_at=at, closed_by=by, closing_reason=reason)


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
        followup = create(session.participant, what_next, by=by, at=at, session=session)
    NextStep.objects.create(session=session, followup=followup)


def create(
    participant: Participant, contact: NextContact, *, by: User, at: datetime, session: Session | None = None
) -> FollowUp:
    """One new follow-up, kept by whoever walks with the participant now; nobody's while they wait for a peer."""
    owner = Assignment.objects.current().filter(participant=participant).values_list("specialist", flat=True).first()
    return FollowUp.objects.create(
        team_id=participant.team_id,
        participant=participant,
        owner_id=owner,
        purpose=contact.purpose,
        what=contact.what,
        due_on=contact.due_on,
        planned_on=contact.planned_on,
        why_here=contact.why_here,
        session=session,
        created_at=at,
        created_by=by,
    )


def remember_contact(participant: Participant, moment: datetime) -> None:
    """Keep the latest moment of contact; one logged late does not turn it back."""
    Participant.objects.filter(pk=participant.pk).update(
        last_contact_at=Greatest("last_contact_at", moment)  # PostgreSQL's GREATEST passes over NULL
    )


@transaction.atomic
def schedule(*, participant: Participant, contact: NextContact, by: User, at: datetime) -> FollowUp:
    """Plan a next step for somebody outside a session. Raises ServicesEnded."""
    participant = lock(participant.pk)
    if not participant.is_active:
        raise ServicesEnded
    same = FollowUp.objects.standing().filter(
        participant=participant, purpose=contact.purpose, what=contact.what, due_on=contact.due_on
    )
    followup = same.first() or create(participant, contact, by=by, at=at)
    note("followup_planned", subject=followup, by=by, at=at)
    return followup


def lock_standing(followup: FollowUp) -> FollowUp:
    """The participant's row locked, then the follow-up as it is now. Raises AlreadySettled."""
    lock(followup.participant_id)
    current = FollowUp.objects.select_related("team", "participant").get(pk=followup.pk)
    if not current.is_standing:
        raise AlreadySettled
    return current


@transaction.atomic
def reschedule(*, followup: FollowUp, due_on: date, reason: str, by: User, at: datetime) -> FollowUp:
    """Give it another local day, and say why. What was first meant stays. Raises AlreadySettled."""
    followup = lock_standing(followup)
    before = followup.due_on
    followup.state = State.OPEN
    followup.due_on = due_on
    followup.why_here = reason
    # The new date has its own ladder.
    followup.flagged_rung, followup.flagged_at = 0, None
    followup.save(update_fields=["state", "due_on", "why_here", "flagged_rung", "flagged_at"])
    note("followup_moved", subject=followup, by=by, at=at, before=before.isoformat(), to=due_on.isoformat())
    return followup


@transaction.atomic
def not_needed(*, followup: FollowUp, reason: str, decided_by: str, by: User, at: datetime) -> FollowUp:
    """Decide that it is not needed, with the reason and who decided. Raises AlreadySettled."""
    followup = lock_standing(followup)
    followup.state = State.NOT_NEEDED
    followup.closed_at, followup.closed_by = at, by
    followup.closing_reason, followup.decided_by = reason, decided_by
    followup.save(update_fields=["state", "closed_at", "closed_by", "closing_reason", "decided_by"])
    note("followup_not_needed", subject=followup, by=by, at=at, decided_by=decided_by)
    return followup
