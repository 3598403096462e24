from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingEmail, User
from followups import reminders
from followups.actions import oversight, planning
from followups.models import FollowUp, Reminder, Rung, State, SweepRun
from followups.reminders import flagging
from tests import factories
from tests.conftest import member

NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
TODAY, ONE_DAY = NOON, timedelta(days=1)
FRIDAY, MONDAY, NEXT_WEDNESDAY = NOON + 2 * ONE_DAY, NOON + 5 * ONE_DAY, NOON + 7 * ONE_DAY


@pytest.fixture
def due(participant, specialist, supervisor) -> FollowUp:
    """Due on the Wednesday."""
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def told() -> list[tuple[int, str]]:
    rows = Reminder.objects.order_by("rung", "recipient__name").values_list("rung", "recipient__name")
    return [(Rung(rung), name) for rung, name in rows]


def test_whoever_keeps_it_is_told_on_the_day_itself_and_once(due, specialist) -> None:
    reminders.sweep(NOON - ONE_DAY)
    assert told() == []
    for minute in range(3):
        reminders.sweep(NOON + timedelta(minutes=minute))

    due.refresh_from_db()
    assert told() == [(Rung.KEEPER, "Sam")]
    assert (due.flagged_rung, due.flagged_at) == (1, NOON)
    assert OutgoingEmail.objects.get().recipient == specialist


def test_rung_after_rung_on_the_teams_working_days(due) -> None:
    days = {}
    for day in range(10):
        before = set(told())
        reminders.sweep(NOON + day * ONE_DAY)
        if new := set(told()) - before:
            days[day] = new

    assert days == {
        0: {(Rung.KEEPER, "Sam")},
        2: {(Rung.AGAIN, "Sam")},  # Friday
        5: {(Rung.SUPERVISOR, "Vera")},  # Monday
        7: {(Rung.ANYONE, "Vera")},  # the next Wednesday
    }
    due.refresh_from_db()
    assert (due.flagged_rung, due.flagged_at) == (4, NOON)


def test_a_team_chooses_its_own_days(due, team) -> None:
    type(team).objects.update(again_after_days=1, supervisor_after_days=1, anyone_after_days=2)
    reminders.sweep(NOON)
    reminders.sweep(NOON + ONE_DAY)
    assert told() == [(Rung.KEEPER, "Sam"), (Rung.AGAIN, "Sam"), (Rung.SUPERVISOR, "Vera")]


@pytest.mark.parametrize("stop", ["not_needed", "reschedule", "pause"])
def test_what_is_settled_moved_or_paused_climbs_no_further(due, specialist, stop: str) -> None:
    reminders.sweep(NOON)
    if stop == "not_needed":
        planning.not_needed(followup=due, reason="met", decided_by="together", by=specialist, at=NOON)
    elif stop == "reschedule":
        planning.reschedule(followup=due, due_on=DAY + 30 * ONE_DAY, reason="later", by=specialist, at=NOON)
    else:
        FollowUp.objects.update(state=State.PAUSED, due_on=DAY + 30 * ONE_DAY, flagged_rung=0, flagged_at=None)
    reminders.sweep(MONDAY)
    assert told() == [(Rung.KEEPER, "Sam")]


def test_a_new_date_begins_anew(due, specialist) -> None:
    reminders.sweep(NOON)
    planning.reschedule(followup=due, due_on=DAY + ONE_DAY, reason="later", by=specialist, at=NOON)
    reminders.sweep(NOON)
    assert len(told()) == 1
    reminders.sweep(NOON + ONE_DAY)
    assert len(told()) == 2


def test_a_worker_that_was_away_for_weeks_tells_each_colleague_once(due) -> None:
    reminders.sweep(NOON + 20 * ONE_DAY)
    due.refresh_from_db()
    assert due.flagged_rung == 4
    assert told() == [(Rung.KEEPER, "Sam"), (Rung.SUPERVISOR, "Vera")]


def test_nobodys_follow_up_is_the_supervisors(due) -> None:
    FollowUp.objects.update(owner=None)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Vera")]


def test_one_who_left_is_not_told(due, specialist) -> None:
    User.objects.filter(pk=specialist.pk).update(is_active=False, deactivated_at=NOON)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Vera")]


def stand_in(absent: User, cover: User, role: str, team, at) -> None:
    factories.CoverFactory(
        team=team, absent=absent, cover=cover, role=role, starts_at=at - ONE_DAY, ends_at=at + 30 * ONE_DAY
    )


def test_whoever_stands_in_is_told_instead(due, specialist, colleague, supervisor, team, time_machine) -> None:
    now = timezone.now()  # covers run by the database's clock
    FollowUp.objects.update(due_on=now.date() - ONE_DAY)
    stand_in(specialist, colleague, "specialist", team, now)
    stand_in(supervisor, member(None, "administrator", "Nobody"), "supervisor", team, now - 90 * ONE_DAY)
    reminders.sweep(now)
    assert told()[0] == (Rung.KEEPER, "Kim")
    assert "Sam" not in dict(map(reversed, told()))


LASTS = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}


def test_the_third_rung_reaches_who_stands_in_for_the_supervisor(due, supervisor, colleague, team) -> None:
    factories.CoverFactory(team=team, absent=supervisor, cover=colleague, role="supervisor", **LASTS)
    for day in range(6):
        reminders.sweep(NOON + day * ONE_DAY)
    assert (Rung.SUPERVISOR, "Kim") in told()
    assert "Vera" not in dict(map(reversed, told()))


def test_the_fourth_rung_reaches_who_stands_in_and_the_supervisor(due, specialist, colleague, team) -> None:
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **LASTS)
    for day in range(8):
        reminders.sweep(NOON + day * ONE_DAY)
    assert [name for rung, name in told() if rung == Rung.ANYONE] == ["Kim", "Vera"]


def test_a_holiday_and_a_day_the_team_is_closed_do_not_count(due, team) -> None:
    """Due on the Friday before Memorial Day; the team is closed on the Tuesday after it, too."""
    type(team).objects.update(holiday_country="US")
    friday = NOON.replace(day=22)
    FollowUp.objects.update(due_on=friday.date())
    team.closed_days.create(on=friday.replace(day=26).date())
    days = {}
    for day in range(12):
        before = set(told())
        reminders.sweep(friday + day * ONE_DAY)
        for rung, _name in set(told()) - before:
            days[rung] = (friday + day * ONE_DAY).day
    # Wednesday is the first working day after it, Thursday the second.
    assert days == {Rung.KEEPER: 22, Rung.AGAIN: 28, Rung.SUPERVISOR: 29, Rung.ANYONE: 2}


def test_an_escalation_nobody_can_receive_is_kept_and_told_when_somebody_can(due, supervisor, team) -> None:
    User.objects.filter(pk=supervisor.pk).update(is_active=False, deactivated_at=NOON)
    reminders.sweep(MONDAY)
    due.refresh_from_db()
    assert (due.flagged_rung, due.unheard) == (3, True)

    member(team, "supervisor", "Zoe")
    reminders.sweep(MONDAY + timedelta(minutes=1))
    due.refresh_from_db()
    assert not due.unheard
    assert (Rung.SUPERVISOR, "Zoe") in told()
    assert told().count((Rung.KEEPER, "Sam")) == 1


def test_what_nobody_heard_begins_anew_batch_after_batch(due, participant, specialist, supervisor, team, monkeypatch):
    monkeypatch.setattr(flagging, "BATCH", 2)
    for _number in range(4):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    User.objects.filter(pk=supervisor.pk).update(is_active=False, deactivated_at=NOON)
    reminders.sweep(MONDAY)
    assert FollowUp.objects.filter(unheard=True).count() == 5

    zoe = member(team, "supervisor", "Zoe")
    reminders.sweep(MONDAY + timedelta(minutes=1))
    assert not FollowUp.objects.filter(unheard=True).exists()
    assert Reminder.objects.filter(recipient=zoe, rung=Rung.SUPERVISOR).count() == 5


def test_batches_leave_nothing_behind(due, participant, specialist, monkeypatch) -> None:
    monkeypatch.setattr(flagging, "BATCH", 4)
    for _number in range(10):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    assert reminders.sweep(NOON).flagged == 11
    assert Reminder.objects.count() == 11


def test_a_run_cut_off_before_the_message_is_made_up_for(due, monkeypatch) -> None:
    def killed(_rules, _at) -> int:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "bundle_emails", killed)
        with pytest.raises(SystemExit):
            reminders.sweep(NOON)
    assert not OutgoingEmail.objects.exists()

    reminders.sweep(NOON + timedelta(minutes=1))
    assert OutgoingEmail.objects.count() == 1
    assert SweepRun.objects.filter(finished_at=None).count() == 1


def test_a_nudge_goes_with_the_next_message_and_only_once(due, supervisor) -> None:
    oversight.nudge(followup=due, by=supervisor, at=NOON)
    with pytest.raises(oversight.NudgedAlready):
        oversight.nudge(followup=due, by=supervisor, at=NOON)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Sam"), (Rung.NUDGE, "Sam")]
    assert OutgoingEmail.objects.get().reminders.count() == 2


def test_an_idle_sweep_asks_little(team, django_assert_max_num_queries) -> None:
    for number in range(10):
        factories.TeamFactory(name=f"Team of {number}")
    with django_assert_max_num_queries(16):
        reminders.sweep(NOON)


def test_the_heartbeat_is_late_when_nothing_ran(db) -> None:
    assert SweepRun.objects.state(timezone.now())["is_late"]
    reminders.sweep(timezone.now())
    assert not SweepRun.objects.state(timezone.now() + timedelta(minutes=4))["is_late"]
    assert SweepRun.objects.state(timezone.now() + timedelta(minutes=6))["is_late"]
    reminders.sweep(timezone.now() + timedelta(days=15))
    assert SweepRun.objects.count() == 1


def test_a_run_ends_by_the_databases_clock(db) -> None:
    reminders.sweep(timezone.now() + timedelta(hours=1))
    assert abs(SweepRun.objects.get().finished_at - timezone.now()) < timedelta(seconds=30)


def test_a_heartbeat_from_the_future_does_not_hide_a_dead_worker(db) -> None:
    for finished in (NOON - timedelta(minutes=10), NOON + timedelta(hours=1)):
        SweepRun.objects.create(started_at=finished, finished_at=finished)
    state = SweepRun.objects.state(NOON)
    assert (state["last_run_at"], state["is_late"]) == (NOON - timedelta(minutes=10), True)
