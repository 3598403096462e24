"""Where two records are put together one closer rhythm goes on, one contact a day stands, and a rest holds for both.

Taking them apart again is in taking_apart.py.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Participant
from followups.actions import closer as closers
from followups.actions import pausing, plans
from followups.calendar import local_date
from followups.models import CheckInPlan, CloserRhythm, DecidedBy, FollowUp, State
from followups.models.followups import CONTACT, HEAVY, FollowUpQuerySet
from followups.models.undoing import as_text, snapshot


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


def rest_together(
    kept: Participant, merged: Participant, rests: dict[str, date | None], by: User, at: datetime
) -> dict[str, dict[str, Any]]:
    """A rest of either that still holds is agreed with the person: contacts of both rest until the later day.

    Returns what rests now, and the plan, as they were. Each record's own rest has seen to its own contacts already.
    """
    until = max(filter(None, rests.values()), default=None)
    if until is None:
        return {"rested": {}, "paused_until": {}}
    today = local_date(at, kept.team.time_zone)
    on = pausing.day_back(kept, until, today)
    shorter = [
        person
        for person, own in ((kept, rests["kept"]), (merged, rests["merged"]))
        if own is None or pausing.day_back(person, own, today) < on
    ]
    standing = FollowUp.objects.standing().filter(participant__in=shorter, due_on__lte=on)
    rows = list(standing.exclude(purpose__in=pausing.OWED))
    before = {str(row.pk): snapshot(row) for row in rows}
    keeps = min((row for row in rows if row.purpose in CONTACT), key=weight, default=None)
    if keeps is not None and keeps.rests_from is None:
        keeps.rests_from = keeps.due_on
    pausing.put_off(rows, keeps, on, decided_by=DecidedBy.SUPERVISOR, by=by, at=at)
    running = CheckInPlan.objects.running().filter(participant=kept)
    paused = {str(plan.pk): as_text(plan.paused_until) for plan in running}
    running.update(paused_until=on)
    return {"rested": before, "paused_until": paused}


def weight(row: FollowUp) -> tuple[Any, ...]:
    """What comes first of several contacts: after a setback or a discharge, what somebody has begun, the sooner."""
    return row.purpose not in HEAVY, row.state == State.OPEN and not row.attempts, row.due_on, row.pk


def one_a_day(
    kept: Participant, merged: Participant, by: User, at: datetime
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Of contacts of both on one day to come the heavier one stays, else the kept record's own.

    Returns what is set aside of the kept record and of the other one, as it was.
    """
    today = local_date(at, kept.team.time_zone)
    contacts = FollowUp.objects.standing().filter(participant__in=[kept, merged], purpose__in=CONTACT)
    days: dict[date, list[FollowUp]] = {}
    for row in contacts.filter(due_on__gte=today):
        days.setdefault(row.due_on, []).append(row)
    lighter: dict[Any, list[Any]] = {kept.pk: [], merged.pk: []}
    for rows in days.values():
        if len({row.participant_id for row in rows}) == len(lighter):
            rows.sort(key=lambda row: (*weight(row)[:2], row.participant_id != kept.pk, row.pk))
            for row in rows[1:]:
                lighter[row.participant_id].append(row.pk)
    words = _("A closer rhythm stands in for it."), _("Two records were put together; the other one has its own.")
    ours, theirs = (
        set_aside(FollowUp.objects.filter(pk__in=keys), reason, by, at) if keys else {}
        for keys, reason in zip(lighter.values(), words, strict=True)
    )
    return ours, theirs


def as_it_stands(people: list[Participant]) -> dict[str, Any]:
    """What is planned for them and by what, to tell one day whether anything has been done about it."""
    followups = FollowUp.objects.standing().filter(participant__in=people)
    running = CheckInPlan.objects.running().filter(participant__in=people)
    closer = CloserRhythm.objects.standing().filter(participant__in=people)
    return {
        "followups": {
            str(key): [state, as_text(on)] for key, state, on in followups.values_list("pk", "state", "due_on")
        },
        "plans": {str(key): as_text(until) for key, until in running.values_list("pk", "paused_until")},
        "closer": sorted(str(key) for key in closer.values_list("pk", flat=True)),
    }
