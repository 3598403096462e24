"""Two records that turn out to be of one person: put together with a full trace, and taken apart again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q
from django.utils.translation import gettext as _

from accounts.access import supervised_teams
from accounts.actions.events import note
from accounts.models import Membership, Role, User
from caseload.actions import enrolment, handover
from caseload.actions.enrolment import PROFILE
from caseload.models import Assignment, EndingReason, Goal, Merge, Milestone, Participant, Referral, ServiceEpisode
from caseload.models.assignments import AssignmentEnd
from followups.actions import handing_on, merging_closer, merging_goals, planning, plans, taking_apart
from followups.calendar import local_date
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, FollowUp, Purpose
from followups.models.followups import FollowUpQuerySet
from followups.models.gaps import back_on
from followups.models.merging import Obstacle, obstacle, tables, that_fit, that_stay
from followups.models.undoing import as_text

# Of a follow-up that is owed: who keeps it, and what the worker noted about which date.
OWED = ("owner_id", "due_on", "flagged_rung", "flagged_at", "unheard")


class CannotMerge(Exception):
    """The two cannot be put together like this; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__()
        self.obstacle = obstacle


class CannotUndo(Exception):
    """It is too long ago, or somebody else's to decide."""


class NotTheLast(Exception):
    """Another record was put into the same one since: what moved then may rest upon what would go back."""


def lock_both(*keys: object) -> list[Participant]:
    """The rows of two people, always locked in the order of their keys, given back in the order asked for."""
    people = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    found = {person.pk: person for person in people.filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in keys]


@transaction.atomic
def merge(*, kept: Participant, merged: Participant, by: User, at: datetime) -> Merge:
    """Put one record into another of the same team: what can stand with it moves, what is owed goes to its keeper.

    What a unique rule would not let stand twice stays where it is, readable for supervisors; the steps of such a goal
    go on with the kept one. Of two closer rhythms that of the kept record goes on, of two contacts on a day the heavier
    one; of two rests the longer one holds. Gaps in the profile are filled from the other one. Services of the record
    that is not kept end. Twice is once. Raises CannotMerge.
    """
    kept, merged = lock_both(kept.pk, merged.pk) if kept.pk != merged.pk else (kept, merged)
    known = Merge.objects.standing().filter(kept=kept, merged=merged).first()
    if known is not None:
        return known
    found = obstacle(kept, merged)
    if found is not None or kept.team_id not in supervised_teams(by):
        raise CannotMerge(found or Obstacle.GONE)
    today = local_date(at, kept.team.time_zone)
    rests = {"kept": back_on(kept, today), "merged": back_on(merged, today)}
    # Plans first: the worker lays out under their lock, so that nothing is added to the record from here on.
    before: dict[str, Any] = {"plans": end_plans(merged, at)}
    plans.lock_running(kept)
    standing = FollowUp.objects.standing().filter(participant=merged)
    before["owed"] = {str(row.pk): {name: as_text(getattr(row, name)) for name in OWED} for row in standing}
    before["rests"] = {name: as_text(on) for name, on in rests.items()}
    closer, before["closers"] = merging_closer.one_goes_on(kept, merged, at)
    keeper = User.objects.filter(assignments__in=Assignment.objects.current().filter(participant=kept)).first()
    before |= {"last_contact_at": as_text(kept.last_contact_at), "filled": gaps(kept, merged)} | whereabouts(merged)
    before["steps"] = merging_goals.give_steps(kept, merged)
    before["asks"] = merging_goals.that_ask(kept, merged)
    before["set_aside"] = set_aside_twins(kept, merged, closer, before["asks"], by, at)
    before["made_room"] = merging_closer.make_room(closer, kept, by, at)
    before |= merging_closer.rest_together(kept, merged, rests, by, at)
    ours, theirs = merging_closer.one_a_day(kept, merged, by, at)
    before["made_room"] |= ours
    before["set_aside"] |= theirs
    before["left"] = merging_closer.as_it_stands([kept, merged])
    trace = Merge.objects.create(
        team=kept.team, kept=kept, merged=merged, at=at, by=by, before=before, moved=keys_that_fit(merged, kept)
    )
    give(standing, keeper)
    for model in tables():
        change_hands(model, trace.moved[model._meta.db_table], kept)
    merging_goals.ask_of_own(before["asks"])
    if merged.is_active:
        enrolment.end_episode(participant=merged, on=today, reason=EndingReason.SAME_PERSON, by=by, at=at)
    handover.release(participant=merged, reason=AssignmentEnd.SAME_PERSON, by=by, at=at)
    Participant.objects.filter(pk=merged.pk).update(merged_into=kept)
    Participant.objects.filter(pk=kept.pk).update(**before["filled"])
    if merged.last_contact_at is not None:
        planning.remember_contact(kept, merged.last_contact_at)
    note("record_kept_of_two", subject=kept, by=by, at=at, merge=str(trace.pk), other=str(merged.pk))
    note("record_put_into_another", subject=merged, by=by, at=at, merge=str(trace.pk), other=str(kept.pk))
    return trace


@transaction.atomic
def undo(*, merge: Merge, by: User, at: datetime) -> Merge:
    """Take two records apart again: what moved goes back, what was added to the kept one since stays there.

    The other one is as it was: with us, with its peer where that colleague still can, and its rhythm. Taken apart
    twice it is taken apart once. Raises CannotUndo, NotTheLast.
    """
    kept, merged = lock_both(merge.kept_id, merge.merged_id)
    merge = Merge.objects.get(pk=merge.pk)
    if merge.undone_at is not None:
        return merge
    if not merge.can_be_undone(at) or kept.team_id not in supervised_teams(by):
        raise CannotUndo
    if Merge.objects.later_than(merge).exists():
        raise NotTheLast
    left = taking_apart.meanwhile(merge, kept, at)
    merge.undone_at, merge.undone_by = max(at, merge.at), by
    merge.save(update_fields=["undone_at", "undone_by"])
    Participant.objects.filter(pk=merged.pk).update(merged_into=None)
    merging_goals.take_steps_back(merge)
    merging_goals.ask_of_theirs(merge)
    for model in tables():
        keys = merge.moved.get(model._meta.db_table, [])
        fit = that_fit(model, of=kept, into=merged).filter(pk__in=keys)
        change_hands(model, list(fit.values_list("pk", flat=True)), merged)
    # What is owed because of something that went back goes with it, also if it was planned since.
    because = Q(step__goal__participant=merged) | Q(referral__participant=merged) | Q(milestone__participant=merged)
    because |= Q(closer__participant=merged) | Q(came_from__participant=merged)
    FollowUp.objects.filter(because, participant=kept).update(participant=merged)
    # A step that is to be done on both by now stays, with what asks after it.
    FollowUp.objects.filter(participant=merged, step__goal__participant=kept).update(participant=kept)
    Participant.objects.filter(pk=kept.pk, last_contact_at=merged.last_contact_at).update(
        last_contact_at=merge.before["last_contact_at"]
    )
    taken = {name: "" for name, value in merge.before["filled"].items() if getattr(kept, name) == value}
    Participant.objects.filter(pk=kept.pk).update(**taken)
    begin_again(merge, merged)
    merged.refresh_from_db(fields=["is_active"])
    taking_apart.take_apart(merge, kept, merged, left, by, at)
    owe_again(merge, merged)
    # A try goes with what it was made on.
    ContactAttempt.objects.filter(participant=kept, followup__participant=merged).update(participant=merged)
    note("records_taken_apart", subject=kept, by=by, at=at, merge=str(merge.pk), other=str(merged.pk))
    note("records_taken_apart", subject=merged, by=by, at=at, merge=str(merge.pk), other=str(kept.pk))
    return merge


def gaps(kept: Participant, merged: Participant) -> dict[str, str]:
    """What the kept record says nothing of and the other one does; the name they go by is always there."""
    return {name: getattr(merged, name) for name in PROFILE if not getattr(kept, name) and getattr(merged, name)}


def end_plans(person: Participant, at: datetime) -> list[str]:
    """End the check-in plan that holds; returns which."""
    holding = CheckInPlan.objects.running().filter(participant=person)
    keys = [str(key) for key in holding.select_for_update().values_list("pk", flat=True)]
    CheckInPlan.objects.filter(pk__in=keys).update(ended_at=at)
    return keys


def whereabouts(person: Participant) -> dict[str, Any]:
    """The open episode and the assignment that holds, to be opened again one day."""
    episodes = person.episodes.filter(ended_on=None).values_list("pk", flat=True)
    assignments = Assignment.objects.current().filter(participant=person).values_list("pk", flat=True)
    return {"episode": as_text(episodes.first()), "assignment": as_text(assignments.first())}


def set_aside_twins(
    kept: Participant, merged: Participant, closer: CloserRhythm | None, but: Iterable[str], by: User, at: datetime
) -> dict[str, dict[str, Any]]:
    """Set aside what the kept record has of its own: the coming dates of a rhythm, and what asks after a twin.

    `but` these go on. Returns which, as they were.
    """
    has_plan = Exists(CheckInPlan.objects.running().filter(participant=kept))
    today = local_date(at, kept.team.time_zone)
    twins = plans.untouched(merged, today).filter(has_plan, plan__isnull=False)
    twins |= merging_closer.stood_in_for(closer, merged, at)
    reason = _("Two records were put together; the other one has its own.")
    before = merging_closer.set_aside(twins, reason, by, at)
    about = {"step__goal": Goal, "milestone": Milestone, "referral": Referral}
    asks = [Q(**{f"{name}__in": that_stay(model, of=merged, into=kept)}) for name, model in about.items()]
    standing = FollowUp.objects.standing().filter(asks[0] | asks[1] | asks[2], participant=merged).exclude(pk__in=but)
    return before | merging_closer.set_aside(standing, reason, by, at, rests=False)


def keys_that_fit(merged: Participant, kept: Participant) -> dict[str, list[str]]:
    """For each table the rows that can stand with the kept record."""
    return {
        model._meta.db_table: [str(key) for key in that_fit(model, of=merged, into=kept).values_list("pk", flat=True)]
        for model in tables()
    }


def change_hands(model: Any, keys: list[Any], person: Participant) -> None:
    """Let these rows be of that person."""
    if keys:
        model._base_manager.filter(pk__in=keys).update(participant=person)


def give(standing: FollowUpQuerySet, keeper: User | None) -> None:
    """What is owed is kept by that colleague from now on, told anew; by nobody while the person waits for a peer."""
    others = standing.exclude(owner=keeper)
    if keeper is not None:
        handing_on.pass_on_reminders(others, keeper)
    others.update(owner=keeper, flagged_rung=0, flagged_at=None, unheard=False)


def begin_again(merge: Merge, person: Participant) -> None:
    """Open the episode, the assignment and the plan again that the merge ended."""
    before = merge.before
    CheckInPlan.objects.filter(pk__in=before["plans"]).update(ended_at=None)
    if before["episode"] is not None:
        ServiceEpisode.objects.filter(pk=before["episode"]).update(ended_on=None, ending_reason="", ended_by=None)
        Participant.objects.filter(pk=person.pk).update(is_active=True)
    # A colleague who left meanwhile cannot walk with anybody: the person waits for a peer.
    fits = Membership.objects.filter(team=person.team, role=Role.SPECIALIST, user__is_active=True).values("user")
    ended = Assignment.objects.filter(pk=before["assignment"], specialist__in=fits)
    ended.update(ended_at=None, end_reason="")


def owe_again(merge: Merge, person: Participant) -> None:
    """What is owed goes back to who kept it, where they still see the person; else to who walks with them."""
    now = User.objects.filter(assignments__in=Assignment.objects.current().filter(participant=person)).first()
    seeing = [*User.objects.members_of([person.team_id], Role.SUPERVISOR), *filter(None, [now])]
    users = {str(user.pk): user for user in seeing}
    standing = FollowUp.objects.standing().filter(participant=person)
    changed: dict[User | None, list[FollowUp]] = {}
    for row in standing:
        was = merge.before["owed"].get(str(row.pk))
        owner = users.get(was["owner_id"], now) if was else now
        if row.purpose == Purpose.REVIEW and not (was and was["owner_id"]):
            owner = None  # the supervisors are told of it
        if row.owner_id == (owner and owner.pk):
            continue
        row.owner, row.flagged_rung, row.flagged_at, row.unheard = owner, 0, None, False
        changed.setdefault(owner, []).append(row)
        if was and was["owner_id"] == as_text(row.owner_id) and was["due_on"] == as_text(row.due_on):
            row.flagged_rung, row.unheard = was["flagged_rung"], was["unheard"]
            row.flagged_at = FollowUp._meta.get_field("flagged_at").to_python(was["flagged_at"])
    for owner, rows in changed.items():
        if owner is not None:
            handing_on.pass_on_reminders(standing.filter(pk__in=[row.pk for row in rows]), owner)
    fields = ["owner", "flagged_rung", "flagged_at", "unheard"]
    FollowUp.objects.bulk_update([row for rows in changed.values() for row in rows], fields)
