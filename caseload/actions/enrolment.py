"""Taking somebody in, keeping their details right, ending services, welcoming back."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant, PhoneNumber, Quotation, ServiceEpisode


class NotPossible(Exception):
    """The episode is not in the state this needs."""


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


@transaction.atomic
def update_profile(*, participant: Participant, phones: Iterable[PhoneNumber], by: User, at: datetime) -> Participant:
    """Save changed names, preferences and numbers."""
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    names = ["name_used", "legal_name", "pronouns", "language", "preferred_channel", "good_times"]
    participant.save(update_fields=names)
    save_phones(participant, phones)
    note("participant_updated", subject=participant, by=by, at=at)
    return participant


@transaction.atomic
def end_episode(*, participant: Participant, on: date, reason: str, by: User, at: datetime) -> None:
    """Close the open episode on that local day. Raises NotPossible if there is none, or the day is before it began."""
    locked = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    episode = locked.episodes.filter(ended_on=None).first()
    if episode is None or on < episode.started_on:
        raise NotPossible
    episode.ended_on, episode.ending_reason, episode.ended_by = on, reason, by
    episode.save(update_fields=["ended_on", "ending_reason", "ended_by"])
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    note("services_ended", subject=locked, by=by, at=at, reason=reason)


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
