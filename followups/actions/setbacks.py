"""A setback, and the closer rhythm the person may want."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant, Setback
from caseload.models.setbacks import CloserAnswer
from followups.actions import closer, planning
from followups.calendar import local_date
from followups.models import DecidedBy, Purpose
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion


@transaction.atomic
def record(*, participant: Participant, setback: Setback, by: User, at: datetime) -> Setback:
    """Keep what happened, and plan what the person chose: closer contacts, nothing else, or to be asked again.

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
    if setback.answer == CloserAnswer.AGREED:
        closer.begin(
            participant=participant,
            occasion=Occasion.SETBACK,
            happened_on=setback.happened_on,
            decided_by=DecidedBy.PARTICIPANT,
            by=by,
            at=at,
        )
    elif setback.answer == CloserAnswer.LATER:
        on = calendar_of(participant.team).add_working_days(local_date(at, participant.team.time_zone), 1)
        words = _("Ask whether being in touch more often would help.")
        contact = planning.NextContact(due_on=on, planned_on=on, purpose=Purpose.AFTER_SETBACK, what=words)
        planning.create(participant, contact, by=by, at=at)
    note("setback_recorded", subject=participant, by=by, at=at, answer=setback.answer)
    return setback
