"""What a supervisor does about one overdue follow-up, without writing into the person's story."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actions.events import note
from accounts.models import Cover, Role, User
from caseload.models import Assignment, Participant
from followups.actions import planning
from followups.calendar import local_date, midnight
from followups.models import FollowUp, Reminder, Rung


class CannotKeep(Exception):
    """The colleague would not see the participant, so the duty would be out of everybody's sight."""


class NudgedEnough(Exception):
    """The colleague has had as many reminders today as the team allows."""


class NudgedAlready(Exception):
    """Whoever keeps it was nudged about this date before."""


class NobodyToNudge(Exception):
    """Nobody keeps the follow-up, or it is oneself."""


def who_may_keep(followup: FollowUp) -> list[UUID]:
    """Ids of those who may keep it: who walks with the participant, and the team's own supervisors.

    Not whoever stands in: they have it on their Today anyway, and lose sight of it when the cover ends.
    """
    specialist = Assignment.objects.current().filter(participant=followup.participant_id).values("specialist")
    supervising = Q(memberships__team=followup.team_id, memberships__role=Role.SUPERVISOR)
    people = User.objects.active().filter(Q(pk__in=specialist) | supervising)
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
    followup.flagged_rung, followup.flagged_at, followup.unheard = 0, None, False
    followup.save(update_fields=["owner", "flagged_rung", "flagged_at", "unheard"])
    note("followup_reassigned", subject=followup, by=by, at=at, before=before and str(before), to=str(owner.pk))
    return followup


def take_over(*, followup: FollowUp, by: User, at: datetime) -> FollowUp:
    """Keep it oneself. Raises what reassign raises."""
    return reassign(followup=followup, owner=by, by=by, at=at)


@transaction.atomic
def nudge(*, followup: FollowUp, by: User, at: datetime) -> Reminder:
    """Remind whoever keeps it or stands in for them, kindly and once for its date.

    Raises NobodyToNudge, NudgedEnough, NudgedAlready, planning.AlreadySettled.
    """
    followup = planning.lock_standing(followup)
    if followup.owner_id is None or followup.owner_id == by.pk:
        raise NobodyToNudge
    cover = Cover.objects.instead_of(followup.owner_id, followup.team_id).first()
    # Held, so that two nudges at once are counted one after the other.
    recipient = User.objects.select_for_update(no_key=True).get(pk=cover.cover_id if cover else followup.owner_id)
    if recipient.pk == by.pk:
        raise NobodyToNudge
    known = Reminder.objects.filter(followup=followup, rung=Rung.NUDGE, recipient=recipient, due_on=followup.due_on)
    if known.exists():
        raise NudgedAlready
    began = midnight(local_date(at, followup.team.time_zone), followup.team.time_zone)
    today = Reminder.objects.filter(recipient=recipient, rung=Rung.NUDGE, created_at__gte=began)
    if today.count() >= followup.team.most_mails_a_day:
        raise NudgedEnough
    reminder = Reminder.objects.create(
        followup=followup,
        rung=Rung.NUDGE,
        recipient=recipient,
        due_on=followup.due_on,
        team_id=followup.team_id,
        created_at=at,
        created_by=by,
    )
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


def copied(*, participant: Participant, by: User, at: datetime) -> None:
    """Note that a copy of somebody's whole record was made."""
    note("record_copied", subject=participant, by=by, at=at)


def exported(*, count: int, by: User, at: datetime) -> None:
    """Note that a list with names has left the program."""
    note("overdue_exported", by=by, at=at, count=count)
