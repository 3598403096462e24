"""A rest that ends by itself: nobody calls until a day, and everything stands again then."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant
from followups.actions import planning, plans
from followups.calendar import local_date, placed
from followups.models import DecidedBy, FollowUp, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.followups import CONTACT, STANDING
from followups.models.gaps import back_on

# What was promised stays owed, and what colleagues look at together is no contact: neither rests.
OWED = (Purpose.PROMISE, Purpose.REVIEW)


@transaction.atomic
def pause(*, participant: Participant, until: date, decided_by: str, by: User, at: datetime) -> FollowUp:
    """No contact of ours before that local day; returns the follow-up that comes back then.

    The first contact planned rests until then, later ones before that day are set aside, the plan goes on
    after it; a celebration or a question of ours rests too. What was promised stays owed.
    Raises planning.ServicesEnded.
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

    `keeps` is the follow-up that comes back; else it is the first contact planned before that day. Other contacts
    are set aside, and what else has us in touch (a celebration, a referral, a step) rests with it. A rest that
    holds already ends first. Call inside a deed that holds the participant's row.
    """
    today = local_date(at, participant.team.time_zone)
    due_on = day_back(participant, until, today)
    plan = plans.lock_running(participant)
    before = {"others": as_they_are(participant, today), "plan": plan and (str(plan.pk), plan.paused_until)}
    if back_on(participant, today) is not None:
        words = _("Another pause was agreed on.")
        lift(participant, why=words, decided_by=decided_by, by=by, at=at, keeps=keeps)
    rows = list(
        FollowUp.objects.standing().filter(participant=participant, due_on__lte=due_on).exclude(purpose__in=OWED)
    )
    contacts = sorted((row for row in rows if row.purpose in CONTACT), key=lambda row: (row.due_on, row.pk))
    if keeps is None:
        keeps = contacts[0] if contacts else None
    if keeps is None:
        contact = planning.NextContact(due_on=due_on, planned_on=until)
        keeps = planning.create(participant, contact, by=by, at=at)
    else:
        keeps.rests_from = keeps.due_on
        keeps.save(update_fields=["rests_from"])
    put_off(rows, keeps, due_on, decided_by=decided_by, by=by, chosen_by=by, at=at)
    if plan is not None:
        plan.refresh_from_db()
        plan.paused_until = due_on
        plan.save(update_fields=["paused_until"])
        plans.lay_out(plan=plan, at=at)
    return keeps, {**before, "others": changed(before["others"], keeps)}


def day_back(participant: Participant, until: date, today: date) -> date:
    """The day they named, or the next the team works: never before."""
    team = participant.team
    rule = "keep" if team.closed_day_rule == "keep" else "next"
    return placed(until, calendar=calendar_of(team), rule=rule, today=today)


def put_off(
    rows: list[FollowUp],
    keeps: FollowUp | None,
    due_on: date,
    *,
    decided_by: str,
    by: User,
    chosen_by: User | None = None,
    at: datetime,
) -> None:
    """Let these rest until that day: of contacts only the one that comes back then, the others are set aside.

    `chosen_by` is who chose the day, if anybody did.
    """
    words = resting_until(due_on)
    others = FollowUp.objects.filter(pk__in=[row.pk for row in rows if row != keeps])
    plans.set_aside(others.filter(purpose__in=CONTACT), reason=words, decided_by=decided_by, by=by, at=at)
    others.exclude(purpose__in=CONTACT).update(
        state=State.PAUSED,
        rests_from=Coalesce("rests_from", "due_on"),
        due_on=due_on,
        why_here=words,
        moved_at=at,
        moved_by=chosen_by,
        flagged_rung=0,
        flagged_at=None,
        unheard=False,
    )
    if keeps is not None:
        planning.give_date(keeps, due_on, state=State.PAUSED, why=words, by=chosen_by, at=at)


def resting_until(on: date) -> str:
    """What is said of a follow-up that rests until that day."""
    return _("Resting until %(day)s.") % {"day": formats.date_format(on, "j M Y")}


def rest_with(followup: FollowUp, participant: Participant, *, at: datetime) -> None:
    """Let one that was just put on the list rest too, if its day lies in a pause."""
    back = back_on(participant, local_date(at, participant.team.time_zone))
    if back is not None and followup.due_on < back:
        followup.rests_from = followup.due_on
        followup.save(update_fields=["rests_from"])
        planning.give_date(followup, back, state=State.PAUSED, why=resting_until(back), by=None, at=at)


def as_they_are(participant: Participant, today: date) -> list[FollowUp]:
    """All that a rest may change: what stands, and what an earlier rest has set aside."""
    aside = Q(set_aside=True, due_on__gt=today)
    return list(FollowUp.objects.filter(Q(state__in=STANDING) | aside, participant=participant))


def changed(before: list[FollowUp], keeps: FollowUp) -> list[FollowUp]:
    """Those of them that are not any more as they were, as they were; without the one that comes back."""
    now = FollowUp.objects.in_bulk([row.pk for row in before])
    return [row for row in before if row.pk != keeps.pk and place(now[row.pk]) != place(row)]


def place(row: FollowUp) -> tuple[str, date]:
    """Where it stands, and for which day."""
    return row.state, row.due_on


@transaction.atomic
def resume(*, participant: Participant, decided_by: str, by: User, at: datetime) -> bool:
    """End the rest early: what rested is due on its own day again, or on the next working day if that has passed.

    False, and nothing changed, where no rest lies ahead: it has ended by itself.
    """
    participant = planning.lock(participant.pk)
    if back_on(participant, local_date(at, participant.team.time_zone)) is None:
        return False
    who = DecidedBy(decided_by).label
    words = _("The pause ended early (%(who)s).") % {"who": who}
    lift(participant, why=words, decided_by=decided_by, by=by, at=at)
    note("contact_resumed", subject=participant, by=by, at=at, decided_by=decided_by)
    return True


def lift(
    participant: Participant, *, why: str, decided_by: str, by: User, at: datetime, keeps: FollowUp | None = None
) -> None:
    """Let everything stand again that a rest still ahead holds back, one contact a day; `keeps` in any case.

    Call inside a deed that holds the participant's row.
    """
    team = participant.team
    today = local_date(at, team.time_zone)
    plan = plans.lock_running(participant)
    on = calendar_of(team).next_working_day(today)
    resting = FollowUp.objects.filter(participant=participant, state=State.PAUSED, due_on__gt=today)
    for followup in resting.order_by("due_on", "pk"):
        day = max(on, followup.rests_from or on)
        others = plans.contact_days(participant.pk, but=followup)
        # One that the rest itself had made goes with it, where somebody will be in touch anyway.
        is_taken = followup.purpose in CONTACT and (day in others or (followup.rests_from is None and bool(others)))
        planning.give_date(followup, day, state=State.OPEN, why=why, by=None, at=at)
        if is_taken and followup != keeps:
            row = FollowUp.objects.filter(pk=followup.pk)
            plans.set_aside(row, reason=why, decided_by=decided_by, by=by, at=at)
    if plan is not None and plan.paused_until is not None:
        plan.paused_until = None
        plan.save(update_fields=["paused_until"])
    plans.take_up_again(participant=participant, why=why, at=at)
