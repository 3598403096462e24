"""A rest that ends by itself: nobody calls until a day, and everything stands again then."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions import planning, plans
from followups.calendar import local_date, placed
from followups.models import CheckInPlan, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.followups import CONTACT


@transaction.atomic
def pause(*, participant: Participant, until: date, decided_by: str, by: User, at: datetime) -> FollowUp:
    """No contact of ours before that local day; returns the follow-up that comes back then.

    The first contact planned rests until then, later ones before that day are set aside, the plan goes on
    after it. What was promised stays owed. Raises planning.ServicesEnded.
    """
    participant = planning.lock(participant.pk)
    if not participant.is_active:
        raise planning.ServicesEnded
    first, _others = rest(participant, until=until, decided_by=decided_by, by=by, at=at)
    note("contact_paused", subject=participant, by=by, at=at, until=until.isoformat(), decided_by=decided_by)
    return first


def rest(
    participant: Participant, *, until: date, decided_by: str, by: User, at: datetime, keeps: FollowUp | None = None
) -> tuple[FollowUp, dict[str, Any]]:
    """Let contact rest; returns the follow-up that comes back, and what else was changed, for taking it back.

    `keeps` is the follow-up that comes back; else it is the first contact planned before that day. Call inside
    a deed that holds the participant's row.
    """
    team = participant.team
    today = local_date(at, team.time_zone)
    due_on = placed(until, calendar=calendar_of(team), rule=team.closed_day_rule, today=today)
    contacts = FollowUp.objects.standing().filter(participant=participant, purpose__in=CONTACT, due_on__lte=due_on)
    rows = list(contacts.order_by("due_on", "pk"))
    if keeps is None:
        contact = planning.NextContact(due_on=due_on, planned_on=until)
        keeps = rows[0] if rows else planning.create(participant, contact, by=by, at=at)
    others = [row for row in rows if row.pk != keeps.pk]
    words = _("Resting until %(day)s.") % {"day": formats.date_format(due_on, "j M Y")}
    plans.set_aside(
        FollowUp.objects.filter(pk__in=[row.pk for row in others]), reason=words, decided_by=decided_by, by=by, at=at
    )
    plan = CheckInPlan.objects.running().filter(participant=participant).first()
    before = {"others": others, "plan": plan and (str(plan.pk), plan.paused_until)}
    if plan is not None:
        plan.paused_until = until
        plan.save(update_fields=["paused_until"])
    planning.give_date(keeps, due_on, state=State.PAUSED, why=words, by=by, at=at)
    return keeps, before


@transaction.atomic
def resume(*, participant: Participant, by: User, at: datetime) -> None:
    """End the rest early: what rested is due on the next working day, the plan goes on."""
    participant = planning.lock(participant.pk)
    team = participant.team
    on = calendar_of(team).next_working_day(local_date(at, team.time_zone))
    resting = FollowUp.objects.filter(participant=participant, state=State.PAUSED, purpose__in=CONTACT)
    for followup in resting.order_by("due_on", "pk"):
        planning.give_date(followup, on, state=State.OPEN, why=_("The pause ended early."), by=by, at=at)
    plan = CheckInPlan.objects.running().filter(participant=participant).select_related("team").first()
    if plan is not None and plan.paused_until is not None:
        plan.paused_until = None
        plan.save(update_fields=["paused_until"])
        plans.take_up_again(plan=plan, at=at)
    note("contact_resumed", subject=participant, by=by, at=at)
