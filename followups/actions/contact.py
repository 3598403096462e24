"""What came of a try, and taking it back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import supervised_teams
from accounts.actions.events import note
from accounts.models import User
from caseload.models import Merge, Participant
from followups.actions import pausing, planning, plans
from followups.calendar import DAY, local_date
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, FollowUp, Outcome, Purpose, State
from followups.models.attempts import Effect
from followups.models.calendars import calendar_of
from followups.models.decisions import DecidedBy
from followups.models.followups import CONTACT, HEAVY, STANDING
from followups.models.standing_again import may_stand_again
from followups.models.undoing import KEPT, UNDO_WITHIN, as_text, is_as, is_as_left, snapshot

# How much later the next try may be so that two are not on one day.
A_FEW_DAYS = 3


class CannotUndo(Exception):
    """Too late, not yours, or something else happened since."""


@transaction.atomic
def record_attempt(*, followup: FollowUp, outcome: Outcome, form_token: UUID, by: User, at: datetime) -> ContactAttempt:
    """Write down a try and let its outcome set the next date.

    The same form token sent again returns what was recorded the first time. Raises
    planning.AlreadySettled where the follow-up was closed meanwhile, planning.AsksAfter where being in touch
    does not answer what it asks.
    """
    planning.lock(followup.participant_id)
    known = ContactAttempt.objects.filter(form_token=form_token).select_related("followup", "outcome").first()
    if known is not None:
        return known
    followup = planning.lock_standing(followup)
    if followup.asks_after_something and outcome.effect == Effect.COMPLETES:
        raise planning.AsksAfter
    participant = followup.participant
    attempt = ContactAttempt(
        team=followup.team,
        participant=participant,
        followup=followup,
        outcome=outcome,
        label=outcome.label,
        channel=outcome.channel or "call",
        at=at,
        by=by,
        form_token=form_token,
    )
    before = {"followup": snapshot(followup), "last_contact_at": as_text(participant.last_contact_at)}
    attempt.next_followup, others = apply(followup, outcome, by, at)
    attempt.before = {**before, "after": snapshot(followup), **others}
    if attempt.asks_for_a_number:
        called = participant.phones.filter(may_call=True)
        attempt.before["numbers"] = list(called.values_list("number", flat=True))
    if outcome.counts_as_presence:
        planning.remember_contact(participant, at)
    attempt.save()
    note("attempt_recorded", subject=attempt, by=by, at=at, outcome=outcome.pk)
    return attempt


def apply(followup: FollowUp, outcome: Outcome, by: User, at: datetime) -> tuple[FollowUp | None, dict[str, Any]]:
    """Change the follow-up as the outcome says; returns the next one if one came of it, and what else was closed."""
    today = local_date(at, followup.team.time_zone)
    followup.attempts += 1
    following: FollowUp | None = None
    others: dict[str, Any] = {}
    if outcome.effect == Effect.COMPLETES:
        close(followup, State.DONE, by, at)
        # Saved before looking: one reached ahead of its day must not be found as its own next.
        save_kept(followup)
        following, created = plan_next(followup, today, by, at)
        others = {"created_next": snapshot(following) if created else None}
    elif outcome.effect == Effect.STOPS_ALL:
        others = stop_all(followup, outcome, by, at)
        following = planning.create(
            followup.participant,
            planning.NextContact(due_on=today, planned_on=today, purpose=Purpose.REVIEW, what=outcome.label),
            by=by,
            at=at,
        )
        # Nobody's, so that the supervisors are told, and the person is left in peace.
        following.owner = None
        following.save(update_fields=["owner"])
        others["created_next"] = snapshot(following)
    else:
        due_on = calendar_of(followup.team).add_working_days(today, outcome.again_in_days)
        if outcome.effect in (Effect.TRY_AGAIN, Effect.WAITS):
            due_on = within_window(followup, own_day(followup, due_on, today), today)
        if outcome.effect == Effect.PAUSES:
            others = rest_others(followup, due_on, outcome, by, at)
        state = {Effect.WAITS: State.WAITING, Effect.PAUSES: State.PAUSED}.get(outcome.effect, State.OPEN)
        planning.give_date(followup, due_on, state=state, why=outcome.label, by=by, at=at)
    save_kept(followup)
    return following, others


def own_day(followup: FollowUp, due_on: date, today: date) -> date:
    """That day, or one of the next few working days on which nobody is in touch already.

    It shares the day where none of those is free, where its window would end, and where it weighs more than what is
    there: after a setback or a discharge nobody waits longer because of a check-in.
    """
    if followup.purpose not in CONTACT or followup.purpose in HEAVY:
        return due_on
    calendar = calendar_of(followup.team)
    days = [due_on]
    while len(days) <= A_FEW_DAYS:
        days.append(calendar.next_working_day(days[-1] + DAY))
    taken = plans.contact_days(followup.participant_id, but=followup)
    on = next((day for day in days if day not in taken), due_on)
    latest = followup.latest_on
    return due_on if latest is not None and today < latest < on else on


def within_window(followup: FollowUp, due_on: date, today: date) -> date:
    """The day of the next try, not after the last day of its window while that is still to come."""
    latest = followup.latest_on
    if latest is None or not today < latest < due_on:
        return due_on
    working = calendar_of(followup.team).previous_working_day(latest)
    return working if working > today else latest


def rest_others(followup: FollowUp, until: date, outcome: Outcome, by: User, at: datetime) -> dict[str, Any]:
    """A pause holds for the person, not for one follow-up: all other contact rests too; returns what it changed."""
    decided = DecidedBy.PARTICIPANT if outcome.reached else DecidedBy.SPECIALIST
    _first, changed = pausing.rest(followup.participant, until=until, decided_by=decided, by=by, at=at, keeps=followup)
    paused, before = changed["plan"] or (None, None)
    left = FollowUp.objects.in_bulk([other.pk for other in changed["others"]])
    return {
        "others": {str(other.pk): snapshot(other) for other in changed["others"]},
        "others_after": {str(key): snapshot(other) for key, other in left.items()},
        "paused_plan": paused and [paused, as_text(before)],
    }


def close(followup: FollowUp, state: str, by: User, at: datetime, reason: str = "", decided_by: str = "") -> None:
    """Set the fields of a closed follow-up, not saved."""
    followup.state = state
    followup.closed_at, followup.closed_by = at, by
    followup.closing_reason, followup.decided_by = reason, decided_by
    # Being in touch about it is how a promise is kept; that it was not has its own button.
    followup.kept = True if state == State.DONE and followup.purpose == Purpose.PROMISE else None


def plan_next(followup: FollowUp, today: date, by: User, at: datetime) -> tuple[FollowUp, bool]:
    """The next contact after one that succeeded, and whether it was made just now."""
    # The plan first lays out what it has not yet; whatever contact comes earliest is the next, the plan's or not.
    plans.next_follow_up(participant=followup.participant, after=today, at=at)
    standing = FollowUp.objects.standing().filter(participant=followup.participant, purpose__in=CONTACT)
    planned = standing.filter(due_on__gt=today).exclude(pk=followup.pk).order_by("due_on", "pk").first()
    if planned is not None:
        return planned, False
    return planning.after_a_week(followup.participant, by=by, at=at), True


def stop_all(followup: FollowUp, outcome: Outcome, by: User, at: datetime) -> dict[str, Any]:
    """Close everything planned for the participant and end the rhythm; returns what has to come back on undo."""
    decided = DecidedBy.PARTICIPANT if outcome.reached else DecidedBy.SPECIALIST
    standing = FollowUp.objects.standing().filter(participant=followup.participant).exclude(pk=followup.pk)
    closed = {str(other.pk): snapshot(other) for other in standing}
    standing.update(
        state=State.NOT_NEEDED, closed_at=at, closed_by=by, closing_reason=outcome.label, decided_by=decided
    )
    running = CheckInPlan.objects.running().filter(participant=followup.participant)
    plan_ids = [str(key) for key in running.values_list("pk", flat=True)]
    running.update(ended_at=at)
    closer = CloserRhythm.objects.standing().filter(participant=followup.participant)
    closer_ids = [str(key) for key in closer.values_list("pk", flat=True)]
    closer.update(ended_at=at)
    close(followup, State.NOT_NEEDED, by, at, outcome.label, decided)
    rested = plans.rest_no_more(followup.participant, local_date(at, followup.team.time_zone))
    return {"others": closed, "plans": plan_ids, "closer": closer_ids, "rested": rested}


@transaction.atomic
def undo(*, attempt: ContactAttempt, by: User, at: datetime) -> ContactAttempt:
    """Take a try back: everything it changed is as before, and the try stays visible as taken back.

    Raises CannotUndo for another person's (unless their supervisor asks), after a day, or where
    something else has happened since. Taking back twice changes nothing.
    """
    planning.lock(attempt.participant_id)
    attempt = ContactAttempt.objects.select_related("followup", "participant", "next_followup").get(pk=attempt.pk)
    if attempt.undone_at is not None:
        return attempt
    if not may_take_back(attempt.by_id, attempt.team_id, attempt.at, by, at) or not is_latest(attempt):
        raise CannotUndo
    restore(attempt.followup, attempt.before["followup"])
    for key, fields in attempt.before.get("others", {}).items():
        restore(FollowUp.objects.get(pk=key), fields)
    for key, on in attempt.before.get("rested", {}).items():
        FollowUp.objects.filter(pk=key, set_aside=True).update(rests_from=on)
    CheckInPlan.objects.filter(pk__in=attempt.before.get("plans", [])).update(ended_at=None)
    CloserRhythm.objects.filter(pk__in=attempt.before.get("closer", [])).update(ended_at=None)
    unpause(attempt.before.get("paused_plan"), by, at)
    created, attempt.next_followup = attempt.next_followup, None
    attempt.undone_at, attempt.undone_by = at, by
    attempt.save(update_fields=["next_followup", "undone_at", "undone_by"])
    if created is not None and attempt.before.get("created_next"):
        take_away(created, by, at)
    if attempt.outcome.counts_as_presence:
        earlier = Participant._meta.get_field("last_contact_at").to_python(attempt.before["last_contact_at"])
        Participant.objects.filter(pk=attempt.participant_id, last_contact_at=attempt.at).update(
            last_contact_at=earlier
        )
    note("attempt_undone", subject=attempt, by=by, at=at)
    return attempt


def may_take_back(done_by: UUID | None, team_id: UUID, done_at: datetime, by: User, at: datetime) -> bool:
    """Whether it was done by this person, or in a team they supervise, within the limit."""
    return (done_by == by.pk or team_id in supervised_teams(by)) and at - done_at <= UNDO_WITHIN


def take_away(created: FollowUp, by: User, at: datetime) -> None:
    """Remove what a try had made; where colleagues were told of it already, it stays readable as set aside."""
    if not created.reminders.exists():
        created.delete()
        return
    close(created, State.NOT_NEEDED, by, at, _("Taken back."), DecidedBy.SPECIALIST)
    created.set_aside = True
    save_kept(created)


def unpause(paused: list[Any] | None, by: User, at: datetime) -> None:
    """Let a plan go on whose pause is taken back, or rest as long as it did before; no date is passed over."""
    running = CheckInPlan.objects.running().select_related("participant__team")
    plan = running.filter(pk=paused[0]).first() if paused else None
    if plan is None:
        return
    participant = plan.participant
    plan.paused_until = CheckInPlan._meta.get_field("paused_until").to_python(paused[1])
    plan.save(update_fields=["paused_until"])
    plans.take_up_again(participant=participant, why=_("The pause was taken back."), at=at)
    today = local_date(at, participant.team.time_zone)
    if plan.paused_until is not None and plan.paused_until > today:
        inside = plans.untouched(participant, today).filter(plan=plan, due_on__lt=plan.paused_until)
        words = _("The earlier pause holds again.")
        plans.set_aside(inside, reason=words, decided_by=DecidedBy.SPECIALIST, by=by, at=at)


def is_latest(attempt: ContactAttempt) -> bool:
    """Whether nothing this try changed or made has been worked on since."""
    if not is_as_left(attempt) or not attempt.participant.is_active:
        return False
    if not others_rest(attempt):
        return False
    since = Q(at__gte=attempt.at) | Q(undone_at__gte=attempt.at)
    if Merge.objects.about(attempt.participant).filter(since).exists():
        return False  # what it changed may be with the other record now
    if attempt.before.get("plans") and CheckInPlan.objects.running().filter(participant=attempt.participant).exists():
        return False
    closer = CloserRhythm.objects.standing().filter(participant=attempt.participant)
    if attempt.before.get("closer") and closer.exists():
        return False
    created = attempt.next_followup
    return created is None or not attempt.before.get("created_next") or not created.tries.exists()


def others_rest(attempt: ContactAttempt) -> bool:
    """Whether what this try changed is still as it left it, and nothing of it was taken up again since."""
    keys = [UUID(key) for key in attempt.before.get("others", {})]
    if FollowUp.objects.filter(came_from__in=[attempt.followup_id, *keys]).exists():
        return False
    after = attempt.before.get("others_after")
    if after is None:  # all of them closed
        closed = FollowUp.objects.filter(pk__in=keys, state=State.NOT_NEEDED, closed_at=attempt.at)
        return closed.count() == len(keys)
    now = FollowUp.objects.in_bulk(keys)
    return all(is_as(now[key], after[str(key)]) for key in keys)


def restore(followup: FollowUp, fields: dict[str, Any]) -> None:
    """Put the fields of a snapshot back; closed stays what could not stand again, as its step is over since."""
    opens = fields["state"] in STANDING and not followup.is_standing
    if opens and not may_stand_again(FollowUp.objects.filter(pk=followup.pk)).exists():
        return
    for name, value in fields.items():
        field = FollowUp._meta.get_field(name.removesuffix("_id"))
        setattr(followup, name, value if name.endswith("_id") else field.to_python(value))
    save_kept(followup)


def save_kept(followup: FollowUp) -> None:
    """Save the fields an outcome may change."""
    followup.save(update_fields=[name.removesuffix("_id") for name in KEPT])
