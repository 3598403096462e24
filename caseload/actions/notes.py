"""Signing notes, adding to them, and reading them over."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access import supervised_teams, teams_of
from accounts.actions.events import note
from accounts.models import User
from caseload.models import Agreement, NoteAddition, Participant, RecordReview, Session, SessionReview
from caseload.models.rules import rules_of


class NotYours(Exception):
    """Only whoever was there signs the note, or writes it anew before."""


class AlreadySigned(Exception):
    """The note is signed: from now on things are only added."""


class NotSigned(Exception):
    """The note is not signed yet: it can still be written anew."""


class StillTheirs(Exception):
    """Whoever wrote the note can still sign it."""


class ChangedMeanwhile(Exception):
    """The note was written anew since it was read; `session` is how it stands now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


class NeedsWords(Exception):
    """The team wants a few words about a session that took place."""


# What may be written anew while the note is not signed.
REWRITTEN = ("method", "place", "minutes", "strands", "shared_experience", "goal_id", "note")


def lock(session: Session) -> Session:
    """Read the session under a lock, so that signing and rewriting follow each other."""
    rows = Session.objects.select_for_update(no_key=True, of=("self",)).select_related("team__record_rules")
    return rows.get(pk=session.pk)


@transaction.atomic
def sign(*, session: Session, by: User, at: datetime) -> Session:
    """Sign the note with the signer's name and credential as they are now; from then on nothing of it changes.

    Signing twice signs once. Raises NotYours, NeedsWords.
    """
    session = lock(session)
    if session.specialist_id != by.pk:
        raise NotYours
    if session.signed_at is not None:
        return session
    if session.met and not session.note.strip() and rules_of(session.team).narrative_required:
        raise NeedsWords
    session.signed_at, session.signed_by = at, by
    session.signed_name, session.signed_credential = by.name, by.credential
    session.save(update_fields=["signed_at", "signed_by", "signed_name", "signed_credential"])
    note("note_signed", subject=session, by=by, at=at)
    return session


def note_mark(session: Session) -> str:
    """A short mark of what an unsigned note says; it changes with any part of it that may be written anew."""
    said = [str(getattr(session, name)) for name in REWRITTEN]
    return sha256(json.dumps([said, activities_of(session)]).encode()).hexdigest()[:32]


def activities_of(session: Session) -> list[str]:
    """The codes of what the two did, in one order."""
    return sorted(session.activities.values_list("pk", flat=True))


@transaction.atomic
def rewrite(*, session: Session, fields: Mapping[str, Any], seen: str, by: User, at: datetime) -> Session:
    """Write an unsigned note anew; what changed stands in the audit by the names of its fields.

    `seen` is the mark of what it said when the change was begun. Raises NotYours, AlreadySigned, and
    ChangedMeanwhile where another window has saved since, so that no words are lost unseen.
    """
    session = lock(session)
    if session.specialist_id != by.pk:
        raise NotYours
    if session.signed_at is not None:
        raise AlreadySigned
    given = dict(fields)
    activities = given.pop("activities", None)
    changed = sorted(name for name, value in given.items() if getattr(session, name) != value)
    other_activities = activities is not None and sorted(one.pk for one in activities) != activities_of(session)
    if not changed and not other_activities:
        return session
    if seen != note_mark(session):
        raise ChangedMeanwhile(session)
    for name in changed:
        setattr(session, name, given[name])
    session.save(update_fields=changed)
    if other_activities:
        session.activities.set(activities)
        changed.append("activities")
    note("note_rewritten", subject=session, by=by, at=at, fields=changed)
    return session


def may_be_left(session: Session) -> bool:
    """Whether the note is owed by somebody who can sign it no more: they have left, or left the team."""
    owed = session.signed_at is None and session.unsigned_at is None and session.note_due_on is not None
    return owed and session.team_id not in teams_of(session.specialist)


@transaction.atomic
def leave_unsigned(*, session: Session, reason: str, by: User, at: datetime) -> Session:
    """A supervisor says why the note of somebody who left stays without a signature; it is owed no more.

    What it says stays as it is. The first reason is kept. Raises NotYours, StillTheirs.
    """
    session = lock(session)
    if session.team_id not in supervised_teams(by):
        raise NotYours
    if session.unsigned_at is not None:
        return session
    if not may_be_left(session):
        raise StillTheirs
    session.unsigned_because, session.unsigned_at, session.unsigned_by = reason, at, by
    session.save(update_fields=["unsigned_because", "unsigned_at", "unsigned_by"])
    note("note_left_unsigned", subject=session, by=by, at=at)
    return session


@transaction.atomic
def add(
    *, session: Session, kind: str, text: str, reason: str, form_token: UUID, by: User, at: datetime
) -> NoteAddition:
    """Add to a signed note, under one's own name. The same form token adds once. Raises NotSigned."""
    session = lock(session)
    known = NoteAddition.objects.filter(form_token=form_token).first()
    if known is not None:
        return known
    if session.signed_at is None:
        raise NotSigned
    addition = NoteAddition.objects.create(
        session=session,
        kind=kind,
        text=text,
        reason=reason,
        written_at=at,
        author=by,
        author_name=by.name,
        author_credential=by.credential,
        form_token=form_token,
    )
    note("note_added_to", subject=session, by=by, at=at, kind=kind)
    return addition


@transaction.atomic
def agree(*, session: Session, agrees: bool, words: str, on: date, by: User, at: datetime) -> Agreement:
    """Keep what the person said of the signed note on that local day; the same is kept once. Raises NotSigned.

    Before it is signed it may still be written anew, and their answer would stand beside words they never read.
    """
    session = lock(session)
    if session.signed_at is None:
        raise NotSigned
    said, created = Agreement.objects.get_or_create(
        session=session, agrees=agrees, words=words, said_on=on, defaults={"recorded_by": by, "recorded_at": at}
    )
    if created:
        note("note_agreed", subject=session, by=by, at=at, agrees=agrees)
    return said


@transaction.atomic
def mark_read(*, session: Session, by: User, at: datetime) -> SessionReview:
    """A supervisor of the team has read it; the first mark stays. Raises NotSigned, NotYours."""
    session = lock(session)
    if session.team_id not in supervised_teams(by) or session.specialist_id == by.pk:
        raise NotYours
    if session.signed_at is None:
        raise NotSigned
    review, created = SessionReview.objects.get_or_create(session=session, defaults={"reviewer": by, "read_at": at})
    if created:
        note("note_read", subject=session, by=by, at=at)
    return review


@transaction.atomic
def review_record(*, participant: Participant, on: date, words: str, by: User, at: datetime) -> RecordReview:
    """A supervisor has looked through the whole record on that local day; once a day. Raises NotYours."""
    if participant.team_id not in supervised_teams(by):
        raise NotYours
    try:
        with transaction.atomic():
            review = RecordReview.objects.create(
                participant=participant, reviewed_on=on, words=words, recorded_at=at, reviewer=by
            )
    except IntegrityError:
        return RecordReview.objects.get(participant=participant, reviewer=by, reviewed_on=on)
    note("record_reviewed", subject=participant, by=by, at=at)
    return review
