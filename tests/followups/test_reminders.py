from datetime import timedelta

import pytest

from accounts.models import OutgoingEmail, User
from followups import reminders
from followups.actions import oversight, planning
from followups.models import FollowUp, Reminder, Rung, SweepRun
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
THREE_WORKING_DAYS = timedelta(days=5)  # from Wednesday over the weekend to Monday


@pytest.fixture
def late(participant, specialist, supervisor) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))


def told() -> list[tuple[int, str]]:
    return list(Reminder.objects.order_by("rung", "created_at").values_list("rung", "recipient__name"))


def test_whoever_keeps_it_is_told_once(late, specialist) -> None:
    for minute in range(3):
        reminders.sweep(NOON + timedelta(minutes=minute))

    late.refresh_from_db()
    assert told() == [(Rung.KEEPER, "Sam")]
    assert (late.flagged_rung, late.flagged_at) == (1, NOON)
    assert OutgoingEmail.objects.get().recipient == specialist


def test_what_is_due_today_is_left_alone(participant, specialist) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    assert reminders.sweep(NOON).flagged == 0
    assert not Reminder.objects.exists()


def test_after_the_teams_days_the_supervisor_is_told_too(late) -> None:
    reminders.sweep(NOON)
    reminders.sweep(NOON + timedelta(days=2))  # Friday: two working days after Tuesday... the third has come
    friday = told()
    reminders.sweep(NOON + THREE_WORKING_DAYS)

    assert friday == [(Rung.KEEPER, "Sam"), (Rung.SUPERVISOR, "Vera")]
    assert told() == friday


def test_not_a_day_earlier(late) -> None:
    reminders.sweep(NOON + timedelta(days=1))
    assert told() == [(Rung.KEEPER, "Sam")]


def test_a_contact_stops_what_is_still_to_come(late, specialist) -> None:
    reminders.sweep(NOON)
    planning.not_needed(followup=late, reason="met", decided_by="together", by=specialist, at=NOON)
    reminders.sweep(NOON + THREE_WORKING_DAYS)
    assert told() == [(Rung.KEEPER, "Sam")]


def test_a_new_date_begins_anew(late, specialist) -> None:
    reminders.sweep(NOON)
    planning.reschedule(followup=late, due_on=DAY, reason="later", by=specialist, at=NOON)
    reminders.sweep(NOON)
    assert len(told()) == 1
    reminders.sweep(NOON + timedelta(days=1))
    assert len(told()) == 2


def test_a_worker_that_was_away_for_weeks_tells_both(late) -> None:
    reminders.sweep(NOON + timedelta(days=20))
    assert told() == [(Rung.KEEPER, "Sam"), (Rung.SUPERVISOR, "Vera")]


def test_nobodys_follow_up_is_the_supervisors(late) -> None:
    FollowUp.objects.update(owner=None)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Vera")]


def test_one_who_left_is_not_told(late, specialist) -> None:
    User.objects.filter(pk=specialist.pk).update(is_active=False, deactivated_at=NOON)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Vera")]


def test_many_make_one_message(late, participant, specialist) -> None:
    for _number in range(25):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
    run = reminders.sweep(NOON)
    assert (run.flagged, run.told) == (26, 1)
    assert OutgoingEmail.objects.get().reminders.count() == 26


def test_batches_leave_nothing_behind(late, participant, specialist, monkeypatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 4)
    for _number in range(10):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
    assert reminders.sweep(NOON).flagged == 11
    assert Reminder.objects.count() == 11


def test_a_run_cut_off_before_the_message_is_made_up_for(late, monkeypatch) -> None:
    def killed(_at) -> int:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "bundle_emails", killed)
        with pytest.raises(SystemExit):
            reminders.sweep(NOON)
    assert not OutgoingEmail.objects.exists()

    reminders.sweep(NOON + timedelta(minutes=1))
    assert OutgoingEmail.objects.count() == 1
    assert SweepRun.objects.filter(finished_at=None).count() == 1


def test_a_nudge_goes_with_the_next_message_and_only_once(late, supervisor, specialist) -> None:
    oversight.nudge(followup=late, by=supervisor, at=NOON)
    oversight.nudge(followup=late, by=supervisor, at=NOON)
    reminders.sweep(NOON)
    assert told() == [(Rung.KEEPER, "Sam"), (Rung.NUDGE, "Sam")]
    assert OutgoingEmail.objects.get().reminders.count() == 2


def test_the_message_names_nobody(late, participant) -> None:
    FollowUp.objects.update(what="the clinic on Main Street")
    reminders.sweep(NOON)
    message = OutgoingEmail.objects.get()
    for secret in (participant.name_used, "clinic", participant.team.name, str(participant.pk)):
        assert secret not in message.subject + message.text + message.html


def test_an_idle_sweep_asks_little(team, django_assert_max_num_queries) -> None:
    for number in range(10):
        factories.TeamFactory(name=f"Team of {number}")
    with django_assert_max_num_queries(8):
        reminders.sweep(NOON)


def test_the_heartbeat_is_late_when_nothing_ran(db) -> None:
    assert SweepRun.objects.state(NOON)["is_late"]
    reminders.sweep(NOON)
    assert not SweepRun.objects.state(NOON + timedelta(minutes=4))["is_late"]
    assert SweepRun.objects.state(NOON + timedelta(minutes=6))["is_late"]
    reminders.sweep(NOON + timedelta(days=15))
    assert SweepRun.objects.count() == 1


def test_the_supervisor_is_not_told_before_whoever_keeps_it(late, team) -> None:
    cutoff = reminders.Cutoff(team.pk, Rung.SUPERVISOR, late.due_on)
    assert reminders.flag_all(cutoff, NOON) == 0
    assert told() == []
