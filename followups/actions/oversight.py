"""What a supervisor does about one overdue follow-up, without writing into the person's story."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actions.events import note
from accounts.models import Cover, Role, User
from caseload.models import Assignment
from followups.actions import planning
from followups.models import FollowUp, Reminder, Rung


class CannotKeep(Exception):
    """The colleague would not see the participant, so the duty would be out of everybody's sight."""


class NobodyToNudge(Exception):
    """Nobody keeps the follow-up, or it is oneself."""


def who_may_keep(followup: FollowUp) -> list[UUID]:
    """Ids of those who may keep it: who walks with the participant, who covers for them, the team's supervisors."""
    specialist = Assignment.objects.current().filter(participant=followup.participant_id).values("specialist")
    covering = Cover.objects.running().filter(team=followup.team_id, absent__in=specialist).values("cover")
    supervising = Q(memberships__team=followup.team_id, memberships__role=Role.SUPERVISOR)
    people = User.objects.active().filter(Q(pk__in=specialist) | Q(pk__in=covering) | supervising)
    return list(people.distinct().values_list("pk", flat=True))


@transaction.atomic
def reassign(*, followup: FollowUp, owner: User, by: User, at: datetime) -> FollowUp:
    """Let a colleague keep it from now on. Raises CannotKeep, planning.AlreadySettled."""
    followup = planning.lock_standing(followup)
    if owner.pk not in who_may_keep(followup):
        raise CannotKeep
    if followup.owner_id == owner.pk:
        return followup
    before, followup.owner = followup.owner_id, owner
    # Told anew: the colleague has not heard of it yet.
    followup.flagged_rung, followup.flagged_at = 0, None
    followup.save(update_fields=["owner", "flagged_rung", "flagged_at"])
    note("followup_reassigned", subject=followup, by=by, at=at, before=before and str(before), to=str(owner.pk))
    return followup


def take_over(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Keep it oneself. Raises what reassign raises."""
    return reassign(followup=followup, owner=by, by=by, at=at)


@transaction.atomic
def nudge(*, followup: FollowUp, by: User, at: datetime) -> Reminder:
    """Remind whoever keeps it, kindly and once for its date. Raises NobodyToNudge, planning.AlreadySettled."""
    followup = planning.lock_standing(followup)
    if followup.owner_id is None or followup.owner_id == by.pk:
        raise NobodyToNudge
    reminder, created = Reminder.objects.get_or_create(
        followup=followup,
        rung=Rung.NUDGE,
        recipient_id=followup.owner_id,
        due_on=followup.due_on,
        defaults={"team_id": followup.team_id, "created_at": at, "created_by": by},
    )
    if created:
        note("nudged", subject=followup, by=by, at=at)
    return reminder


@transaction.atomic
def mark_discussed(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Note that supervisor and specialist have talked about it. Raises planning.AlreadySettled."""
    followup = planning.lock_standing(followup)
    followup.discussed_at, followup.discussed_by = at, by
    followup.save(update_fields=["discussed_at", "discussed_by"])
    note("discussed", subject=followup, by=by, at=at)
    return followup


def exported(*, count: int, by: User, at: datetime) -> None:
    """Note that a list with names has left the program."""
    note("overdue_exported", by=by, at=at, count=count)
