"""Taking somebody in, keeping their details right, ending services, welcoming back."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import EndingReason, Participant, PhoneNumber, Quotation, ServiceEpisode

PROFILE = ["name_used", "legal_name", "pronouns", "language", "preferred_channel", "good_times"]
NUMBER = ["number", "label", "may_call", "may_text", "message", "message_text"]


class NotPossible(Exception):
    """The episode is not in the state this needs."""


class ChangedMeanwhile(Exception):
    """Somebody else saved this profile since it was read; `mark` stands for what it says now."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark


@transaction.atomic
def enrol(
    *,
    participant: Participant,
    phones: Iterable[PhoneNumber] = (),
    words: Iterable[Quotation] = (),
    on: date,
    by: User,
    at: datetime,
) -> Participant:
    """Save a new participant with their numbers and words, and open their episode on that local day."""
    participant.created_by, participant.created_at = by, at
    participant.save(force_insert=True)
    ServiceEpisode.objects.create(participant=participant, started_on=on)
    save_phones(participant, phones)
    for quotation in words:
        quotation.participant = participant
        quotation.recorded_by, quotation.recorded_at = by, at
        quotation.save(force_insert=True)
    note("participant_enrolled", subject=participant, by=by, at=at)
    return participant


def save_phones(participant: Participant, phones: Iterable[PhoneNumber]) -> None:
    """Put these numbers in place of what was there, in this order."""
    participant.phones.all().delete()
    for position, phone in enumerate(phones):
        phone.participant, phone.position = participant, position
        phone.save(force_insert=True)


def profile_mark(participant: Participant, phones: Iterable[PhoneNumber]) -> str:
    """A short mark of what a profile says; it changes with any part of it."""
    names = [getattr(participant, name) for name in PROFILE]
    numbers = [[getattr(phone, name) for name in NUMBER] for phone in phones]
    return sha256(json.dumps([names, numbers]).encode()).hexdigest()[:32]


@transaction.atomic
def update_profile(
    *, participant: Participant, phones: Iterable[PhoneNumber], seen: str, by: User, at: datetime
) -> Participant:
    """Save changed names, preferences and numbers.

    `seen` is the mark of what stood there when the change was begun. Raises ChangedMeanwhile where a colleague
    has saved since, so that no permission comes back that was taken away.
    """
    there = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    now, phones = profile_mark(there, there.phones.order_by("position", "pk")), list(phones)
    if profile_mark(participant, phones) == now:
        return participant
    if seen != now:
        raise ChangedMeanwhile(now)
    participant.save(update_fields=PROFILE)
    save_phones(participant, phones)
    note("participant_updated", subject=participant, by=by, at=at)
    return participant


@transaction.atomic
def end_episode(
    *, participant: Participant, on: date, reason: str, may_contact: str = "not_asked", by: User, at: datetime
) -> None:
    """Close the open episode on that local day. Raises NotPossible if there is none, or the day is before it began."""
    locked = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    episode = locked.episodes.filter(ended_on=None).first()
    if episode is None or on < episode.started_on:
        raise NotPossible
    episode.ended_on, episode.ending_reason, episode.ended_by = on, reason, by
    episode.may_contact = may_contact
    episode.save(update_fields=["ended_on", "ending_reason", "ended_by", "may_contact"])
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    note("services_ended", subject=locked, by=by, at=at, reason=reason)


@transaction.atomic
def say_contact_after(*, participant: Participant, may_contact: str, by: User, at: datetime) -> None:
    """Keep what the person says now about being contacted after the end.

    Raises NotPossible for somebody who is with us or has died.
    """
    locked = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    last = locked.episodes.order_by("-started_on", "-pk").first()
    if locked.is_active or last is None or last.ending_reason == EndingReason.DIED:
        raise NotPossible
    if last.may_contact != may_contact:
        before, last.may_contact = last.may_contact, may_contact
        last.save(update_fields=["may_contact"])
        note("contact_after_the_end", subject=locked, by=by, at=at, before=before, answer=may_contact)


@transaction.atomic
def open_episode(*, participant: Participant, on: date, by: User, at: datetime) -> None:
    """Open a new episode on that local day. Raises NotPossible while one is open or where the last ended later."""
    locked = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    last = locked.episodes.order_by("-started_on", "-pk").first()
    if last is not None and (last.ended_on is None or last.ended_on > on):
        raise NotPossible
    ServiceEpisode.objects.create(participant=locked, started_on=on)
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    note("welcomed_back", subject=locked, by=by, at=at)
