"""Complaints, talks about the relationship, and the wish for another peer."""

from datetime import date, datetime

from django.db import transaction

from accounts.access import supervised_teams
from accounts.actions.events import note
from accounts.models import User
from caseload.actions.locking import lock
from caseload.models import Complaint, Participant, PeerRequest, SignalTalk


class NotYours(Exception):
    """Only a supervisor of the team answers."""


@transaction.atomic
def complain(*, participant: Participant, complaint: Complaint, by: User, at: datetime) -> Complaint:
    """Keep a complaint as it was said; the same form token is kept once."""
    lock(participant.pk)
    known = Complaint.objects.filter(form_token=complaint.form_token).first()
    if known is not None:
        return known
    complaint.participant, complaint.recorded_by, complaint.recorded_at = participant, by, at
    complaint.save(force_insert=True)
    note("complaint_recorded", subject=participant, by=by, at=at)
    return complaint


@transaction.atomic
def talk(*, participant: Participant, agreed: str, on: date, by: User, at: datetime) -> SignalTalk:
    """That it was talked about; facts from before that day are done with. The same words on a day are kept once."""
    lock(participant.pk)
    row, created = SignalTalk.objects.get_or_create(
        participant=participant, talked_on=on, agreed=agreed, defaults={"recorded_by": by, "recorded_at": at}
    )
    if created:
        note("relationship_talked_about", subject=participant, by=by, at=at)
    return row


@transaction.atomic
def ask_for_another(*, participant: Participant, words: str, on: date, by: User, at: datetime) -> PeerRequest:
    """The person would like another peer; one that is open already stays the one."""
    lock(participant.pk)
    known = PeerRequest.objects.filter(participant=participant, answered_at=None).first()
    if known is not None:
        return known
    row = PeerRequest.objects.create(participant=participant, words=words, asked_on=on, recorded_by=by, recorded_at=at)
    note("another_peer_asked_for", subject=participant, by=by, at=at)
    return row


@transaction.atomic
def answer(*, request: PeerRequest, words: str, by: User, at: datetime) -> PeerRequest:
    """A supervisor has answered; the first answer stays. Raises NotYours."""
    participant = lock(request.participant_id)
    if participant.team_id not in supervised_teams(by):
        raise NotYours
    request = PeerRequest.objects.get(pk=request.pk)
    if request.answered_at is None:
        request.answered_at, request.answered_by, request.answer = at, by, words
        request.save(update_fields=["answered_at", "answered_by", "answer"])
        note("another_peer_answered", subject=participant, by=by, at=at)
    return request
