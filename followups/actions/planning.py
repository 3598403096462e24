"""Planning what comes next, and changing what is planned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Greatest

from accounts.access import supervised_teams
from accounts.actions.events import note
from accounts.models import User
from accounts.prepared import prepared
from caseload.models import Assignment, GoalStep, Participant, Session
from caseload.models.participants import ParticipantQuerySet
from followups.calendar import DAY, local_date
from followups.models import FollowUp, Purpose, State
from followups.models.calendars import calendar_of, closed_days_of
from followups.models.decisions import THEIR_OWN
from followups.models.outreach import Outreach, so_far

USUAL_GAP = timedelta(days=7)


class ServicesEnded(Exception):
    """Nothing can be planned: the participant's services have ended."""


class AlreadySettled(Exception):
    """The follow-up was closed in the meantime."""


class AsksAfter(Exception):
    """It asks after a referral or a step: saying what became of that settles it, and nothing else does."""


class TooSoonToStop(Exception):
    """Nobody is given up by silence: `outreach` says how often it was tried, and a supervisor decides."""

    def __init__(self, outreach: Outreach) -> None:
        super().__init__()
        self.outreach = outreach


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

MOVED = (
    "state",
    "due_on",
    "rests_from",
    "why_here",
    "moved_at",
    "moved_by",
    "flagged_rung",
    "flagged_at",
    "unheard",
)


def lock(participant_id: UUID) -> Participant:
    """The participant's row, locked first in every deed, so that two deeds about one person follow each other.

    Not the key: rows that only refer to the participant may be written by others meanwhile (the worker's).
    """
    for participant in locked(participant_id):
        return participant
    raise Participant.DoesNotExist


@prepared
def locked(participant: UUID) -> ParticipantQuerySet:
    """The row, locked, with its team, the team's rules, and the days on which it is closed."""
    people = Participant.objects.select_for_update(no_key=True, of=("self",))
    return people.select_related("team__record_rules").annotate(closed=closed_days_of("team")).filter(pk=participant)


def create(
    participant: Participant,
    contact: NextContact,
    *,
    by: User,
    at: datetime,
    session: Session | None = None,
    **more: Any,
) -> FollowUp:
    """One new follow-up, kept by whoever walks with the participant now; nobody's while they wait for a peer.

    `more` are further fields: what it came from, the closer rhythm or the window it belongs to.
    """
    return FollowUp.objects.create(
        team_id=participant.team_id,
        participant=participant,
        owner_id=next((keeper for (keeper,) in keepers(participant.pk)), None),
        purpose=contact.purpose,
        what=contact.what,
        due_on=contact.due_on,
        planned_on=contact.planned_on,
        why_here=contact.why_here,
        session=session,
        created_at=at,
        created_by=by,
        **more,
    )


@prepared
def keepers(participant: UUID) -> QuerySet[Any, Any]:
    """Who walks with them now: one row, or none while they wait for a peer."""
    return Assignment.objects.current().filter(participant=participant).values_list("specialist")


def after_a_week(participant: Participant, *, by: User, at: datetime) -> FollowUp:
    """A check-in a week from today, where nothing else says when: nobody is left dangling."""
    return create(participant, in_a_week(participant, at), by=by, at=at)


def leave_nobody_dangling(participant: Participant, *, by: User, at: datetime) -> None:
    """After something was settled with no contact: a check-in in a week for somebody active with nothing standing."""
    if participant.is_active and not FollowUp.objects.standing().filter(participant=participant).exists():
        after_a_week(participant, by=by, at=at)


def in_a_week(participant: Participant, at: datetime) -> NextContact:
    """A check-in a week from today, by the team's calendar."""
    team = participant.team
    today = local_date(at, team.time_zone)
    on = today + USUAL_GAP
    due_on = calendar_of(team).move(on, team.closed_day_rule)
    return NextContact(due_on=max(due_on, today + DAY), planned_on=on)


def give_date(followup: FollowUp, due_on: date, *, state: str, why: str, by: User | None, at: datetime) -> None:
    """Let a standing follow-up stand for another local day, with why and who chose it; its ladder begins anew.

    Nobody chose a day that follows from something else: a rest that ended, a meeting that was missed.
    Unless it rests until then, it has no other day any more to go back to.
    """
    followup.state, followup.due_on, followup.why_here = state, due_on, why
    if state != State.PAUSED:
        followup.rests_from = None
    followup.moved_at, followup.moved_by = at, by
    followup.flagged_rung, followup.flagged_at, followup.unheard = 0, None, False
    followup.save(update_fields=MOVED)


def stand_again(followup: FollowUp, *, why: str, at: datetime) -> None:
    """Open a closed follow-up again, with why; one whose day passed since it was closed is due on the next working day.

    Taken back on the day it was closed, it is as late as it was.
    """
    team = followup.team
    today = local_date(at, team.time_zone)
    closed_today = followup.closed_at is None or local_date(followup.closed_at, team.time_zone) >= today
    followup.state, followup.closed_at, followup.closed_by = State.OPEN, None, None
    followup.closing_reason, followup.decided_by, followup.set_aside = "", "", False
    followup.save(update_fields=["state", "closed_at", "closed_by", "closing_reason", "decided_by", "set_aside"])
    if followup.due_on >= today or closed_today:
        followup.why_here = why
        followup.save(update_fields=["why_here"])
    else:
        give_date(followup, calendar_of(team).next_working_day(today), state=State.OPEN, why=why, by=None, at=at)


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
    current = FollowUp.objects.select_related("team", "participant__team").get(pk=followup.pk)
    if not current.is_standing:
        raise AlreadySettled
    return current


@transaction.atomic
def reschedule(*, followup: FollowUp, due_on: date, reason: str, by: User, at: datetime) -> FollowUp:
    """Give it another local day, and say why. What was first meant stays. Raises AlreadySettled."""
    followup = lock_standing(followup)
    before = followup.due_on
    give_date(followup, due_on, state=State.OPEN, why=reason, by=by, at=at)
    # A step has one day, on the card and among the goals.
    GoalStep.objects.filter(pk=followup.step_id, done_on=None).update(due_on=due_on)
    note("followup_moved", subject=followup, by=by, at=at, before=before.isoformat(), to=due_on.isoformat())
    return followup


@transaction.atomic
def not_needed(*, followup: FollowUp, reason: str, decided_by: str, by: User, at: datetime) -> FollowUp:
    """Decide that it is not needed, with the reason and who decided.

    Raises AlreadySettled, TooSoonToStop; AsksAfter where a referral or a step would be left with nobody asking.
    """
    followup = lock_standing(followup)
    if followup.asks_after_something:
        raise AsksAfter
    if followup.purpose == Purpose.AFTER_MISSED:
        refuse_silence(followup.participant, decided_by, by)
    followup.state = State.NOT_NEEDED
    followup.closed_at, followup.closed_by = at, by
    followup.closing_reason, followup.decided_by = reason, decided_by
    followup.save(update_fields=["state", "closed_at", "closed_by", "closing_reason", "decided_by"])
    note("followup_not_needed", subject=followup, by=by, at=at, decided_by=decided_by)
    return followup


def refuse_silence(participant: Participant, decided_by: str, by: User) -> None:
    """Raise TooSoonToStop where staff would stop reaching out without having tried enough, or not as a supervisor."""
    if decided_by in THEIR_OWN:
        return
    outreach = so_far(participant)
    if not outreach.is_enough or participant.team_id not in supervised_teams(by):
        raise TooSoonToStop(outreach)
