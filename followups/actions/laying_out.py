"""Laying out the follow-ups of a rhythm: each on a day of its own, none while it rests, and the question at its end."""

from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from caseload.models import Assignment
from followups.calendar import DAY, FAR, Planned, laid_out, local_date, placed
from followups.models import CheckInPlan, CloserRhythm, FollowUp, State
from followups.models.calendars import calendar_of
from followups.models.closer import Occasion
from followups.models.followups import CONTACT, STANDING

# Follow-ups exist at least this far ahead, so that people and colleagues can see what is coming.
AHEAD = timedelta(days=28)

# What makes a follow-up that was set aside stand again.
OPENED = {
    "state": State.OPEN,
    "set_aside": False,
    "rests_from": None,
    "closed_at": None,
    "closed_by": None,
    "closing_reason": "",
    "decided_by": "",
}


def contact_days(participant_id: object, but: FollowUp | None = None) -> set[date]:
    """The days on which somebody will be in touch already, whatever has planned it; `but` one."""
    standing = FollowUp.objects.standing().filter(participant=participant_id).exclude(pk=but and but.pk)
    return set(standing.filter(purpose__in=CONTACT).values_list("due_on", flat=True))


def lay_out(*, plan: CheckInPlan, at: datetime, beyond: date | None = None, anew: bool = False) -> int:
    """Create the plan's follow-ups from today to four weeks ahead, at the least the next one. Returns how many.

    May run twice and at once: a date of a plan exists once by constraint. Dates on closed days move
    by the team's rule; two dates that land on the same day become one, and a day on which another contact
    stands has its own. `beyond`: also the first date after it. `anew`: also what was passed over before.
    """
    team = plan.team
    today = local_date(at, team.time_zone)
    rest = rests_until(plan)
    bookmark = None if anew else plan.planned_until
    after = max(bookmark or plan.starts_on - DAY, today - DAY, rest or today - DAY)
    until = max(today + AHEAD, plan.planned_until or today)
    dates = list(plan.rhythm.dates(after, until)) or next_date_only(plan, after, today)
    if beyond is not None and (not dates or dates[-1] <= beyond):
        dates += [on for on in first_of(plan, max(beyond, after)) if on not in dates]
    first_day = first_day_of(rest, today)
    taken, last = contact_days(plan.participant_id), plan.rhythm.last
    places = laid_out(iter(dates), calendar=calendar_of(team), rule=team.closed_day_rule, today=first_day, taken=taken)
    owner_id = keeper_of(plan)
    rows = [row_of(plan, one, owner_id, at, asks=one.planned_on == last) for one in places]
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    if last is not None and last <= max([until, *dates]):
        ask_on_free_day(plan, last, first_day, at)
    plan.planned_until = max([until, *dates])
    plan.save(update_fields=["planned_until"])
    return len(rows)


def row_of(plan: CheckInPlan, one: Planned, owner_id: object, at: datetime, *, asks: bool, why: str = "") -> FollowUp:
    """A check-in of the plan, not saved; with `asks`, the one that asks whether they would like to go on."""
    return FollowUp(
        team=plan.team,
        participant_id=plan.participant_id,
        owner_id=owner_id,
        plan=plan,
        what=_("Ask whether they would like to go on") if asks else "",
        due_on=one.due_on,
        planned_on=one.planned_on,
        why_here=why or why_moved(one),
        created_at=at,
    )


def why_moved(one: Planned) -> str:
    """Why the day is not the one meant; empty if it is."""
    if one.due_on == one.planned_on:
        return ""
    return _("moved from %(day)s, a day the team is closed") % {"day": formats.date_format(one.planned_on, "j M")}


def keeper_of(plan: CheckInPlan) -> object:
    """Who walks with the participant now; None while they wait for a peer."""
    current = Assignment.objects.current().filter(participant=plan.participant_id)
    return current.values_list("specialist", flat=True).first()


def ask_on_free_day(plan: CheckInPlan, last: date, first_day: date, at: datetime) -> None:
    """Where the last date fell into a rest, or on another contact's day, its question comes on the next free day."""
    known = FollowUp.objects.filter(plan=plan, planned_on=last).first()
    if known is not None and not known.set_aside:
        return
    on = free_day(plan, last, first_day, contact_days(plan.participant_id))
    row = row_of(plan, Planned(last, on), keeper_of(plan), at, asks=True, why=_("The last check-in of the plan."))
    row.rests_from = last
    if known is None:
        FollowUp.objects.bulk_create([row], ignore_conflicts=True)
        return
    again = {"set_aside": False, "rests_from": last, "due_on": on, "what": row.what, "why_here": row.why_here}
    FollowUp.objects.filter(pk=known.pk).update(**{**OPENED, **again})


def free_day(plan: CheckInPlan, planned_on: date, first_day: date, taken: set[date]) -> date:
    """Where a date falls from that day on, passing over days on which another contact stands."""
    calendar = calendar_of(plan.team)
    on = placed(planned_on, calendar=calendar, rule=plan.team.closed_day_rule, today=first_day)
    while on in taken:
        on = calendar.next_working_day(on + DAY)
    return on


def first_day_of(rest: date | None, today: date) -> date:
    """The first day on which a plan may have us in touch: today, or the day after its rest."""
    return max(today, rest + DAY) if rest else today


def rests_until(plan: CheckInPlan) -> date | None:
    """The last local day on which the plan rests: paused, or while a closer rhythm holds."""
    closer = CloserRhythm.objects.standing().filter(participant=plan.participant_id, occasion=Occasion.SETBACK)
    days = [plan.paused_until and plan.paused_until - DAY, closer.values_list("until", flat=True).first()]
    return max(filter(None, days), default=None)


def first_of(plan: CheckInPlan, after: date) -> list[date]:
    """The rhythm's first date after that day; none where it has come to its end."""
    return [first] if (first := next(plan.rhythm.dates(after, after + FAR), None)) else []


def next_date_only(plan: CheckInPlan, after: date, today: date) -> list[date]:
    """The first date of a slow rhythm, where it lies further ahead than we lay out."""
    if FollowUp.objects.filter(plan=plan, state__in=STANDING, due_on__gte=today).exists():
        return []
    return first_of(plan, after)
