"""The morning's summary: whose, when, once, and with which words."""

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import Membership, OutgoingEmail, Team, User
from followups import reminders
from followups.models import Digest, FollowUp
from followups.reminders import digests
from followups.reminders.digests import send_digests
from tests import factories
from tests.conftest import member

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
MONDAY = NOON - 2 * ONE_DAY


@pytest.fixture
def due(participant, specialist):
    User.objects.filter(pk=specialist.pk).update(remind_by="digest")
    return factories.FollowUpFactory(participant=participant, owner=specialist, what="the clinic on Main Street")


def recipients() -> list[str]:
    return sorted(OutgoingEmail.objects.values_list("recipient__name", flat=True))


def test_the_day_is_told_in_one_message_to_those_who_chose_it(due, participant, specialist) -> None:
    for _number in range(4):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - ONE_DAY)
    reminders.sweep(NOON)
    assert send_digests(NOON) == 1

    message = OutgoingEmail.objects.get()
    assert message.recipient == specialist
    assert "Overdue: 4" in message.text
    assert "Due today: 1" in message.text
    assert "/week/?mine" in message.text


def test_others_get_no_summary_of_the_day(due, specialist) -> None:
    User.objects.filter(pk=specialist.pk).update(remind_by="email")
    assert send_digests(NOON) == 0


def test_it_is_made_once_a_day(due) -> None:
    assert [send_digests(NOON), send_digests(NOON), send_digests(NOON + timedelta(hours=5))] == [1, 0, 0]
    assert send_digests(NOON + ONE_DAY) == 1
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_one(due) -> None:
    barrier, made = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        made.append(send_digests(NOON))
        connection.close()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 1]
    assert OutgoingEmail.objects.count() == 1


def test_it_names_nobody(due, participant, supervisor) -> None:
    factories.WinFactory(participant=participant, text="Slept through", happened_on=DAY - 3 * ONE_DAY)
    FollowUp.objects.update(due_on=MONDAY.date())
    send_digests(MONDAY)
    assert recipients() == ["Sam", "Vera"]
    for message in OutgoingEmail.objects.all():
        whole = message.subject + message.text + message.html
        for secret in ("Maya", "clinic", "Slept", "Harbor", str(participant.pk), str(due.pk)):
            assert secret not in whole


def test_quiet_hours_and_closed_days_hold_it(due) -> None:
    Team.objects.update(quiet_from=time(20), quiet_until=time(11))
    assert send_digests(NOON) == 0
    assert send_digests(NOON + timedelta(hours=1)) == 1
    saturday = NOON + 3 * ONE_DAY + timedelta(hours=2)
    assert send_digests(saturday) == 0


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("first", ["2026-03-05", "2026-10-29", "2028-02-27", "2026-12-29"])
def test_each_local_working_day_has_one_through_clock_changes_and_year_ends(due, zone: str, first: str) -> None:
    Team.objects.update(time_zone=zone, working_days=[1, 2, 3, 4, 5, 6, 7])
    began = datetime.fromisoformat(f"{first}T00:00").replace(tzinfo=ZoneInfo(zone))
    hours = [began.astimezone(ZoneInfo("UTC")) + timedelta(minutes=30 * number) for number in range(48 * 6)]
    for hour in hours:
        send_digests(hour)
    days = sorted(Digest.objects.values_list("on", flat=True))
    local = sorted({hour.astimezone(ZoneInfo(zone)).date() for hour in hours})
    assert days == local


def test_nothing_to_say_makes_no_message_and_is_not_asked_again(team, specialist) -> None:
    User.objects.update(remind_by="digest")
    assert send_digests(NOON) == 1
    assert send_digests(NOON) == 0
    assert Digest.objects.get().email is None
    assert not OutgoingEmail.objects.exists()


def test_the_week_is_told_to_supervisors_on_its_first_working_day(due, supervisor, team) -> None:
    factories.FollowUpFactory(participant=due.participant, owner=due.owner, due_on=DAY - 4 * ONE_DAY)
    assert send_digests(MONDAY) == 2
    week = OutgoingEmail.objects.get(recipient=supervisor)
    assert "Overdue: 1" in week.text
    assert "Sam: 1" in week.text
    assert "Waiting for a peer: 0" in week.text
    assert send_digests(MONDAY + ONE_DAY) == 1  # the specialist's day alone


def test_where_monday_is_closed_the_week_begins_on_tuesday(due, supervisor, team) -> None:
    FollowUp.objects.update(due_on=MONDAY.date())
    team.closed_days.create(on=MONDAY.date())
    assert send_digests(MONDAY) == 0
    send_digests(MONDAY + ONE_DAY)
    assert recipients() == ["Sam", "Vera"]


@pytest.mark.parametrize("gone", ["deactivated", "no longer supervisor", "reads it here"])
def test_who_should_not_hear_it_does_not(due, supervisor, gone: str) -> None:
    FollowUp.objects.update(due_on=MONDAY.date())
    if gone == "deactivated":
        User.objects.filter(pk=supervisor.pk).update(is_active=False)
    elif gone == "no longer supervisor":
        Membership.objects.filter(user=supervisor).delete()
    else:
        User.objects.filter(pk=supervisor.pk).update(remind_by="app")
    send_digests(MONDAY)
    assert recipients() == ["Sam"]


def test_who_stands_in_for_a_supervisor_hears_of_the_week(due, team, supervisor) -> None:
    stand_in = member(None, "administrator", "Ines")
    factories.CoverFactory(
        team=team,
        absent=supervisor,
        cover=stand_in,
        role="supervisor",
        starts_at=MONDAY - ONE_DAY,
        ends_at=MONDAY + 400 * ONE_DAY,
    )
    send_digests(MONDAY)
    assert "Ines" in recipients()


def test_one_that_cannot_be_made_does_not_stop_the_others(due, team, participant, monkeypatch) -> None:
    member(team, "specialist", "Kim")
    User.objects.update(remind_by="digest")
    whole = digests.make_one

    def fails_for_kim(user_id, kind, on, at):
        if User.objects.get(pk=user_id).name == "Kim":
            raise ValueError("poison")
        return whole(user_id, kind, on, at)

    monkeypatch.setattr(digests, "make_one", fails_for_kim)
    assert send_digests(NOON) == 1
    assert recipients() == ["Sam"]
