"""Where two records are put together one closer rhythm goes on, on the record that is kept, and can be ended there."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import GoalStep, Merge, Participant
from followups.actions import closer as closers
from followups.actions import planning, plans
from followups.actions.laying_out import OPENED, contact_days
from followups.calendar import local_date
from followups.models import CloserRhythm, DecidedBy, FollowUp, State
from followups.models.followups import FollowUpQuerySet
from followups.models.undoing import as_text


def one_goes_on(kept: Participant, merged: Participant, at: datetime) -> tuple[CloserRhythm | None, list[str]]:
    """The closer rhythm that still holds, the kept record's own before the other's; the other one ends.

    Returns it, and which one was ended. One that is over by itself ends too where it is in the way: one stands at a
    time.
    """
    today = local_date(at, kept.team.time_zone)
    standing = CloserRhythm.objects.standing().select_for_update(no_key=True)
    found = {one.participant_id: one for one in standing.filter(participant__in=[kept, merged])}
    ours, theirs = found.get(kept.pk), found.get(merged.pk)
    goes_on = next((one for one in (ours, theirs) if one is not None and one.until >= today), None)
    ending = ours if goes_on is not None and goes_on is theirs else theirs
    if ending is None:
        return goes_on, []
    CloserRhythm.objects.filter(pk=ending.pk).update(ended_at=at)
    return goes_on, [str(ending.pk)]


def stood_in_for(goes_on: CloserRhythm | None, person: Participant, at: datetime) -> FollowUpQuerySet:
    """What one record has to come that the other's closer rhythm stands for; what rests there goes on resting.

    Of two closer rhythms the other's contacts too, but for those later than it and those that two contacts after a
    discharge do not stand for.
    """
    if goes_on is None or goes_on.participant_id == person.pk:
        return FollowUp.objects.none()
    today = local_date(at, person.team.time_zone)
    own = FollowUp.objects.standing().filter(closer=goes_on, due_on__gte=today)
    days = list(own.values_list("due_on", flat=True))
    instead = closers.stood_in_for(goes_on, person, days, today)
    if closers.rests_the_plan(goes_on):
        closer_ones = plans.untouched(person, today).filter(closer__isnull=False)
        instead |= closer_ones.filter(due_on__gt=today, due_on__lte=goes_on.until)
    return instead.exclude(state=State.PAUSED)


def make_room(goes_on: CloserRhythm | None, kept: Participant, by: User, at: datetime) -> dict[str, dict[str, Any]]:
    """Set aside what the kept record has itself where the other's closer rhythm goes on.

    Returns which, as they were. The plan lays out its next date after it by itself.
    """
    return set_aside(stood_in_for(goes_on, kept, at), _("A closer rhythm stands in for it."), by, at)


def set_aside(
    rows: FollowUpQuerySet, reason: str, by: User, at: datetime, *, rests: bool = True
) -> dict[str, dict[str, Any]]:
    """Set these aside; returns what that changes, as it was, to open them again one day."""
    before = {str(row.pk): {"state": row.state, "rests_from": as_text(row.rests_from)} for row in rows}
    found = FollowUp.objects.filter(pk__in=list(before))
    plans.set_aside(found, reason=reason, decided_by=DecidedBy.SUPERVISOR, by=by, at=at, rests=rests)
    return before


def open_again(merge: Merge, rows: FollowUpQuerySet, before: dict[str, dict[str, Any]] | list[str]) -> None:
    """Let those of the rows stand again that the merge set aside and nobody has touched since, as they were.

    Of a merge of some weeks ago only which they are may be known. Nothing asks after a step that is over by now.
    """
    aside = rows.filter(pk__in=list(before), state=State.NOT_NEEDED, set_aside=True, closed_at=merge.at)
    keys = list(aside.exclude(step__in=GoalStep.objects.over()).values_list("pk", flat=True))
    FollowUp.objects.filter(pk__in=keys).update(**OPENED)
    for key in keys:
        was = before[str(key)] if isinstance(before, dict) else {}
        if was.get("rests_from") or was.get("state", State.OPEN) != State.OPEN:
            FollowUp.objects.filter(pk=key).update(**was)


def take_apart(merge: Merge, kept: Participant, by: User, at: datetime) -> None:
    """After the rows have gone back: let each record have its own closer rhythm again, and its own dates.

    Of what made room on the kept record, what is still to come stands again; its plan rests no more. What has ended
    since then, or been agreed on anew, is as it was left.
    """
    ended = merge.before["closers"]
    went = CloserRhythm.objects.standing().filter(pk__in=merge.moved.get(CloserRhythm._meta.db_table, []))
    if kept.is_active and went.filter(participant=merge.merged_id).exclude(pk__in=ended).exists():
        stand_again(merge, kept, by, at)
    others = CloserRhythm.objects.standing().filter(participant__in=[merge.kept_id, merge.merged_id])
    having = list(others.values_list("participant", flat=True))
    back = CloserRhythm.objects.filter(pk__in=ended, participant__is_active=True).exclude(participant__in=having)
    back.update(ended_at=None)


def stand_again(merge: Merge, kept: Participant, by: User, at: datetime) -> None:
    """Open again what had made room, from today on, and lay out the plan that does not rest any more."""
    before: dict[str, dict[str, Any]] = merge.before.get("made_room", {})
    plan = plans.lock_running(kept)
    today = local_date(at, kept.team.time_zone)
    coming = FollowUp.objects.filter(Q(plan=None) | Q(plan=plan), participant=kept, due_on__gte=today)
    open_again(merge, coming, before)
    if plan is not None:
        plans.ask_sooner(plan, today, contact_days(kept.pk))
        plans.lay_out(plan=plan, at=at, anew=True)
    if before:
        planning.leave_nobody_dangling(kept, by=by, at=at)
