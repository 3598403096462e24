"""Ending services with the door left open, and coming back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.actions import enrolment, handover
from caseload.models import EndingReason, Participant
from caseload.models.assignments import AssignmentEnd
from followups.actions import handing_on, planning, plans
from followups.models import CheckInPlan, CloserRhythm, DecidedBy, FollowUp, State


@transaction.atomic
def end_services(
    *, participant: Participant, on: date, reason: str, may_contact: str = "not_asked", by: User, at: datetime
) -> None:
    """End the episode on that local day with all that is planned and asked for, rhythm and assignment: all or nothing.

    `may_contact` is what the person said to being contacted afterwards; without a yes nobody is.
    Raises enrolment.NotPossible, planning.TooSoonToStop: nobody is let go by silence.
    """
    if reason == EndingReason.CONTACT_LOST:
        planning.refuse_silence(participant, DecidedBy.SUPERVISOR, by)
    enrolment.end_episode(participant=participant, on=on, reason=reason, may_contact=may_contact, by=by, at=at)
    # Rhythms first: the worker lays out under the lock of the plan, and what it has just added is closed too.
    CheckInPlan.objects.running().filter(participant=participant).update(ended_at=at)
    CloserRhythm.objects.standing().filter(participant=participant).update(ended_at=at)
    FollowUp.objects.standing().filter(participant=participant).update(
        state=State.ENDED, closed_at=at, closed_by=by, closing_reason=""
    )
    plans.rest_no_more(participant, on)
    handing_on.answer_wishes(participant.peer_requests.all(), _("Services ended."), by, at)
    handover.release(participant=participant, reason=AssignmentEnd.SERVICES_ENDED, by=by, at=at)


@transaction.atomic
def welcome_back(
    *,
    participant: Participant,
    on: date,
    contact: planning.NextContact,
    specialist: User | None,
    by: User,
    at: datetime,
) -> None:
    """Open a new episode with a first check-in; without a specialist the person waits for a peer.

    Raises enrolment.NotPossible and what handover.assign raises.
    """
    enrolment.open_episode(participant=participant, on=on, by=by, at=at)
    planning.schedule(participant=participant, contact=contact, by=by, at=at)
    if specialist is not None:
        handing_on.assign(participant=participant, specialist=specialist, instead_of=None, by=by, at=at)
