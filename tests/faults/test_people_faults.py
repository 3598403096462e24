"""What changes about people while a message about them is on its way."""

import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import OutgoingEmail, Role, User
from followups import reminders, tasks
from followups.actions import ending, handing_on, leaving, pausing, planning
from followups.calendar import DAY
from followups.models import FollowUp, Reminder
from tests import factories
from tests.conftest import member
from tests.faults.aftermath import NOT_TOLD
from tests.faults.conftest import drained
from tests.faults.house import seconds_since
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def deactivate(followup: FollowUp, by: User) -> None:
    administrator = member(None, Role.ADMINISTRATOR, "Ada")
    leaving.deactivate(user=followup.owner, by=administrator, at=timezone.now())


def transfer(followup: FollowUp, by: User) -> None:
    handing_on.assign(
        participant=followup.participant,
        specialist=User.objects.get(email="nr1@example.org"),
        instead_of=followup.owner_id,
        by=by,
        at=timezone.now(),
    )


def pause(followup: FollowUp, by: User) -> None:
    until = followup.due_on + 14 * DAY
    pausing.pause(participant=followup.participant, until=until, decided_by="participant", by=by, at=timezone.now())


def end(followup: FollowUp, by: User) -> None:
    ending.end_services(participant=followup.participant, on=followup.due_on, reason="moved", by=by, at=timezone.now())


def decide(followup: FollowUp, by: User) -> None:
    planning.not_needed(followup=followup, reason="met", decided_by="together", by=by, at=timezone.now())


@pytest.mark.parametrize(
    ("number", "words", "change"),
    [
        ("F29", "recipient deactivated in flight", deactivate),
        ("F30", "participant transferred in flight", transfer),
        ("F31", "contact paused in flight", pause),
        pytest.param("F31b", "services ended in flight", end, marks=pytest.mark.long),
        pytest.param("F31c", "decided in flight", decide, marks=pytest.mark.long),
    ],
)
def test_nothing_leaves_about_what_has_changed(
    due, worker, smtp, supervisor, after, report, number: str, words: str, change: Callable[[FollowUp, User], None]
) -> None:
    mailbox, _url = smtp
    due(2)
    followup = FollowUp.objects.select_related("participant__team", "owner").get(owner__email="nr0@example.org")
    now = timezone.now()
    reminders.sweep(now)
    # Claimed together with the reminders, and sent first: while it is on its way, something changes.
    factories.OutgoingEmailFactory(recipient=supervisor, kind="account", created_at=now, next_try_at=now - 9 * DAY)
    mailbox.pause = 1.5
    worker()
    tasks.deliver_mail.delay()
    wait_until(lambda: len(mailbox.messages) == 1)
    assert OutgoingEmail.objects.filter(leased_until__isnull=False).count() == 3
    change(followup, supervisor)
    began = time.monotonic()
    mailbox.pause = 0.0
    wait_until(drained)
    reminders.sweep(timezone.now())
    tasks.deliver_mail.delay()
    wait_until(drained)

    to_the_old = mailbox.recipients().count("nr0@example.org")
    # What still stands is told to whoever keeps it now.
    not_told = after.ask(NOT_TOLD.format(which="true"))
    repeated = to_the_old + after.repeated()
    report(number, words, lost=not_told, repeated=repeated, seconds=seconds_since(began))
    assert (not_told, repeated) == (0, 0)
    assert mailbox.recipients().count("nr1@example.org") >= 1
    standing = FollowUp.objects.standing().filter(participant=followup.participant)
    assert not standing.filter(owner__is_active=False).exists()
    if change is transfer:
        assert Reminder.objects.filter(recipient__email="nr1@example.org", followup=followup).exists()
    if change is deactivate:
        assert Reminder.objects.filter(recipient=supervisor, followup=followup).exists()
