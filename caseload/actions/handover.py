"""Who walks with whom: assigning, passing on, letting go."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import Membership, Role, User
from caseload.models import Assignment, Participant
from caseload.models.assignments import AssignmentEnd


class CannotWalkWith(Exception):
    """The colleague is not an active peer specialist of the participant's team."""


class NobodyToAssign(Exception):
    """The participant's services have ended."""


@transaction.atomic
def assign(*, participant: Participant, specialist: User, by: User, at: datetime) -> Assignment:
    """Let that specialist walk with the participant from now on; an assignment that holds ends now.

    Assigning whom they walk with already changes nothing. Raises CannotWalkWith, NobodyToAssign.
    """
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    if not participant.is_active:
        raise NobodyToAssign
    # Their account is locked too, so that closing it at this moment waits or is seen.
    colleague = User.objects.select_for_update(no_key=True).active().filter(pk=specialist.pk).first()
    fits = Membership.objects.filter(user=specialist, team=participant.team_id, role=Role.SPECIALIST)
    if colleague is None or not fits.exists():
        raise CannotWalkWith
    current = Assignment.objects.current().filter(participant=participant).first()
    if current is not None:
        if current.specialist_id == specialist.pk:
            return current
        finish(current, AssignmentEnd.TRANSFERRED, at)
    assignment = Assignment.objects.create(
        team_id=participant.team_id, participant=participant, specialist=specialist, started_at=at, assigned_by=by
    )
    note("assigned", subject=participant, by=by, at=at, specialist=str(specialist.pk))
    return assignment


def finish(assignment: Assignment, reason: str, at: datetime) -> None:
    """End one assignment at that moment."""
    assignment.ended_at, assignment.end_reason = max(at, assignment.started_at), reason
    assignment.save(update_fields=["ended_at", "end_reason"])


@transaction.atomic
def release(*, participant: Participant, reason: str, by: User, at: datetime) -> None:
    """End the assignment that holds, if there is one; the participant waits for a peer."""
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    current = Assignment.objects.current().filter(participant=participant).first()
    if current is not None:
        finish(current, reason, at)
        note("released", subject=participant, by=by, at=at, reason=reason)


@transaction.atomic
def release_all(
    *, specialist: User, reason: str, by: User, at: datetime, teams: list[object] | None = None
) -> list[object]:
    """End all assignments of a specialist, in those teams only if given; returns the participants' ids."""
    current = Assignment.objects.current().filter(specialist=specialist)
    if teams is not None:
        current = current.filter(team__in=teams)
    keys = list(current.order_by("participant").values_list("participant", flat=True))
    # In the order of their keys, so that two such deeds cannot wait for each other.
    list(Participant.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    Assignment.objects.current().filter(specialist=specialist, participant__in=keys).update(
        ended_at=at, end_reason=reason
    )
    note("released_all", subject=specialist, by=by, at=at, count=len(keys), reason=reason)
    return keys
