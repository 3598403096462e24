"""From what was decided back to the list, with one click; the decision stays readable."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions import planning
from followups.calendar import local_date
from followups.models import FollowUp, Purpose, State
from followups.models.calendars import calendar_of


class NothingDecided(Exception):
    """It is not a decision, or the participant's services have ended."""


@transaction.atomic
def bring_back(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Take a decided follow-up up again, due on the next working day from today. A second click changes nothing.

    Raises NothingDecided.
    """
    participant = planning.lock(followup.participant_id)
    followup = FollowUp.objects.get(pk=followup.pk)
    if followup.state != State.NOT_NEEDED or not participant.is_active:
        raise NothingDecided
    known = FollowUp.objects.filter(came_from=followup).first()
    if known is not None:
        return known
    purpose = Purpose.CHECK_IN if followup.purpose == Purpose.REVIEW else followup.purpose
    return plan_soon(participant, by, at, purpose=purpose, what=followup.what, came_from=followup)


@transaction.atomic
def bring_person_back(*, participant: Participant, by: User, at: datetime) -> FollowUp:
    """A check-in on the next working day for somebody with nothing planned; what stands already is returned.

    Raises NothingDecided where services have ended.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise NothingDecided
    standing = FollowUp.objects.standing().filter(participant=participant).order_by("due_on").first()
    return standing or plan_soon(participant, by, at)


def plan_soon(participant: Participant, by: User, at: datetime, came_from: FollowUp | None = None, **words: str):
    """A follow-up for the next working day from today on."""
    on = calendar_of(participant.team).next_working_day(local_date(at, participant.team.time_zone))
    contact = planning.NextContact(due_on=on, planned_on=on, **words)
    created = planning.create(participant, contact, by=by, at=at, came_from=came_from)
    note("brought_back", subject=created, by=by, at=at)
    return created
