"""Somebody gets another peer: what is owed goes along, and what was done stays with who did it."""

from datetime import timedelta

import pytest

from accounts.models import OutgoingEmail
from followups import reminders
from followups.actions import handing_on, leaving
from followups.models import FollowUp, Reminder
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def hand_on(participant, specialist, colleague, supervisor, at=NOON) -> None:
    handing_on.assign(participant=participant, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=at)


def test_what_is_owed_and_what_was_still_to_be_said_go_along(due, participant, specialist, colleague, supervisor):
    waiting = factories.ReminderFactory(followup=due, recipient=specialist)
    closed = factories.FollowUpFactory(
        participant=participant, owner=specialist, state="done", closed_at=NOON, closed_by=specialist
    )
    hand_on(participant, specialist, colleague, supervisor)
    for row in (due, waiting, closed):
        row.refresh_from_db()
    assert (due.owner, waiting.recipient) == (colleague, colleague)
    assert (closed.owner, closed.closed_by) == (specialist, specialist)


def test_what_was_sent_stays_credited_to_who_had_it(due, participant, specialist, colleague, supervisor) -> None:
    sent = factories.ReminderFactory(followup=due, recipient=specialist, mailed_at=NOON)
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    hand_on(participant, specialist, colleague, supervisor)
    sent.refresh_from_db()
    session.refresh_from_db()
    assert (sent.recipient, session.specialist) == (specialist, specialist)


def test_the_new_peer_is_told_once_and_the_former_no_more(due, participant, specialist, colleague, supervisor) -> None:
    reminders.sweep(NOON)
    hand_on(participant, specialist, colleague, supervisor, NOON + timedelta(minutes=1))
    for minute in (2, 3):
        reminders.sweep(NOON + timedelta(minutes=minute))
    assert Reminder.objects.filter(recipient=colleague).count() == 1
    assert not Reminder.objects.visible_to(specialist).needed().exists()
    assert OutgoingEmail.objects.filter(recipient=colleague).count() == 1


def test_all_or_nothing(due, participant, specialist, colleague, supervisor, monkeypatch) -> None:
    def fails(*_args):
        raise RuntimeError

    monkeypatch.setattr(handing_on, "pass_on_reminders", fails)
    with pytest.raises(RuntimeError):
        hand_on(participant, specialist, colleague, supervisor)
    due.refresh_from_db()
    assert due.owner == specialist
    assert participant.assignments.get(ended_at=None).specialist == specialist


def test_what_a_leaving_supervisor_had_taken_over_goes_back(due, participant, specialist, supervisor, administrator):
    FollowUp.objects.update(owner=supervisor, flagged_rung=1, flagged_at=NOON)
    leaving.deactivate(user=supervisor, by=administrator, at=NOON)
    due.refresh_from_db()
    assert (due.owner, due.flagged_rung) == (specialist, 0)


def test_what_a_leaving_specialist_kept_waits_and_supervisors_hear(due, specialist, supervisor, administrator) -> None:
    reminders.sweep(NOON)
    leaving.deactivate(user=specialist, by=administrator, at=NOON)
    reminders.sweep(NOON + timedelta(minutes=1))
    due.refresh_from_db()
    assert due.owner is None
    assert Reminder.objects.needed().filter(recipient=supervisor).exists()
