"""Complaints, what a colleague passes on, talks about the relationship, and the wish for another peer."""

from datetime import date, datetime

from django.db import transaction

from accounts.access import supervised_teams, teams_of
from accounts.actions.events import note
from accounts.models import User
from caseload.actions.locking import lock
from caseload.models import Complaint, Concern, Participant, PeerRequest, SignalTalk
from caseload.models.trust import reads_all


class NotYours(Exception):
    """Only a supervisor of the team answers, and only its colleagues pass something on to them."""


class AnsweredAlready(Exception):
    """A colleague has answered the wish meanwhile, in the words of `request`."""

    def __init__(self, request: PeerRequest) -> None:
        super().__init__()
        self.request = request


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
    """That it was talked about on a local day; what was written down until then is done with.

    The same words on a day are kept once.
    """
    lock(participant.pk)
    written = {"recorded_by": by, "recorded_at": at, "knew_all": reads_all(by, participant)}
    row, created = SignalTalk.objects.get_or_create(
        participant=participant, talked_on=on, agreed=agreed, defaults=written
    )
    if created:
        note("relationship_talked_about", subject=participant, by=by, at=at)
    return row


@transaction.atomic
def ask_for_another(
    *, participant: Participant, words: str, on: date, by: User, at: datetime, for_supervisor: bool = False
) -> PeerRequest:
    """The person would like another peer; one that is open already, for the same eyes, stays the one.

    Where it is for the supervisor alone, whoever writes may not know of it: other words are kept beside it.
    """
    lock(participant.pk)
    asked = {"participant": participant, "for_supervisor": for_supervisor}
    same = {"words": words} if for_supervisor else {}
    known = PeerRequest.objects.filter(**asked, **same, answered_at=None).first()
    if known is not None:
        return known
    row = PeerRequest.objects.create(**asked, words=words, asked_on=on, recorded_by=by, recorded_at=at)
    note("another_peer_asked_for", subject=participant, by=by, at=at)
    return row


@transaction.atomic
def answer(*, request: PeerRequest, words: str, by: User, at: datetime) -> PeerRequest:
    """A supervisor has answered; the first answer stays. Raises NotYours, AnsweredAlready for other words."""
    participant = lock(request.participant_id)
    if participant.team_id not in supervised_teams(by):
        raise NotYours
    request = PeerRequest.objects.get(pk=request.pk)
    if request.answered_at is None:
        request.answered_at, request.answered_by, request.answer = at, by, words
        request.save(update_fields=["answered_at", "answered_by", "answer"])
        note("another_peer_answered", subject=participant, by=by, at=at)
    elif request.answer != words:
        raise AnsweredAlready(request)
    return request


@transaction.atomic
def pass_on(*, concern: Concern, by: User, at: datetime) -> Concern:
    """Tell a team's supervisors that somebody is not happy; the same form token is kept once. Raises NotYours."""
    if concern.team_id not in teams_of(by):
        raise NotYours
    known = Concern.objects.filter(form_token=concern.form_token).first()
    if known is not None:
        return known
    concern.recorded_by, concern.recorded_at = by, at
    concern.save(force_insert=True)
    note("concern_passed_on", subject=concern, by=by, at=at)
    return concern


@transaction.atomic
def settle(*, concern: Concern, by: User, at: datetime) -> Concern:
    """A supervisor has seen to it; who did first stays. Raises NotYours."""
    concern = Concern.objects.select_for_update().get(pk=concern.pk)
    if concern.team_id not in supervised_teams(by):
        raise NotYours
    if concern.settled_at is None:
        concern.settled_at, concern.settled_by = at, by
        concern.save(update_fields=["settled_at", "settled_by"])
        note("concern_settled", subject=concern, by=by, at=at)
    return concern
