"""The morning's summary: whose, when, once, and with which words."""

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import Membership, OutgoingEmail, Team, User
from followups import reminders
from followups.delivery import deliver
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


LASTS = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}


def test_who_stands_in_for_a_supervisor_hears_of_the_week(due, team, supervisor, colleague) -> None:
    factories.CoverFactory(team=team, absent=supervisor, cover=colleague, role="supervisor", **LASTS)
    factories.FollowUpFactory(participant=due.participant, owner=due.owner, due_on=DAY - 4 * ONE_DAY)
    send_digests(MONDAY)
    assert "Overdue: 1" in OutgoingEmail.objects.get(recipient=colleague).text
    assert not OutgoingEmail.objects.filter(recipient=supervisor).exists()


def test_a_week_is_told_late_where_nothing_ran_on_its_first_day(due, supervisor) -> None:
    FollowUp.objects.update(due_on=MONDAY.date())
    assert send_digests(MONDAY + ONE_DAY) == 2
    assert "Vera" in recipients()
    assert Digest.objects.get(recipient=supervisor).on == MONDAY.date()
    assert send_digests(MONDAY + 2 * ONE_DAY) == 1  # the specialist's day alone


def test_two_teams_whose_weeks_begin_on_different_days_make_one(due, supervisor, other_team) -> None:
    factories.MembershipFactory(user=supervisor, team=other_team, role="supervisor")
    other_team.closed_days.create(on=MONDAY.date())
    for days in range(3):
        send_digests(MONDAY + days * ONE_DAY)
        send_digests(MONDAY + days * ONE_DAY + timedelta(hours=4))
    assert Digest.objects.filter(recipient=supervisor, kind="week").count() == 1


def test_the_week_says_good_news_then_what_is_owed_then_who_waits_and_who_stands_in(
    due, team, supervisor, specialist, colleague
) -> None:
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **LASTS)
    factories.WinFactory(participant=due.participant, happened_on=MONDAY.date() - ONE_DAY)
    factories.FollowUpFactory(participant=due.participant, owner=specialist, due_on=DAY - 4 * ONE_DAY)
    back = factories.ParticipantFactory(team=team)
    back.episodes.update(ended_on=DAY - 60 * ONE_DAY, ending_reason="moved", ended_by=supervisor)
    back.episodes.create(started_on=MONDAY.date() - ONE_DAY)
    send_digests(MONDAY)
    message = OutgoingEmail.objects.get(recipient=supervisor)
    said = [
        "A win was",
        "Somebody came back",
        "Overdue: 1",
        "Sam: 1",
        "Waiting for a peer: 1",
        "Standing in this week: 1",
    ]
    for words in (message.text, message.html):
        assert [words.index(one) for one in said] == sorted(words.index(one) for one in said)


@pytest.fixture
def escalated(participant, specialist, supervisor) -> FollowUp:
    """Overdue for so long that the supervisor is told, who chose one summary."""
    User.objects.filter(pk=supervisor.pk).update(remind_by="digest")
    row = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=MONDAY.date() - 5 * ONE_DAY)
    reminders.sweep(MONDAY)
    return row


def test_a_supervisor_who_chose_one_summary_reads_in_it_what_has_reached_them(escalated, supervisor, sign_in) -> None:
    factories.FollowUpFactory(participant=escalated.participant, due_on=DAY)  # nobody's, and due today
    send_digests(NOON)
    day = Digest.objects.get(recipient=supervisor, kind="day")
    assert "For you as supervisor: 2" in day.email.text
    assert "For you as supervisor: 2" in day.email.html
    assert not OutgoingEmail.objects.filter(recipient=supervisor, kind="reminder").exists()


def test_below_the_third_rung_it_is_not_the_supervisors_yet(escalated, supervisor) -> None:
    FollowUp.objects.update(flagged_rung=2)
    send_digests(NOON)
    assert Digest.objects.get(recipient=supervisor, kind="day").email is None


def test_a_win_is_news_on_its_day_and_on_the_next_working_day(due, participant) -> None:
    factories.WinFactory(participant=participant, happened_on=DAY + 2 * ONE_DAY)  # a Friday
    said = []
    for day in (2, 5, 6):
        send_digests(NOON + day * ONE_DAY)
        said.append("A win was" in OutgoingEmail.objects.latest("created_at").text)
    assert said == [True, True, False]


def leaves(at: datetime) -> int:
    return deliver(lambda: at)


def test_a_summary_of_the_day_leaves_only_if_there_is_still_something_to_say(due) -> None:
    send_digests(NOON)
    FollowUp.objects.update(state="done", closed_at=NOON)
    assert leaves(NOON) == 0
    assert OutgoingEmail.objects.get().state == "cancelled"


def test_a_summary_of_the_week_leaves_only_for_who_still_supervises(escalated, supervisor, team) -> None:
    User.objects.filter(pk=supervisor.pk).update(remind_by="email")
    OutgoingEmail.objects.all().delete()
    send_digests(MONDAY)
    Membership.objects.filter(user=supervisor).update(role="specialist")
    assert leaves(MONDAY) == 0
    assert OutgoingEmail.objects.get().state == "cancelled"


def test_a_summary_waits_out_quiet_hours(due) -> None:
    send_digests(NOON)
    Team.objects.update(quiet_from=time(9), quiet_until=time(11))
    assert leaves(NOON) == 0
    assert OutgoingEmail.objects.get().next_try_at == NOON + timedelta(hours=1)
    assert leaves(NOON + timedelta(hours=1)) == 1


def test_a_summary_does_not_leave_on_a_day_the_team_is_closed(due, team) -> None:
    send_digests(NOON)
    team.closed_days.create(on=DAY)
    assert leaves(NOON + timedelta(minutes=1)) == 0
    assert OutgoingEmail.objects.get().state == "queued"


@pytest.mark.parametrize(("attempts", "state"), [(0, "cancelled"), (3, "stopped")])
def test_one_that_could_not_be_delivered_all_day_is_shown(due, attempts: int, state: str) -> None:
    send_digests(NOON)
    OutgoingEmail.objects.update(attempts=attempts, last_error="TimeoutError")
    assert leaves(NOON + timedelta(hours=20)) == 0
    assert OutgoingEmail.objects.get().state == state


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
