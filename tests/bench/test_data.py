"""What the benchmark adds to the made-up people keeps the rules too, and its harness reads the real pages."""

import pytest
from django.db import connection
from django.db.models import F, Min
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from accounts.models import OutgoingEmail, Team, User
from bench import pages
from bench.data import USUAL_CASELOAD, add_history, caseload_of, lighten, long_story
from bench.plans import STATEMENTS, plans
from bench.sweeping import sweeping
from bench.twins import multiply
from caseload.models import Participant, Session
from demo.generator import Generator
from followups.models import FollowUp, NextStep
from tests import factories


@pytest.fixture
def specialist(db) -> User:
    Generator(people=60, now=factories.NOON).run()
    return User.objects.get(email="specialist@demo.example")


def hold_to_the_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_years_of_history_keep_the_rules(specialist) -> None:
    before, standing = Session.objects.count(), FollowUp.objects.standing().count()
    add_history(Participant.objects.all(), sessions=4, calls=2)

    hold_to_the_rules()
    assert Session.objects.count() >= before + 4 * 60
    assert NextStep.objects.count() == Session.objects.count()
    assert FollowUp.objects.standing().count() == standing
    assert not Session.objects.filter(started_at__gt=factories.NOON).exists()
    for person in Participant.objects.annotate(first=Min("sessions__started_at"), since=Min("episodes__started_on")):
        assert person.created_at <= person.first
        assert person.since <= person.first.date()


def test_the_measured_specialist_has_the_usual_caseload(db) -> None:
    Generator(people=900, caseload=90, now=factories.NOON).run()
    specialist = User.objects.get(email="specialist@demo.example")
    assert caseload_of(specialist).count() > USUAL_CASELOAD
    lighten(specialist)

    assert caseload_of(specialist).count() == USUAL_CASELOAD
    assert not FollowUp.objects.standing().filter(owner=specialist).exclude(participant__in=caseload_of(specialist))


@pytest.mark.urls("bench.urls")
def test_the_harness_reads_the_real_pages(specialist) -> None:
    add_history(long_story(specialist), sessions=40, calls=40)
    # The harness turns the test environment on and off by itself.
    teardown_test_environment()
    try:
        results = [pages.measure(page, rounds=1) for page in pages.pages()]
    finally:
        setup_test_environment()

    assert all(one.statements <= 12 for one in results), results
    assert all(one.rows > 0 for one in results), "what finds nothing measures nothing"
    assert {one.name: one.rows for one in results}["Participant, 400 entries"] == 25


def test_a_copy_is_a_program_of_its_own_and_keeps_the_rules(specialist) -> None:
    counts = {model: model.objects.count() for model in (Team, Participant, Session, FollowUp, NextStep)}
    multiply(3)

    hold_to_the_rules()
    for model, count in counts.items():
        assert model.objects.count() == 3 * count
    assert not FollowUp.objects.exclude(team=F("participant__team")).exists()
    assert not Session.objects.exclude(specialist__memberships__team=F("team")).exists()
    assert User.objects.filter(email__endswith="specialist@demo.example").count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_sweep_is_measured_and_leaves_the_data_as_they_were(specialist) -> None:
    before = list(FollowUp.objects.order_by("pk").values_list("due_on", flat=True))
    lines = sweeping(20)

    assert "20 due at once" in lines[0]
    assert list(FollowUp.objects.order_by("pk").values_list("due_on", flat=True)) == before


@pytest.mark.django_db(transaction=True)
def test_every_plan_is_found() -> None:
    Generator(people=60, now=timezone.now()).run()
    text = "\n".join(plans())

    for title in (*STATEMENTS, "flag what is due", "put reminders into messages", "claim some messages"):
        assert title in text
    assert "Execution Time" in text
    assert not OutgoingEmail.objects.filter(created_at__gt=timezone.now()).exists(), "what is explained is taken back"
