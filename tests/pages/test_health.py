"""What probes are told, with each part really broken once."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from followups.models import SweepRun
from tests.setup.test_production import GOOD, ROOT

PARTS = ("database", "migrations", "broker", "sweep", "clock")


@pytest.fixture
def swept(db) -> SweepRun:
    """The worker looked just now."""
    return SweepRun.objects.create(started_at=timezone.now(), finished_at=timezone.now())


def ask(client, status: int) -> dict[str, str]:
    """What is wrong, part by part; the status must fit."""
    answer = client.get("/readyz")
    words = answer.json()
    assert set(words) == {*PARTS, "sweep_age"}
    assert answer.status_code == status
    return {part: words[part] for part in PARTS if words[part] != "ok"}


def test_all_is_well(client, swept) -> None:
    assert ask(client, 200) == {}
    assert "no-store" in client.get("/readyz")["Cache-Control"]
    assert client.post("/readyz").status_code == 405


def test_a_few_statements_each_time(client, swept, django_assert_max_num_queries) -> None:
    client.get("/readyz")
    with django_assert_max_num_queries(4):
        client.get("/readyz")


def test_a_broker_that_is_not_there(client, swept, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ask(client, 503) == {"broker": "away"}


def test_a_broker_that_is_frozen_holds_nobody_up(client, swept, settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://:a-secret@127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert ask(client, 503) == {"broker": "away"}
        assert time.monotonic() - began < 2
        assert b"a-secret" not in client.get("/readyz").content


def test_a_migration_that_is_missing(client, swept) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'followups' AND name LIKE '0003%%'")
    assert ask(client, 503) == {"migrations": "missing"}


def test_a_worker_that_stopped(client, swept) -> None:
    SweepRun.objects.update(finished_at=timezone.now() - timedelta(minutes=5, seconds=5))
    assert ask(client, 503) == {"sweep": "late"}
    SweepRun.objects.all().delete()
    assert ask(client, 503) == {"sweep": "late"}


def test_how_long_ago_the_worker_looked(client, swept) -> None:
    SweepRun.objects.update(finished_at=timezone.now() - timedelta(seconds=70))
    assert client.get("/readyz").json()["sweep_age"] in {70, 71}
    SweepRun.objects.all().delete()
    assert client.get("/readyz").json()["sweep_age"] is None


def said(sign_in, user) -> str:
    """The sentence about the worker on the user's page."""
    page = sign_in(user).get("/today/").content.decode()
    return " ".join(re.search(r'role="status">(.*?)</p>', page, re.S)[1].replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "Reminders were last looked after just now."),
        (timedelta(minutes=4, seconds=30), "Reminders were last looked after 4 minutes ago."),
        (timedelta(hours=3, minutes=5), "Nobody has been reminded for 3 hours, 5 minutes: the program’s worker"),
    ],
)
def test_the_dashboards_say_when_reminders_were_last_looked_after(sign_in, specialist, swept, ago, words: str) -> None:
    SweepRun.objects.update(finished_at=timezone.now() - ago)
    assert said(sign_in, specialist).startswith(words.replace("’", "'"))


def test_clocks_that_differ_are_not_told_as_a_worker_that_is_dead(sign_in, specialist, swept, time_machine) -> None:
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert said(sign_in, specialist).startswith("Nobody is being reminded: the clocks of the program's machines differ")


@pytest.mark.parametrize(("seconds", "wrong"), [(-5, {"clock": "differs", "sweep": "late"}), (5, {"clock": "differs"})])
def test_clocks_that_differ(client, swept, time_machine, seconds: int, wrong: dict[str, str]) -> None:
    time_machine.move_to(timezone.now() + timedelta(seconds=seconds))
    assert ask(client, 503) == wrong, "what ended in our future tells nothing"


ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/readyz", headers={"host": "peersupport.example.org"})
print(answer.status_code, answer.content.decode())
"""


def test_a_database_that_is_not_there() -> None:
    """In a process of its own, as in production: plain HTTP from a probe is answered, not redirected."""
    own = {"DJANGO_SETTINGS_MODULE": "peersupport.settings", "REDIS_URL": "redis://127.0.0.1:1/0", "PATH": os.defpath}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env=GOOD | own, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    status, words = done.stdout.strip().split(" ", 1)
    assert status == "503"
    assert json.loads(words) == {**dict.fromkeys(PARTS, "away"), "sweep_age": None}
