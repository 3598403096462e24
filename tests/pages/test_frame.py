"""What holds for every page: policy, storing, errors, first pages."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followups.models import Reminder, SweepRun
from tests import factories


@pytest.mark.parametrize(
    ("who", "first"),
    [("specialist", "today"), ("supervisor", "overdue"), ("administrator", "staff")],
)
def test_the_root_leads_each_role_to_its_first_page(sign_in, request, who: str, first: str) -> None:
    assert sign_in(request.getfixturevalue(who)).get("/").url == reverse(first)


def test_one_without_a_role_is_told_kindly(db, sign_in) -> None:
    page = sign_in(factories.UserFactory()).get("/")
    assert page.status_code == 200
    assert "administrator gives you one" in page.content.decode()


@pytest.mark.parametrize("address", ["/sign-in/", "/today/", "/nowhere/", "/participants/"])
def test_a_strict_policy_on_every_page(sign_in, specialist, address: str) -> None:
    policy = sign_in(specialist).get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pages_of_signed_in_people_are_not_stored(sign_in, specialist) -> None:
    assert "no-store" in sign_in(specialist).get("/today/")["Cache-Control"]


def test_health_asks_no_database(client, django_assert_num_queries, db) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError])
def test_a_database_that_is_away_keeps_what_was_typed(specialist, monkeypatch, participant, error) -> None:
    def away(*_args, **_kwargs):
        raise error

    client = Client(raise_request_exception=False)
    client.force_login(specialist)
    monkeypatch.setattr(SweepRun.objects.__class__, "state", away, raising=False)
    page = client.get("/today/")
    assert page.status_code == 503
    monkeypatch.setattr("caseload.actions.words.add_win", away)
    page = client.post(
        reverse("add_win", args=[participant.pk]), {"text": "A long win that was typed", "happened_on": "2026-05-06"}
    )
    assert page.status_code == 503
    assert "A long win that was typed" in page.content.decode()


@pytest.mark.parametrize("error", [RuntimeError, IntegrityError])
def test_a_fault_of_ours_is_said_plainly(specialist, participant, monkeypatch, error) -> None:
    def broken(*_args, **_kwargs):
        raise error("secret detail")

    client = Client(raise_request_exception=False)
    client.force_login(specialist)
    monkeypatch.setattr("pages.today.cards", broken)
    page = client.get("/today/")
    assert page.status_code == 500
    assert "secret detail" not in page.content.decode()

    monkeypatch.setattr("caseload.actions.words.add_win", broken)
    page = client.post(reverse("add_win", args=[participant.pk]), {"text": "A win", "happened_on": "2026-05-06"})
    assert page.status_code == 500
    assert 'value="A win"' in page.content.decode()


def test_notices_are_read_and_marked(sign_in, specialist, participant) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    factories.ReminderFactory(followup=row, recipient=specialist)
    client = sign_in(specialist)
    assert client.get("/notices/").context["unread"] == 1
    client.post("/notices/seen/")
    assert client.get("/notices/").context["unread"] == 0


def test_pages_travel_compressed(sign_in, specialist, participant) -> None:
    for _number in range(20):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    page = sign_in(specialist).get("/today/", headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 20_000


def test_what_came_while_the_notices_were_open_is_still_new(sign_in, specialist, participant) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    before, after = timezone.now() - timedelta(minutes=2), timezone.now() - timedelta(minutes=1)
    for rung, created_at in ((1, before), (2, after)):
        factories.ReminderFactory(followup=followup, recipient=specialist, rung=rung, created_at=created_at)
    client = sign_in(specialist)
    client.post(reverse("notices_seen"), {"until": (before + timedelta(seconds=1)).isoformat()})
    assert list(Reminder.objects.filter(seen_at=None).values_list("rung", flat=True)) == [2]
    client.post(reverse("notices_seen"), {"until": "yesterday"})
    assert not Reminder.objects.filter(seen_at=None).exists()
