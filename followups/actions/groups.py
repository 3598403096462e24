"""A group and its meetings: one shared part, and a session of their own for everybody who belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actions.events import note
from accounts.ids import new_id
from accounts.models import User
from caseload.actions import enrolment
from caseload.actions.notes import AlreadySigned
from caseload.models import Activity, GroupMeeting, GroupSeries, Participant, RosterPlace, Session, SessionStatus
from caseload.models.sessions import MET
from followups.actions import planning, plans, sessions
from followups.actions.planning import ByPlan, WhatNext
from followups.calendar import DAY, local_date
from followups.models import CheckInPlan, FollowUp, Purpose, State
from followups.models.followups import CONTACT


class NobodyThere(Exception):
    """A meeting needs somebody, with a name or without."""


@dataclass(frozen=True)
class Attendance:
    """One person's part: whether they were there, a comment about them alone, and what comes next for them.

    None is for somebody who was missed: they are asked after on the next working day.
    """

    participant_id: UUID
    here: bool
    comment: str
    what_next: WhatNext | None


@dataclass(frozen=True)
class Shared:
    """What the parts of a meeting have in common: the meeting, whose notes they are, and what it touched."""

    meeting: GroupMeeting
    specialist: User
    strands: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    sign: bool = False


@transaction.atomic
def start_group(*, series: GroupSeries, facilitators: Iterable[User], by: User, at: datetime) -> GroupSeries:
    """Begin a group, or keep what was changed of it."""
    if series._state.adding:
        series.created_at, series.created_by = at, by
    series.save()
    series.facilitators.set(facilitators)
    note("group_saved", subject=series, team_id=series.team_id, by=by, at=at)
    return series


@transaction.atomic
def join(*, series: GroupSeries, participant: Participant, on: date, by: User, at: datetime) -> RosterPlace:
    """Put somebody of the same team on the roster; who is on it already stays as they are."""
    participant = planning.lock(participant.pk)
    if participant.team_id != series.team_id or not participant.is_active:
        raise planning.ServicesEnded
    place, created = RosterPlace.objects.get_or_create(
        series=series, participant=participant, left_on=None, defaults={"joined_on": on}
    )
    if created:
        note("group_joined", subject=participant, by=by, at=at)
    return place


@transaction.atomic
def leave(*, place: RosterPlace, on: date, by: User, at: datetime) -> None:
    """They come no more; their sessions stay. Leaving twice changes nothing."""
    place = RosterPlace.objects.select_for_update().get(pk=place.pk)
    if place.left_on is None:
        place.left_on = max(on, place.joined_on)
        place.save(update_fields=["left_on"])
        note("group_left", subject=place, by=by, at=at)


@transaction.atomic
def log_meeting(
    *,
    meeting: GroupMeeting,
    facilitators: Iterable[User],
    attendances: Iterable[Attendance],
    newcomers: Iterable[tuple[str, WhatNext]] = (),
    strands: Iterable[str] = (),
    activities: Iterable[Activity] = (),
    sign: bool = False,
    by: User,
    at: datetime,
) -> GroupMeeting:
    """Save a meeting with a session, and what comes next, for each who belongs to it: all or nothing.

    The parts are the notes of whoever logs it where they led it, else of the first who did; only one's own are
    signed. Newcomers are taken in by the name they like, and wait for a peer. The same form token again returns
    what was saved. Those whose services ended meanwhile are passed over. Raises NobodyThere.
    """
    facilitators = list(facilitators)
    # One order for all, so that two meetings with the same people follow each other.
    attendances = sorted(attendances, key=lambda one: one.participant_id)
    keys = [one.participant_id for one in attendances]
    people = {
        person.pk: person
        for person in Participant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("team")
        .filter(pk__in=keys, team=meeting.team_id, is_active=True)
        .order_by("pk")
    }
    known = GroupMeeting.objects.filter(form_token=meeting.form_token).first()
    if known is not None:
        return known
    attendances = [one for one in attendances if one.participant_id in people]
    newcomers = list(newcomers)
    if not any(one.here for one in attendances) and not meeting.guests and not newcomers:
        raise NobodyThere
    meeting.logged_by, meeting.logged_at = by, at
    meeting.save(force_insert=True)
    meeting.facilitators.set(facilitators)
    on = local_date(meeting.started_at, meeting.team.time_zone)
    for name, what_next in newcomers:
        person = enrolment.enrol(participant=Participant(team=meeting.team, name_used=name), on=on, by=by, at=at)
        people[person.pk] = person
        attendances.append(Attendance(person.pk, True, "", what_next))
    planned = set(CheckInPlan.objects.running().filter(participant__in=keys).values_list("participant", flat=True))
    specialist = whose(facilitators, by)
    shared = Shared(meeting, specialist, tuple(strands), tuple(activities), sign and specialist == by)
    for one in attendances:
        attend(shared, people[one.participant_id], one, one.participant_id in planned, by, at)
    note("group_met", subject=meeting, team_id=meeting.team_id, by=by, at=at, people=len(attendances))
    return meeting


def whose(facilitators: list[User], by: User) -> User:
    """Whose notes the parts are: one's own where one led the meeting, else the first leader's."""
    return by if by in facilitators or not facilitators else facilitators[0]


@transaction.atomic
def add_part(*, meeting: GroupMeeting, part: Attendance, by: User, at: datetime) -> Session:
    """Somebody who was forgotten when the meeting was logged; who has a part already keeps it.

    Raises planning.ServicesEnded.
    """
    person = planning.lock(part.participant_id)
    known = Session.objects.filter(meeting=meeting, participant=person).first()
    if known is not None:
        return known
    if person.team_id != meeting.team_id or not person.is_active:
        raise planning.ServicesEnded
    has_plan = CheckInPlan.objects.running().filter(participant=person).exists()
    shared = Shared(meeting, whose(list(meeting.facilitators.order_by("name", "pk")), by))
    session = attend(shared, person, part, has_plan, by, at)
    note("group_part_added", subject=meeting, team_id=meeting.team_id, by=by, at=at)
    return session


@transaction.atomic
def change_meeting(
    *, meeting: GroupMeeting, facilitators: Iterable[User], fields: dict[str, Any], by: User, at: datetime
) -> GroupMeeting:
    """Change what all share while nobody's part is signed. Raises AlreadySigned.

    How and where they met stands with each part too. A part of somebody who did not lead it after all becomes the
    first leader's to sign.
    """
    parts = meeting.attendances.all()
    people = Participant.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(people.filter(pk__in=parts.values("participant")))
    # Under a lock, so that signing waits, or is seen.
    if any(part.signed_at for part in parts.select_for_update(no_key=True, of=("self",)).order_by("pk")):
        raise AlreadySigned
    for name, value in fields.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=list(fields))
    leaders = list(facilitators)
    meeting.facilitators.set(leaders)
    parts.update(method=meeting.method)
    parts.filter(status__in=MET).update(place=meeting.place)
    parts.exclude(specialist__in=leaders).update(specialist=whose(leaders, by))
    note("group_meeting_changed", subject=meeting, team_id=meeting.team_id, by=by, at=at, fields=sorted(fields))
    return meeting


def attend(shared: Shared, person: Participant, part: Attendance, has_plan: bool, by: User, at: datetime) -> Session:
    """One person's session of the meeting."""
    meeting = shared.meeting
    session = Session(
        participant=person,
        specialist=shared.specialist,
        meeting=meeting,
        strands=list(shared.strands) if part.here else [],
        method=meeting.method,
        place=meeting.place if part.here else "",
        status=SessionStatus.HELD if part.here else SessionStatus.NO_SHOW,
        started_at=meeting.started_at,
        minutes=meeting.minutes if part.here else None,
        note=part.comment,
        form_token=new_id(),
    )
    what_next = part.what_next or sessions.ask_after(session, at)
    if isinstance(what_next, ByPlan) and not (has_plan and has_a_date_to_come(person, session, at)):
        what_next = planning.in_a_week(person, at)
    settles = list(answered_by(session, part.here).values_list("pk", flat=True))
    did = shared.activities if part.here else ()
    more = {"activities": did, "settles": settles, "what_next": what_next, "sign": shared.sign}
    return sessions.log_session(session=session, **more, by=by, at=at)


def has_a_date_to_come(person: Participant, session: Session, at: datetime) -> bool:
    """Whether the rhythm leads anywhere: one that has come to its end runs until somebody asks what comes instead."""
    zone = person.team.time_zone
    after = max(local_date(session.started_at, zone), local_date(at, zone) - DAY)
    return plans.next_follow_up(participant=person, after=after, at=at) is not None


def answered_by(session: Session, here: bool) -> "FollowUp.objects":
    """What one's part of a meeting settles: contact owed around its day, and a reply still awaited then.

    Who was missed is asked after anew; all else they are owed stays. What was planned since then is no matter of
    a meeting that is logged late.
    """
    day = local_date(session.started_at, session.participant.team.time_zone)
    before = FollowUp.objects.standing().filter(participant=session.participant, created_at__lte=session.started_at)
    before = before.exclude(moved_at__gt=session.started_at)
    if not here:
        return before.filter(purpose=Purpose.AFTER_MISSED, due_on__lte=day)
    return before.filter(Q(due_on__lte=day + sessions.EARLY) | Q(state=State.WAITING), purpose__in=CONTACT)
