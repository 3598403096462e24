"""Made-up people obey every rule, whatever the day on which they are made up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F

from accounts.models import Cover, Role, Team, User
from caseload.models import Assignment, Participant, Quotation, Session, SessionDraft, Win
from demo.generator import Generator
from followups import reminders
from followups.models import ContactAttempt, FollowUp, Reminder, Rung, board
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
    assert without_next_step(Participant.objects.all()).count() == 2
    assert Participant.objects.unassigned(Team.objects.all()).count() >= 6
    for supervisor in User.objects.filter(memberships__role=Role.SUPERVISOR):
        totals = board.totals(board.rows(board.counted(board.overdue_for(supervisor, now), now)))
        assert all(totals.values()), (supervisor.name, totals)
    assert_nothing_before_intake_or_after(now)


def assert_nothing_before_intake_or_after(now: datetime) -> None:
    for followup in FollowUp.objects.select_related("participant"):
        assert followup.participant.created_at <= followup.created_at <= now
        assert followup.closed_at is None or followup.created_at <= followup.closed_at <= now
        assert followup.due_on >= followup.participant.created_at.date()
    for attempt in ContactAttempt.objects.select_related("followup"):
        assert attempt.followup.created_at < attempt.at < now
    assert not Session.objects.filter(started_at__lt=F("participant__created_at")).exists()
    assert not Quotation.objects.filter(recorded_at__gt=now).exists()
    assert not Reminder.objects.filter(seen_at__gt=now).exists()


def test_what_is_counted_on_the_rows_is_what_the_rows_say(db) -> None:
    make(factories.NOON)
    for followup in FollowUp.objects.standing().select_related("participant"):
        current = Assignment.objects.current().filter(participant=followup.participant).first()
        assert followup.owner_id == (current and current.specialist_id)
        assert followup.attempts == followup.tries.count()
    for person in Participant.objects.all():
        contacts = list(person.sessions.filter(status__in=["held", "cut_short"]).values_list("started_at", flat=True))
        contacts += person.attempts.filter(outcome__counts_as_presence=True).values_list("at", flat=True)
        assert person.last_contact_at == max(contacts, default=None)
        assert person.is_active == person.episodes.filter(ended_on=None).exists()


def test_the_worker_finds_a_little_to_do_and_no_contradiction(db) -> None:
    make(factories.NOON)
    flagged = FollowUp.objects.filter(flagged_rung__gt=0)
    assert not flagged.exclude(pk__in=FollowUp.objects.overdue(factories.NOON)).exists()
    assert not FollowUp.objects.filter(came_from=None, purpose="promise", state="done", kept=None).exists()
    of_supervisors = Reminder.objects.filter(rung=Rung.SUPERVISOR).count()

    assert reminders.sweep(factories.NOON).flagged > 0
    assert Reminder.objects.filter(rung=Rung.SUPERVISOR).count() == of_supervisors


def test_the_demo_specialist_has_something_of_everything_today(db, sign_in, time_machine) -> None:
    time_machine.move_to(factories.NOON)
    make(factories.NOON)
    page = sign_in(User.objects.get(email="specialist@demo.example")).get("/today/")

    assert all(page.context["sections"].values()), page.context["sections"]
    assert len(page.context["left_without"]) == 1
    assert len(page.context["drafts"]) == 1


def test_nobody_says_what_everybody_says(db) -> None:
    make(factories.NOON)
    assert Participant.objects.values("name_used").distinct().count() == 150
    assert Quotation.objects.values("text").distinct().count() >= 100
    assert ContactAttempt.objects.values("outcome").distinct().count() >= 6
    assert FollowUp.objects.filter(state="not_needed").exists()
    for model, field in ((Quotation, "text"), (Win, "text"), (FollowUp, "what")):
        rows = model.objects.exclude(**{field: ""})
        most = rows.values(field).annotate(times=Count("pk")).order_by("-times").first()
        assert most["times"] <= rows.count() // 10, most


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
    make(factories.NOON, people=300)
    assert Participant.objects.count() == 300
    assert Session.objects.filter(started_at__lt=factories.NOON - timedelta(days=30)).exists()
