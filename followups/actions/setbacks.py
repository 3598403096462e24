"""A setback, and the closer rhythm the person may want."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant, Setback
from caseload.models.setbacks import CLOSER, CloserAnswer
from followups.actions import closer, planning
from followups.calendar import local_date
from followups.models import CloserRhythm, DecidedBy, FollowUp, Purpose
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion
from followups.models.followups import CONTACT


@transaction.atomic
def record(*, participant: Participant, setback: Setback, by: User, at: datetime) -> Setback:
    """Keep what happened, and plan what the person chose: one contact soon, weekly ones after it, nothing else,
    or to be asked again.

    The same form token is kept once. Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    known = Setback.objects.filter(form_token=setback.form_token).first()
    if known is not None:
        return known
    if not participant.is_active:
        raise planning.ServicesEnded
    setback.participant, setback.recorded_by, setback.recorded_at = participant, by, at
    setback.save(force_insert=True)
    if setback.answer in CLOSER:
        closer.begin(
            participant=participant,
            occasion=Occasion.SETBACK,
            happened_on=setback.happened_on,
            only_soon=setback.answer == CloserAnswer.SOON,
            decided_by=DecidedBy.PARTICIPANT,
            by=by,
            at=at,
        )
    elif setback.answer == CloserAnswer.LATER:
        on = ask_again_on(participant, local_date(at, participant.team.time_zone))
        words = _("Ask whether being in touch more often would help.")
        contact = planning.NextContact(due_on=on, planned_on=on, purpose=Purpose.AFTER_SETBACK, what=words)
        planning.create(participant, contact, by=by, at=at)
    note("setback_recorded", subject=participant, by=by, at=at, answer=setback.answer)
    return setback


def dates_of(participant: Participant, happened_on: date, today: date) -> dict[str, list[date]]:
    """The days each answer would bring, to be seen before one is chosen."""
    after = {"occasion": Occasion.SETBACK, "happened_on": happened_on, "participant": participant, "today": today}
    weekly = [one.due_on for one in closer.dates_after(**after)]
    standing = FollowUp.objects.standing().filter(participant=participant, purpose__in=CONTACT, due_on__gte=today)
    return {
        CloserAnswer.SOON: [soon_day(participant, happened_on, today)],
        CloserAnswer.WEEKLY: weekly,
        CloserAnswer.KEEP: list(standing.order_by("due_on").values_list("due_on", flat=True)[:1]),
        CloserAnswer.LATER: [ask_again_on(participant, today)],
    }


def soon_day(participant: Participant, happened_on: date, today: date) -> date:
    """The day of one contact soon: where a closer rhythm holds, one that stands within those days is it already."""
    after = {"occasion": Occasion.SETBACK, "happened_on": happened_on, "participant": participant, "today": today}
    (soon,) = closer.dates_after(**after, only_soon=True)
    holds = CloserRhythm.objects.standing().filter(participant=participant, until__gte=today).exists()
    latest = max(soon.due_on, soon.latest_on or soon.due_on)
    return (holds and closer.soon_already(participant, happened_on, today, latest)) or soon.due_on


def ask_again_on(participant: Participant, today: date) -> date:
    """When "ask me later" comes back."""
    return calendar_of(participant.team).add_working_days(today, 1)
