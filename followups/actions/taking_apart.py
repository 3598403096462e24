"""Two records are two again: each has its own dates, nobody is dropped, and a rest holds that was agreed on.

What was done in between is done. Where nothing was, all is as it was before the merge; else what each record has of its
own is taken up again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from caseload.models import Merge, Participant
from followups.actions import contact, pausing, planning, plans
from followups.actions.laying_out import OPENED, contact_days, first_day_of, rests_until
from followups.actions.merging_closer import as_it_stands, weight
from followups.calendar import local_date
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, DecidedBy, FollowUp, Purpose, State
from followups.models.attempts import Effect
from followups.models.followups import CONTACT, FollowUpQuerySet
from followups.models.gaps import back_on, review_of
from followups.models.standing_again import may_stand_again


@dataclass(frozen=True)
class Meanwhile:
    """How the record that is kept was left, looked at before anything goes back."""

    is_untouched: bool
    had_contact: bool
    rest: date | None


def meanwhile(merge: Merge, kept: Participant, at: datetime) -> Meanwhile:
    """Whether anything planned has changed since the merge, and what holds now."""
    today = local_date(at, kept.team.time_zone)
    is_as_left = merge.before.get("left", {}) == as_it_stands([kept])
    # What rests cannot go back to a day that has passed.
    same_day = local_date(merge.at, kept.team.time_zone) == today or not merge.before.get("rested")
    return Meanwhile(is_as_left and same_day, bool(contact_days(kept.pk)), back_on(kept, today))


def wish_for_no_contact(merge: Merge, kept: Participant, merged: Participant) -> ContactAttempt | None:
    """Where they asked for no contact, on a follow-up that has gone back to the other record, since the merge."""
    asked = stopped(merge, kept).filter(followup__participant=merged)
    return asked.select_related("next_followup").order_by("-at").first()


def stopped(merge: Merge, kept: Participant) -> Any:
    """The tries since the merge that stopped all that was planned."""
    tries = ContactAttempt.objects.filter(participant=kept, outcome__effect=Effect.STOPS_ALL, undone_at=None)
    return tries.filter(at__gte=merge.at)


def as_before(merge: Merge, kept: Participant, merged: Participant, at: datetime) -> None:
    """Nothing was done in between: what was set aside or rested is as it was, each closer rhythm goes on."""
    before = merge.before
    for key, fields in before.get("rested", {}).items():
        contact.restore(FollowUp.objects.get(pk=key), fields)
    for key, until in before.get("paused_until", {}).items():
        CheckInPlan.objects.filter(pk=key).update(paused_until=until)
    went = take_closers_apart(merge, kept, merged)
    plan, today = plans.lock_running(kept), local_date(at, kept.team.time_zone)
    theirs = FollowUp.objects.filter(participant=merged)
    coming = FollowUp.objects.filter(Q(plan=None) | Q(plan=plan), participant=kept, due_on__gte=today)
    for rows, were in ((theirs, before["set_aside"]), (coming, before.get("made_room", {}))):
        for row in set_aside_by(merge, rows, were):
            was = were[str(row.pk)] if isinstance(were, dict) else {}
            FollowUp.objects.filter(pk=row.pk).update(**{**OPENED, **was})
    if went and plan is not None:
        plans.ask_sooner(plan, today, contact_days(kept.pk))
        plans.lay_out(plan=plan, at=at, anew=True)


def take_closers_apart(merge: Merge, kept: Participant, merged: Participant) -> bool:
    """Let a closer rhythm that ended with the merge hold again, where no other holds; whether one has gone back."""
    ended = merge.before["closers"]
    others = CloserRhythm.objects.standing().filter(participant__in=[kept, merged])
    standing = dict(others.values_list("pk", "participant"))
    back = CloserRhythm.objects.filter(pk__in=ended, participant__is_active=True)
    back.exclude(participant__in=standing.values()).update(ended_at=None)
    moved = set(merge.moved.get(CloserRhythm._meta.db_table, [])) - set(ended)
    return any(str(key) in moved for key, person in standing.items() if person == merged.pk)


def set_aside_by(merge: Merge, rows: FollowUpQuerySet, keys: Iterable[str]) -> list[FollowUp]:
    """Those of the rows that the merge set aside and nobody has touched since, as far as they may stand again."""
    aside = rows.filter(pk__in=list(keys), state=State.NOT_NEEDED, set_aside=True, closed_at=merge.at)
    return list(may_stand_again(aside))


def as_now(merge: Merge, kept: Participant, merged: Participant, left: Meanwhile, by: User, at: datetime) -> None:
    """Something was done in between: each record gets what is its own, on free days, and a rest that holds."""
    moments = closed_with_the_kept(merge, kept, merged)
    ended = CloserRhythm.objects.filter(pk__in=merge.moved.get(CloserRhythm._meta.db_table, []), participant=merged)
    ended.filter(ended_at__in=moments).update(ended_at=None)
    take_closers_apart(merge, kept, merged)
    rested = [*merge.before.get("rested", {})]
    ours = FollowUp.objects.filter(participant=kept)
    theirs = FollowUp.objects.filter(participant=merged)
    rests = rests_of_each(merge, kept, merged, left, at)
    if kept.is_active and not in_peace(merge, kept):
        mine = set_aside_by(merge, ours, [*merge.before.get("made_room", {}), *rested])
        settle(kept, mine, rests[0], by, at)
    if merged.is_active:
        closed = Q(closed_at__in=moments, set_aside=False)
        # Let go with the goal that both had, which for this record is still open.
        closed |= Q(closed_at__gte=merge.at, set_aside=True, step__in=[*merge.before.get("steps", {})])
        owed = may_stand_again(theirs.filter(closed, pk__in=[*merge.before["owed"]]))
        mine = [*set_aside_by(merge, theirs, [*merge.before["set_aside"], *rested]), *owed]
        settle(merged, mine, rests[1], by, at)


def closed_with_the_kept(merge: Merge, kept: Participant, merged: Participant) -> list[datetime]:
    """The moments since the merge at which all that was planned was closed, and not for a wish of the other one's.

    Services of the kept record ended, or they asked for no contact on a follow-up of its own.
    """
    ended = FollowUp.objects.filter(participant__in=[kept, merged], state=State.ENDED, closed_at__gte=merge.at)
    asked = stopped(merge, kept).exclude(followup__participant=merged)
    return [*ended.values_list("closed_at", flat=True).distinct(), *asked.values_list("at", flat=True)]


def rests_of_each(
    merge: Merge, kept: Participant, merged: Participant, left: Meanwhile, at: datetime
) -> tuple[date | None, date | None]:
    """Until when each rests: as agreed on before the merge; agreed on anew since, as the kept record does.

    One that was ended since then has ended for both.
    """
    today = local_date(at, kept.team.time_zone)
    were = merge.before.get("rests")
    if were is None:  # a merge of some weeks ago: each as it is
        return left.rest, back_on(merged, today)
    ours, theirs = (until_still_ahead(were[name], today) for name in ("kept", "merged"))
    both = max(filter(None, (ours, theirs)), default=None)
    if both is not None and left.rest is None:
        return None, None
    is_same = left.rest == both or (left.rest and both and left.rest == pausing.day_back(kept, both, today))
    return ours if is_same else left.rest, theirs


def until_still_ahead(text: str | None, today: date) -> date | None:
    """The day, where it has not come yet."""
    until = date.fromisoformat(text) if text else None
    return until if until and until > today else None


def in_peace(merge: Merge, kept: Participant) -> bool:
    """Whether they asked for no contact since the merge, and nothing was agreed on after that."""
    running = CheckInPlan.objects.running().filter(participant=kept)
    return stopped(merge, kept).exists() and not running.exists() and not contact_days(kept.pk)


def settle(person: Participant, rows: list[FollowUp], rest: date | None, by: User, at: datetime) -> None:
    """Let these stand again on free days, as far as the rest and the rhythms let them, and the rhythms go on."""
    today = local_date(at, person.team.time_zone)
    words = _("Two records were taken apart again.")
    CheckInPlan.objects.running().filter(participant=person).update(paused_until=rest)
    open_on_free_days(person, rows, rest, by, at)
    resting = FollowUp.objects.filter(participant=person, state=State.PAUSED, due_on__gt=today)
    on = pausing.day_back(person, rest, today) if rest else None
    if rest is None and back_on(person, today) is not None:
        pausing.lift(person, why=words, decided_by=DecidedBy.SUPERVISOR, by=by, at=at)
    elif rest is not None and (back_on(person, today) not in (rest, on) or resting.exclude(due_on=on).exists()):
        pausing.rest(person, until=rest, decided_by=DecidedBy.SUPERVISOR, by=by, at=at)
    plans.take_up_again(participant=person, why=words, at=at)


def open_on_free_days(person: Participant, rows: list[FollowUp], rest: date | None, by: User, at: datetime) -> None:
    """Open those again whose day is to come and free, the heavier first; what a rest holds back goes on resting."""
    plan, today = plans.lock_running(person), local_date(at, person.team.time_zone)
    standing = set(CloserRhythm.objects.standing().filter(participant=person).values_list("pk", flat=True))
    plan_begins = first_day_of(rests_until(plan), today) if plan else today
    taken, back, resting = contact_days(person.pk), {}, []
    asked: set[Any] = set()
    for row in sorted(rows, key=weight):
        about = row.step_id or row.referral_id
        if about in asked:
            continue
        asked |= {about} - {None}
        is_of_now = row.plan_id in (None, plan and plan.pk) and (row.closer_id is None or row.closer_id in standing)
        first = max(rest or today, plan_begins if row.plan_id else today)
        coming = [on for on in (row.rests_from, row.due_on) if on is not None and on >= today and on not in taken]
        free = [on for on in coming if on >= first]
        if row.purpose not in CONTACT:
            back[row.pk] = row.due_on
        elif is_of_now and free:
            back[row.pk] = free[0]
            taken.add(free[0])
        elif is_of_now and coming:
            resting.append(row.pk)
    FollowUp.objects.filter(pk__in=back).update(**{**OPENED, "due_on": plans.days_of(back)})
    reason = pausing.resting_until(rest) if rest else _("A closer rhythm stands in for it.")
    aside = FollowUp.objects.filter(pk__in=resting)
    plans.set_aside(aside, reason=reason, decided_by=DecidedBy.SUPERVISOR, by=by, at=at)


def take_apart(merge: Merge, kept: Participant, merged: Participant, left: Meanwhile, by: User, at: datetime) -> None:
    """After the rows have gone back: let each record have its own closer rhythm again, its own dates and its rest.

    Who asked for no contact is left in peace, and looked at together; nobody else is left without anything.
    """
    wish = wish_for_no_contact(merge, kept, merged)
    if wish is not None:
        leave_in_peace(merge, merged, wish, by, at)
    elif left.is_untouched:
        as_before(merge, kept, merged, at)
    else:
        as_now(merge, kept, merged, left, by, at)
    had_contact = left.had_contact and not left.is_untouched
    if (had_contact or merge.before.get("made_room")) and not in_peace(merge, kept):
        reach_out(kept, by, at)
    were = FollowUp.objects.filter(pk__in=[*merge.before["owed"], *merge.before["set_aside"]], participant=merged)
    if wish is None and were.filter(purpose__in=CONTACT).exists():
        reach_out(merged, by, at)
    elif wish is None and were.exists():
        planning.leave_nobody_dangling(merged, by=by, at=at)


def leave_in_peace(merge: Merge, merged: Participant, wish: ContactAttempt, by: User, at: datetime) -> None:
    """Their rhythm stays ended, and what was to be looked at together with the kept record is for this one too."""
    CheckInPlan.objects.filter(pk__in=merge.before["plans"]).update(ended_at=wish.at)
    if merged.is_active and review_of(merged) is None:
        today = local_date(at, merged.team.time_zone)
        review = planning.NextContact(today, today, Purpose.REVIEW, wish.label)
        planning.create(merged, review, by=by, at=at)


def reach_out(person: Participant, by: User, at: datetime) -> None:
    """A check-in in a week for somebody with us where no contact stands."""
    if person.is_active and not contact_days(person.pk):
        pausing.rest_with(planning.after_a_week(person, by=by, at=at), person, at=at)
