"""Which reminders leave by e-mail, in how many messages, and when they wait."""

from datetime import time, timedelta

import pytest

from accounts.models import OutgoingEmail, Team, User
from followups import reminders
from followups.models import FollowUp, Reminder
from followups.reminders import bundling
from tests import factories
from tests.conftest import member

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture
def due(participant, specialist, supervisor) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def mails() -> int:
    return OutgoingEmail.objects.count()


def test_many_make_one_message(due, participant, specialist) -> None:
    for _number in range(25):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    run = reminders.sweep(NOON)
    assert (run.flagged, run.told) == (26, 1)
    assert OutgoingEmail.objects.get().reminders.count() == 26


def test_each_recipient_has_a_message_of_their_own_batch_after_batch(due, team, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "RECIPIENTS", 2)
    for number in range(5):
        user = member(team, "specialist", f"Peer{number}")
        factories.FollowUpFactory(participant__team=team, owner=user)
    assert reminders.sweep(NOON).told == 6
    assert OutgoingEmail.objects.values("recipient").distinct().count() == 6


def test_the_message_names_nobody(due, participant) -> None:
    FollowUp.objects.update(what="the clinic on Main Street")
    reminders.sweep(NOON)
    message = OutgoingEmail.objects.get()
    for secret in (participant.name_used, "clinic", participant.team.name, str(participant.pk)):
        assert secret not in message.subject + message.text + message.html


def test_in_quiet_hours_it_waits_for_the_morning(due) -> None:
    Team.objects.update(quiet_from=time(20), quiet_until=time(8))
    six_in_the_morning = NOON - timedelta(hours=4)
    reminders.sweep(six_in_the_morning)
    assert Reminder.objects.count() == 1  # it stands in the program already
    assert mails() == 0

    reminders.sweep(six_in_the_morning + timedelta(hours=2))
    assert mails() == 1


def test_on_a_closed_day_only_what_was_planned_for_it_is_worth_a_message(due, participant, specialist, team) -> None:
    saturday = NOON + 3 * ONE_DAY
    reminders.sweep(NOON)
    FollowUp.objects.update(flagged_rung=1)
    Reminder.objects.filter(rung__gt=1).delete()
    reminders.sweep(saturday)  # told again, a day late: the worker was away on Friday
    assert (Reminder.objects.count(), mails()) == (2, 1)

    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=saturday.date())
    reminders.sweep(saturday + timedelta(minutes=1))
    assert mails() == 2
    reminders.sweep(saturday + 2 * ONE_DAY)
    assert not Reminder.objects.filter(mailed_at=None, recipient=specialist).exists()


def test_a_day_has_only_so_many(due, participant, specialist) -> None:
    Team.objects.update(most_mails_a_day=2)
    for minute in range(5):
        factories.FollowUpFactory(participant=participant, owner=specialist)
        reminders.sweep(NOON + timedelta(minutes=minute))
    assert mails() == 2
    assert Reminder.objects.filter(mailed_at=None).count() == 3

    reminders.sweep(NOON + ONE_DAY)
    assert mails() == 3
    assert not Reminder.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize("channel", ["app", "digest"])
def test_who_wants_no_single_mails_gets_none(due, specialist, channel: str) -> None:
    User.objects.filter(pk=specialist.pk).update(remind_by=channel)
    reminders.sweep(NOON)
    assert mails() == 0
    assert Reminder.objects.get().mailed_at == NOON


def test_what_was_settled_before_it_left_is_passed_over(due, specialist) -> None:
    Team.objects.update(quiet_from=time(20), quiet_until=time(8))
    reminders.sweep(NOON - timedelta(hours=4))
    FollowUp.objects.update(due_on=DAY + ONE_DAY, flagged_rung=0, flagged_at=None)
    reminders.sweep(NOON)
    assert mails() == 0
    assert not Reminder.objects.filter(mailed_at=None).exists()
