"""Made-up people obey every rule, whatever the day on which they are made up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Role, User
from caseload.models import Assignment, Cover, Participant, Session, SessionDraft
from demo.generator import Generator
from followups import reminders
from followups.models import FollowUp, board
from followups.models.gaps import without_next_step
from tests import factories

DAYS = ["2024-02-29 12:00", "2026-01-01 03:00", "2026-03-08 07:30", "2026-11-01 05:30", "2026-11-20 23:59"]


def make(now: datetime, people: int = 150, **options) -> None:
    Generator(people=people, now=now, **options).run()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("day", DAYS)
def test_a_program_in_its_third_month_on_any_day(db, day: str) -> None:
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    make(now)

    assert Participant.objects.count() == 150
    assert User.objects.count() == 14
    assert Cover.objects.exists()
    assert SessionDraft.objects.exists()
    assert not Session.objects.filter(started_at__gt=now).exists()
    assert without_next_step(Participant.objects.all()).count() <= 2
    assert Participant.objects.unassigned().count() >= 6
    for supervisor in User.objects.filter(memberships__role=Role.SUPERVISOR):
        totals = board.totals(board.rows(board.overdue_for(supervisor, now), now))
        assert all(totals.values()), (supervisor.name, totals)


def test_what_is_counted_on_the_rows_is_what_the_rows_say(db) -> None:
    make(factories.NOON)
    for followup in FollowUp.objects.standing().select_related("participant"):
        current = Assignment.objects.current().filter(participant=followup.participant).first()
        assert followup.owner_id == (current and current.specialist_id)
        assert followup.attempts == followup.tries.count()
    for person in Participant.objects.all():
        held = person.sessions.filter(status__in=["held", "cut_short"]).order_by("-started_at").first()
        assert person.last_contact_at == (held and held.started_at)
        assert person.is_active == person.episodes.filter(ended_on=None).exists()


def test_the_worker_finds_a_little_to_do_and_no_contradiction(db) -> None:
    make(factories.NOON)
    flagged = FollowUp.objects.filter(flagged_rung__gt=0)
    assert not flagged.exclude(pk__in=FollowUp.objects.overdue(factories.NOON)).exists()
    assert reminders.sweep(factories.NOON).flagged > 0


def story() -> list[tuple]:
    rows = FollowUp.objects.order_by("created_at", "participant__name_used", "due_on", "purpose")
    return list(rows.values_list("participant__name_used", "purpose", "what", "due_on", "state"))


def test_the_same_seed_tells_the_same_story(db) -> None:
    make(factories.NOON, people=45)
    first = story()
    with connection.cursor() as cursor:
        tables = "accounts_user, accounts_team, caseload_participant"
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER ALL")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    make(factories.NOON, people=45)
    assert story() == first


def test_it_is_loaded_once(db, monkeypatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", factories.PASSWORD)
    call_command("demo", people=30)
    call_command("demo", people=30)
    assert Participant.objects.count() == 30
    for name in ("specialist", "supervisor", "admin"):
        assert User.objects.get(email=f"{name}@demo.example").check_password(factories.PASSWORD)


def test_another_size(db) -> None:
    make(factories.NOON, people=600)
    assert Participant.objects.count() == 600
    assert Session.objects.filter(started_at__lt=factories.NOON - timedelta(days=30)).exists()
