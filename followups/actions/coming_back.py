"""From what was decided back to the list, with one click; the decision stays readable."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from caseload.models.strands import SETTLED
from followups.actions import planning
from followups.calendar import local_date
from followups.models import FollowUp, Purpose, State
from followups.models.calendars import calendar_of


class NothingDecided(Exception):
    """It is not a decision, or the participant's services have ended."""


@transaction.atomic
def bring_back(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Take a decided follow-up up again, due on the next working day from today. A second click changes nothing.

    It asks after the same referral, step or day to remember, as long as that is still open.
    Raises NothingDecided.
    """
    participant = planning.lock(followup.participant_id)
    followup = FollowUp.objects.select_related("referral", "step__goal", "milestone").get(pk=followup.pk)
    if followup.state != State.NOT_NEEDED or not participant.is_active:
        raise NothingDecided
    about = what_it_was_about(followup)
    known = FollowUp.objects.filter(came_from=followup).first() or asks_already(about)
    if known is not None:
        return known
    purpose = Purpose.CHECK_IN if followup.purpose == Purpose.REVIEW else followup.purpose
    on = soon(participant, at)
    if followup.latest_on is not None and followup.latest_on >= on:
        about["latest_on"] = followup.latest_on
    contact = planning.NextContact(on, on, purpose, followup.what, _("Brought back from what was decided."))
    return brought(planning.create(participant, contact, by=by, at=at, came_from=followup, **about), by, at)


def what_it_was_about(followup: FollowUp) -> dict[str, Any]:
    """The referral, step or day to remember it asks after, where the answer is still to come, and theirs.

    What stayed with a record that was put into this one can be answered nowhere.
    """
    about: dict[str, Any] = {}
    person = followup.participant_id
    referral, step, milestone = followup.referral, followup.step, followup.milestone
    if referral is not None and referral.state not in SETTLED and referral.participant_id == person:
        about["referral"] = referral
    if step is not None and not step.is_over and step.goal.participant_id == person:
        about["step"] = step
    if milestone is not None and milestone.ended_on is None and milestone.participant_id == person:
        about["milestone"] = milestone
    return about


def asks_already(about: dict[str, Any]) -> FollowUp | None:
    """What asks after the same referral or step already: there is never more than one."""
    asked = {name: about[name] for name in ("referral", "step") if name in about}
    return FollowUp.objects.standing().filter(**asked).first() if asked else None


@transaction.atomic
def bring_person_back(*, participant: Participant, by: User, at: datetime) -> FollowUp:
    """A check-in on the next working day for somebody with nothing planned; what stands already is returned.

    Raises NothingDecided where services have ended.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise NothingDecided
    standing = FollowUp.objects.standing().filter(participant=participant).order_by("due_on").first()
    if standing is not None:
        return standing
    on = soon(participant, at)
    contact = planning.NextContact(on, on, why_here=_("Brought back by choice; nothing was planned."))
    return brought(planning.create(participant, contact, by=by, at=at, came_from=last_decision(participant)), by, at)


def last_decision(participant: Participant) -> FollowUp | None:
    """What was decided about them last, if that was the last thing of all and nobody has taken it up again."""
    closed = FollowUp.objects.filter(participant=participant, closed_at__isnull=False).order_by("-closed_at", "-pk")
    last = closed.first()
    is_decision = last is not None and last.state == State.NOT_NEEDED and not last.set_aside
    return last if is_decision and not last.came_back_as.exists() else None


def soon(participant: Participant, at: datetime) -> date:
    """The next working day from today on."""
    return calendar_of(participant.team).next_working_day(local_date(at, participant.team.time_zone))


def brought(created: FollowUp, by: User, at: datetime) -> FollowUp:
    """Note that it is back."""
    note("brought_back", subject=created, by=by, at=at)
    return created
