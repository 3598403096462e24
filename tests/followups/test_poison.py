"""One broken row is put aside and the others go on; what concerns the whole run ends it."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import OutgoingEmail, Team, User
from followups import reminders
from followups.actions import milestones, plans
from followups.models import CheckInPlan, Digest, FollowUp, Reminder, SweepRun
from followups.models.heartbeat import MOST_SKEW
from followups.reminders import digests, flagging
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


def poison(table: str, when: str, keys: Iterable[object], column: str = "id", code: str = "raise_exception") -> None:
    """Make the database refuse to write these rows; undone with the test."""
    listed = ", ".join(f"'{key}'" for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN IF NEW.{column} IN ({listed}) THEN"
            f" RAISE EXCEPTION 'poison' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(f"CREATE TRIGGER poison BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION poison()")


@pytest.fixture
def due(participant, specialist, supervisor) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def test_a_batch_of_nothing_but_broken_rows_does_not_end_the_rung(due, monkeypatch) -> None:
    monkeypatch.setattr(flagging, "BATCH", 2)
    for _number in range(4):
        factories.FollowUpFactory(participant=due.participant, owner=due.owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM followups_followup LIMIT 2")
        broken = {key for (key,) in cursor.fetchall()}
    poison("followups_followup", "UPDATE", broken)
    assert reminders.sweep(NOON).flagged == 3
    assert set(FollowUp.objects.filter(flagged_rung=0).values_list("pk", flat=True)) == broken


def test_a_team_with_a_zone_nobody_knows_does_not_stop_the_others(due, other_team) -> None:
    Team.objects.filter(pk=other_team.pk).update(time_zone="Nowhere/Atlantis")
    reminders.sweep(NOON)
    assert Reminder.objects.get().followup == due
    assert OutgoingEmail.objects.count() == 1
    User.objects.filter(pk=due.owner_id).update(remind_by="digest")
    digests.send_digests(NOON)
    assert Digest.objects.get(kind="day").recipient_id == due.owner_id


def test_a_day_to_remember_that_cannot_be_put_on_the_list_does_not_stop_the_others(team) -> None:
    rows = [factories.MilestoneFactory(participant__team=team, on=DAY + timedelta(days=3)) for _number in range(3)]
    poison("followups_followup", "INSERT", [rows[0].pk], column="milestone_id")
    assert milestones.lay_out_all(at=NOON) == 2
    assert set(FollowUp.objects.values_list("milestone", flat=True)) == {row.pk for row in rows[1:]}


def raising(error: BaseException):
    def work(*_args: object) -> bool:
        raise error

    return work


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded(), OperationalError("the database is away")])
@pytest.mark.parametrize("where", ["plan", "summary", "day to remember", "rules"])
def test_what_concerns_the_whole_run_ends_it(due, monkeypatch, where: str, error: Exception) -> None:
    monkeypatch.setattr(plans, "lay_out_one", raising(error))
    monkeypatch.setattr(digests, "make_one", raising(error))
    monkeypatch.setattr(milestones, "laid_out", raising(error))
    monkeypatch.setattr("followups.reminders.rules.rules_of", raising(error))
    work = {
        "plan": lambda: plans.laid_out_or_left(due.pk, NOON, []),
        "summary": lambda: digests.made_or_left(due.owner_id, "day", DAY, NOON),
        "day to remember": lambda: milestones.laid_out_or_left(due.pk, NOON),
        "rules": lambda: reminders.sweep(NOON),
    }[where]
    with pytest.raises(type(error)):
        work()


@pytest.mark.django_db(transaction=True)
def test_the_timers_command_does_each_step_whatever_becomes_of_the_others(participant, specialist, capsys) -> None:
    """A plan at which the database breaks off ends the laying out, and nothing else; the command says so."""
    # The command takes the real clock, and nothing is sent on a day the team is closed.
    type(participant.team).objects.update(working_days=[1, 2, 3, 4, 5, 6, 7])
    today = timezone.now().date() - timedelta(days=1)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=today)
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=today)
    poison("followups_checkinplan", "UPDATE", [plan.pk], code="deadlock_detected")
    try:
        with pytest.raises(CommandError, match="laid out"):
            call_command("sweep")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION poison CASCADE")
    assert "flagged: 1" in capsys.readouterr().out
    assert OutgoingEmail.objects.get().state == "sent"
    assert CheckInPlan.objects.get().planned_until is None


@pytest.mark.parametrize("hours", [1, -1, 24])
def test_the_timers_command_does_nothing_by_a_clock_that_is_off(due, time_machine, hours: int, capsys) -> None:
    factories.CheckInPlanFactory(participant=due.participant)
    factories.OutgoingEmailFactory(recipient=due.owner, kind="account")
    User.objects.update(remind_by="digest")
    time_machine.move_to(timezone.now() + timedelta(hours=hours))
    call_command("sweep")
    assert capsys.readouterr().out.strip() == "flagged: 0, laid out: 0, summaries: 0, sent: 0"
    assert not SweepRun.objects.exists()
    assert OutgoingEmail.objects.get().state == "queued"
    assert FollowUp.objects.count() == 1


def test_a_clock_that_is_right_to_a_second_is_right(due, time_machine) -> None:
    time_machine.move_to(timezone.now() + MOST_SKEW / 2)
    call_command("sweep")
    assert SweepRun.objects.exists()
