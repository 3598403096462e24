"""Days somebody wants remembered, and the celebration that stands on the list when one comes."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Milestone, Participant
from followups.actions import pausing, planning
from followups.calendar import comes_round, local_date
from followups.models import DecidedBy, FollowUp, Purpose, State
from followups.models.followups import FollowUpQuerySet
from followups.poison import FAULTS_OF_A_ROW

log = logging.getLogger(__name__)

# So far ahead a celebration stands on the list; no further, so that years do not pile up.
AHEAD = timedelta(days=28)


@transaction.atomic
def remember(*, participant: Participant, milestone: Milestone, by: User, at: datetime) -> Milestone:
    """Keep a day, and put it on the list if it comes soon. The same again is kept once.

    Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise planning.ServicesEnded
    same = Milestone.objects.filter(participant=participant, what=milestone.what, on=milestone.on, ended_on=None)
    known = same.first()
    if known is not None:
        return known
    milestone.participant, milestone.recorded_by, milestone.recorded_at = participant, by, at
    milestone.save(force_insert=True)
    note("milestone_kept", subject=participant, by=by, at=at)
    put_on_list(milestone, participant, at)
    return milestone


@transaction.atomic
def forget(*, milestone: Milestone, by: User, at: datetime) -> None:
    """They no longer want it remembered; what stands for it is not needed. Forgetting twice changes nothing."""
    participant = planning.lock(milestone.participant_id)
    milestone = Milestone.objects.get(pk=milestone.pk)
    if milestone.ended_on is not None:
        return
    milestone.ended_on = local_date(at, participant.team.time_zone)
    milestone.save(update_fields=["ended_on"])
    settled = (
        FollowUp.objects.standing()
        .filter(milestone=milestone)
        .update(
            state=State.NOT_NEEDED,
            closed_at=at,
            closed_by=by,
            closing_reason=_("No longer to be remembered."),
            decided_by=DecidedBy.PARTICIPANT,
        )
    )
    if settled:
        planning.leave_nobody_dangling(participant, by=by, at=at)
    note("milestone_ended", subject=participant, by=by, at=at)


def lay_out_all(*, at: datetime) -> int:
    """Put on the list what comes up in the next weeks; returns how many. May run twice, at once, or late."""
    soon = [at.date() + timedelta(days=number) for number in range(-1, AHEAD.days + 2)]
    days = {day.month * 100 + day.day for day in soon}
    # Where the year has no 29 February, its 28th stands for it.
    days |= {229} if 228 in days else set()
    coming = Milestone.objects.filter(ended_on=None, month_day__in=days, participant__is_active=True)
    known = not_ended().filter(milestone=OuterRef("pk"), planned_on__gte=soon[0])
    missing = coming.filter(~Exists(known)).order_by("pk")
    return sum(laid_out_or_left(key, at) for key in missing.values_list("pk", flat=True))


def laid_out_or_left(key: object, at: datetime) -> bool:
    """Put one on the list; one that cannot be is noted and left, so that it does not stop the others."""
    try:
        return laid_out(key, at)
    except FAULTS_OF_A_ROW as error:
        log.error("day to remember %s cannot be put on the list: %s", key, type(error).__name__)
        return False


@transaction.atomic
def laid_out(key: object, at: datetime) -> bool:
    """Put one on the list, if it comes soon and does not stand there yet."""
    milestone = Milestone.objects.get(pk=key)
    participant = planning.lock(milestone.participant_id)
    return participant.is_active and put_on_list(milestone, participant, at)


def put_on_list(milestone: Milestone, participant: Participant, at: datetime) -> bool:
    """The follow-up for its next day, if that comes soon; the date is theirs and is not moved."""
    on = next_day(milestone, local_date(at, participant.team.time_zone))
    if on is None or not_ended().filter(milestone=milestone, planned_on=on).exists() or in_peace(participant):
        return False
    contact = planning.NextContact(due_on=on, planned_on=on, purpose=Purpose.CELEBRATION, what=milestone.what)
    row = planning.create(participant, contact, by=milestone.recorded_by, at=at, milestone=milestone)
    pausing.rest_with(row, participant, at=at)
    return True


def not_ended() -> FollowUpQuerySet:
    """What services ending did not close: after a welcome back the same day is put on the list anew."""
    return FollowUp.objects.exclude(state=State.ENDED)


def in_peace(participant: Participant) -> bool:
    """Whether all contact was stopped (they asked for none, or died), and nobody has planned any since."""
    theirs = FollowUp.objects.filter(participant=participant)
    reviews = theirs.filter(purpose=Purpose.REVIEW)
    if reviews.standing().exists():
        return True
    decided = reviews.filter(state=State.NOT_NEEDED, set_aside=False, came_back_as=None).exists()
    return decided and not theirs.standing().exclude(purpose=Purpose.CELEBRATION).exists()


def next_day(milestone: Milestone, today: date) -> date | None:
    """Its next day from today on, if that comes soon."""
    on = comes_round(milestone.on, today) if milestone.yearly else milestone.on
    return on if today <= on <= today + AHEAD else None
