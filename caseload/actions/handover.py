"""Who walks with whom: assigning, passing on, letting go."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest

from accounts.actions.events import note
from accounts.models import Membership, Role, User
from caseload.models import Assignment, Participant
from caseload.models.assignments import AssignmentEnd


class CannotWalkWith(Exception):
    """The colleague is not an active peer specialist of the participant's team."""


class NobodyToAssign(Exception):
    """The participant's services have ended."""


class WalksWithSomebodyElse(Exception):
    """Somebody else has given them a peer meanwhile; `specialist` is who walks with them now, or None."""

    def __init__(self, specialist: User | None) -> None:
        super().__init__()
        self.specialist = specialist


@transaction.atomic
def assign(
    *, participant: Participant, specialist: User, instead_of: UUID | None, by: User, at: datetime
) -> Assignment:
    """Let that specialist walk with the participant from now on; an assignment that holds ends now.

    `instead_of` is who was seen to walk with them (None: nobody), so that of two people deciding at once the
    second learns of the first. Assigning whom they walk with already changes nothing.
    Raises CannotWalkWith, NobodyToAssign, WalksWithSomebodyElse.
    """
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    if not participant.is_active:
        raise NobodyToAssign
    # Their account is locked too, so that closing it at this moment waits or is seen.
    colleague = User.objects.select_for_update(no_key=True).active().filter(pk=specialist.pk).first()
    fits = Membership.objects.filter(user=specialist, team=participant.team_id, role=Role.SPECIALIST)
    if colleague is None or not fits.exists():
        raise CannotWalkWith
    current = Assignment.objects.current().filter(participant=participant).select_related("specialist").first()
    if current is not None and current.specialist_id == specialist.pk:
        return current
    if instead_of != (current and current.specialist_id):
        raise WalksWithSomebodyElse(current and current.specialist)
    if current is not None:
        finish(current, AssignmentEnd.TRANSFERRED, at)
    assignment = Assignment.objects.create(
        team_id=participant.team_id,
        participant=participant,
        specialist=specialist,
        started_at=no_earlier(participant, at),
        assigned_by=by,
    )
    note("assigned", subject=participant, by=by, at=at, specialist=str(specialist.pk))
    return assignment


def no_earlier(participant: Participant, at: datetime) -> datetime:
    """That moment, or the end of the last assignment where clocks or waiting for a lock put it a little later."""
    last = Assignment.objects.filter(participant=participant).aggregate(end=Max("ended_at"))["end"]
    return at if last is None else max(at, last)


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
        ended_at=Greatest(F("started_at"), at), end_reason=reason
    )
    note("released_all", subject=specialist, by=by, at=at, count=len(keys), reason=reason)
    return keys
