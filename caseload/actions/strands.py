"""What stands in the way, and where somebody belongs; and the directory of services."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.actions.locking import lock
from caseload.models import Activity, Barrier, BarrierChange, Connection, Participant, Service


@transaction.atomic
def name_barrier(*, participant: Participant, what: str, on: date, by: User, at: datetime) -> Barrier:
    """Keep what is in the way; the same words while it is there are one."""
    lock(participant.pk)
    same = Barrier.objects.filter(participant=participant, what=what).exclude(state="gone").first()
    if same is not None:
        return same
    told = {"since": on, "changed_on": on, "recorded_by": by, "recorded_at": at}
    barrier = Barrier.objects.create(participant=participant, what=what, **told)
    BarrierChange.objects.create(barrier=barrier, state=barrier.state, on=on, recorded_by=by, recorded_at=at)
    note("barrier_named", subject=participant, by=by, at=at)
    return barrier


@transaction.atomic
def change_barrier(*, barrier: Barrier, state: str, on: date, by: User, at: datetime) -> Barrier:
    """It eased, went, or is back. The same again changes nothing."""
    lock(barrier.participant_id)
    barrier = Barrier.objects.get(pk=barrier.pk)
    back = Barrier.objects.filter(participant=barrier.participant_id, what=barrier.what).exclude(state="gone")
    if barrier.state == state or (state != "gone" and back.exclude(pk=barrier.pk).exists()):
        return barrier
    barrier.state, barrier.changed_on = state, on
    barrier.save(update_fields=["state", "changed_on"])
    BarrierChange.objects.create(barrier=barrier, state=state, on=on, recorded_by=by, recorded_at=at)
    note("barrier_changed", subject=barrier, by=by, at=at, state=state)
    return barrier


@transaction.atomic
def belong(*, participant: Participant, what: str, on: date, by: User, at: datetime) -> Connection:
    """They belong somewhere; the same place is kept once while they do."""
    lock(participant.pk)
    row, created = Connection.objects.get_or_create(
        participant=participant, what=what, until=None, defaults={"since": on, "recorded_by": by, "recorded_at": at}
    )
    if created:
        note("connection_made", subject=participant, by=by, at=at)
    return row


@transaction.atomic
def part_from(*, connection: Connection, on: date, by: User, at: datetime) -> None:
    """They no longer go there. Ending twice changes nothing."""
    lock(connection.participant_id)
    row = Connection.objects.get(pk=connection.pk)
    if row.until is None:
        row.until = max(on, row.since)
        row.save(update_fields=["until"])
        note("connection_ended", subject=row, by=by, at=at)


@transaction.atomic
def save_service(*, service: Service, by: User, at: datetime) -> Service:
    """Keep a place of the directory."""
    service.save()
    note("service_saved", subject=service, by=by, at=at)
    return service


@transaction.atomic
def save_activities(*, changed: list[Activity], new: Activity | None, by: User, at: datetime) -> None:
    """Save what was reworded or put out of use, and one more; codes stay."""
    for activity in changed:
        activity.save()
    if new is not None:
        # Never over another: two of the same words may be added at once.
        new.save(force_insert=True)
    note("activities_saved", subject=by, by=by, at=at)
