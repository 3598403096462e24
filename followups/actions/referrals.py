"""An offer to go somewhere, and the follow-up that asks what became of it: the two never contradict each other."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.actions.strands import name_barrier
from caseload.models import Participant, Referral
from caseload.models.strands import SETTLED, ReferralState
from followups.actions import planning
from followups.calendar import local_date, placed
from followups.models import DecidedBy, FollowUp, Purpose, State
from followups.models.calendars import calendar_of


class AlreadyAnswered(Exception):
    """What became of it is known."""


@transaction.atomic
def offer(*, participant: Participant, referral: Referral, ask_on: date | None, by: User, at: datetime) -> Referral:
    """Keep an offer; with a day they want to go, and are asked after it then. The same form token is kept once.

    Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    known = Referral.objects.filter(form_token=referral.form_token).first()
    if known is not None:
        return known
    if not participant.is_active:
        raise planning.ServicesEnded
    today = local_date(at, participant.team.time_zone)
    referral.participant, referral.offered_on, referral.changed_on = participant, today, today
    referral.state = ReferralState.ACCEPTED if ask_on else ReferralState.OFFERED
    referral.recorded_by, referral.recorded_at = by, at
    referral.save(force_insert=True)
    if ask_on:
        ask(participant, referral, ask_on, by, at)
    note("referral_offered", subject=participant, by=by, at=at, state=referral.state)
    return referral


def ask(participant: Participant, referral: Referral, on: date, by: User, at: datetime) -> FollowUp:
    """A follow-up on a day the team is open."""
    team = participant.team
    today = local_date(at, team.time_zone)
    due_on = placed(on, calendar=calendar_of(team), rule=team.closed_day_rule, today=today)
    contact = planning.NextContact(due_on=due_on, planned_on=on, purpose=Purpose.REFERRAL, what=referral.place)
    return planning.create(participant, contact, by=by, at=at, referral=referral)


@transaction.atomic
def answer(
    *, referral: Referral, state: str, why_not: str, ask_on: date | None, is_barrier: bool, by: User, at: datetime
) -> Referral:
    """What became of it: they want to go (asked after on a day), not now, got there, or did not and why.

    What came in between may become a barrier. After services have ended it can still be told how it went, but
    nobody asks again. Raises AlreadyAnswered, planning.ServicesEnded.
    """
    participant = planning.lock(referral.participant_id)
    referral = Referral.objects.select_related("service").get(pk=referral.pk)
    if referral.state in SETTLED:
        raise AlreadyAnswered
    if not participant.is_active and state == ReferralState.ACCEPTED:
        raise planning.ServicesEnded
    today = local_date(at, participant.team.time_zone)
    asking = FollowUp.objects.standing().filter(referral=referral)
    if state == ReferralState.NOT_NOW:
        reason = {"closing_reason": _("Not now."), "decided_by": DecidedBy.PARTICIPANT}
        settled = asking.update(state=State.NOT_NEEDED, closed_at=at, closed_by=by, **reason)
    else:
        settled = asking.update(state=State.DONE, closed_at=at, closed_by=by)
    if state == ReferralState.ACCEPTED and ask_on:
        ask(participant, referral, ask_on, by, at)
    if settled:
        planning.leave_nobody_dangling(participant, by=by, at=at)
    referral.state, referral.why_not, referral.changed_on = state, why_not, today
    referral.save(update_fields=["state", "why_not", "changed_on"])
    if is_barrier and why_not:
        name_barrier(participant=participant, what=why_not, on=today, by=by, at=at)
    note("referral_answered", subject=referral, by=by, at=at, state=state)
    return referral
