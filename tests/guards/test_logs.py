"""No line that the program writes tells about anybody: words that give it away are sent everywhere, and sought."""

import io
import json
import logging
import os
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.actions import people
from accounts.models import OutgoingEmail, Role
from followups import delivery, tasks
from peersupport.logs import LineFormatter, config
from tests import factories
from tests.setup.test_production import GOOD, ROOT

NOON = factories.NOON
CANARY = "kestrelfinch"


class Lines(list):
    """What was written, each line as it stands and as an object."""

    def __init__(self, stream: io.StringIO) -> None:
        super().__init__(json.loads(line) for line in stream.getvalue().splitlines())
        self.text = stream.getvalue()

    def requests(self) -> list[tuple[str, str, int]]:
        """Method, route and status of each request."""
        return [(line["method"], line["route"], line["status"]) for line in self if "route" in line]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that reaches the log, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(json_ensure_ascii=False))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def nobody_is_named(stream: io.StringIO, *secrets: str) -> Lines:
    lines = Lines(stream)
    for word in (CANARY, "@", "example", "/join/", "/reset/", "?", *secrets):
        assert word not in lines.text.lower(), lines.text
    return lines


@pytest.fixture
def strict() -> Client:
    """A browser whose faults are answered, and whose forms need their token."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def test_signing_in_and_what_is_typed(client, written, specialist, participant) -> None:
    for login in (specialist.email, f"{CANARY}@example.org"):
        client.post(reverse("account_login"), {"login": login, "password": f"{CANARY}-wrong"})
    client.post(reverse("account_login"), {"login": specialist.email, "password": factories.PASSWORD})
    client.get(
        reverse("participants") + f"?q={CANARY}", headers={"x-request-id": CANARY, "referer": f"http://{CANARY}"}
    )
    client.post(reverse("add_win", args=[participant.pk]), {"text": f"{CANARY} win", "happened_on": "2026-05-06"})
    client.post(reverse("add_words", args=[participant.pk]), {"text": f"{CANARY} words"})

    lines = nobody_is_named(written, "maya", "sam", str(participant.pk))
    assert [route for _method, route, _status in lines.requests()] == [
        *["account_login"] * 3,
        *["participants", "add_win", "add_words"],
    ]
    search = next(line for line in lines if line.get("route") == "participants")
    assert search["account"] == str(specialist.pk)
    assert {"at", "level", "logger", "message", "request", "method", "status", "ms"} <= set(search)


def test_the_answer_carries_the_id_of_its_lines(client, written) -> None:
    answer = client.get("/healthz", headers={"x-request-id": CANARY})
    (line,) = nobody_is_named(written)
    assert line["request"] == answer["X-Request-ID"]


@pytest.fixture
def token(administrator, team, time_machine) -> str:
    time_machine.move_to(NOON, tick=False)
    user = people.invite(email=f"{CANARY}@example.org", places=[(Role.SPECIALIST, team.pk)], by=administrator, at=NOON)
    return user.invitations.get().token()


def test_a_link_that_lets_somebody_in(strict, written, token) -> None:
    address = reverse("join", args=[token])
    strict.get(address)
    strict.post(address, {"name": CANARY, "password": CANARY})
    strict.post(f"{address}{CANARY}", {"name": CANARY})

    lines = nobody_is_named(written, token.lower())
    assert lines.requests() == [("GET", "join", 200), ("POST", "join", 403), ("POST", "none", 404)]
    assert "django.security.csrf" in {line["logger"] for line in lines}


def test_a_link_for_a_new_password(strict, client, written, specialist) -> None:
    client.post(reverse("account_reset_password"), {"email": specialist.email})
    link = next(word for word in OutgoingEmail.objects.get().text.split() if "/password/reset/" in word)
    path = "/" + link.split("/", 3)[3]
    strict.post(path, {"password1": CANARY})
    client.get(path, follow=True)
    nobody_is_named(written, path.rstrip("/").rsplit("/")[-1].lower())


def test_nothing_there_and_a_fault_of_ours(strict, written, specialist, monkeypatch) -> None:
    def broken(*_args: object) -> None:
        try:
            raise KeyError(f"{CANARY}@example.org")
        except KeyError as error:
            raise ValueError(f"{CANARY} /join/x") from error

    strict.force_login(specialist)
    strict.get(f"/{CANARY}/")
    strict.generic(f"{CANARY}", "/today/")
    monkeypatch.setattr("pages.today.cards", broken)
    strict.get(reverse("today") + f"?{CANARY}=1")

    lines = nobody_is_named(written)
    assert lines.requests()[0] == ("GET", "none", 404)
    assert lines.requests()[-1] == ("GET", "today", 500)
    fault = next(line for line in lines if "error" in line)
    assert fault["error"] == "ValueError after KeyError"
    assert any("test_logs.py" in place and "broken" in place for place in fault["where"])
    assert fault["request"] == next(line for line in lines if line.get("status") == 500)["request"]


def test_a_host_that_is_not_ours(strict, written, db) -> None:
    strict.get("/sign-in/", headers={"host": f"{CANARY}.example.com"})
    assert nobody_is_named(written)


class Refusing:
    """A mail server that quotes what it does not like."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_messages(self, _messages: object) -> int:
        raise self.error

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({f"{CANARY}@example.org": (550, b"no kestrelfinch here")}),
        smtplib.SMTPDataError(451, b"kestrelfinch is busy"),
        OSError(f"cannot reach {CANARY}.example.org"),
    ],
)
def test_mail_that_is_not_taken(written, specialist, error: Exception) -> None:
    factories.OutgoingEmailFactory(recipient=specialist, kind="account", subject=CANARY, text=f"{CANARY} /join/x/")
    delivery.deliver(lambda: NOON, Refusing(error))
    lines = nobody_is_named(written)
    assert type(error).__name__ in lines[0]["message"]


def test_each_task_has_a_line_and_a_failure_says_where(written, db, monkeypatch) -> None:
    def broken(*_args: object) -> None:
        raise ValueError(f"{CANARY}@example.org")

    tasks.deliver_mail.apply()
    monkeypatch.setattr("followups.rounds.tell", broken)
    tasks.sweep.apply()

    done, failed = nobody_is_named(written)
    assert (done["task"], done["count"]) == ("followups.tasks.deliver_mail", 0)
    assert done["ms"] >= 0
    assert (failed["task"], failed["level"], failed["error"]) == ("followups.tasks.sweep", "ERROR", "ValueError")


@pytest.mark.parametrize(
    ("message", "arguments", "words"),
    [
        ("Not Found: %s", ("/join/kestrelfinch/",), "Not Found: …"),
        ("%s took %d ms: %s", ("kestrelfinch", 12, OSError("kestrelfinch")), "… took 12 ms: OSError"),
        ("Task %(name)s: %(n)s", ({"name": "kestrelfinch", "n": 3},), "Task …: 3"),
        ("Invalid 'kestrelfinch' of kestrelfinch@example.org at /join/kestrelfinch/", (), "Invalid … of … at …"),
        ("%d and %d", ("kestrelfinch", 1), "%d and %d"),
    ],
)
def test_of_other_peoples_messages_only_the_fixed_words_stay(message: str, arguments: tuple, words: str) -> None:
    args = arguments[0] if arguments and isinstance(arguments[0], dict) else arguments
    fields = {"name": "somebody.else", "msg": message, "args": args, "request": f"<{CANARY}>"}
    line = LineFormatter(json_ensure_ascii=False).format(logging.makeLogRecord(fields))
    assert json.loads(line)["message"] == words
    assert CANARY not in line


def test_readable_while_developing_and_quiet_in_the_demo() -> None:
    developing, demo = config(debug=True, demo=False), config(debug=False, demo=True)
    assert developing["handlers"]["console"]["formatter"] == "readable"
    assert demo["root"]["level"] == "WARNING"


def answer(address: str) -> int:
    """The status of one real request."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - our own
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_real_web_server_writes_only_lines_that_name_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"SECURE": "false", "ALLOWED_HOSTS": "127.0.0.1", "PATH": os.defpath, "STATIC_ROOT": settings.STATIC_ROOT}
    command = [sys.executable, "-m", "gunicorn", "peersupport.wsgi:application", f"--bind=127.0.0.1:{port}"]
    command += ["--workers=1", "--no-control-socket", "--access-logfile=-", "--access-logformat=%(r)s %(f)s"]
    web = subprocess.Popen(
        command, env=GOOD | own, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        for _try in range(100):
            try:
                assert answer(f"http://127.0.0.1:{port}/healthz") == 200
                break
            except OSError:
                time.sleep(0.1)
        assert answer(f"http://127.0.0.1:{port}/join/{CANARY}/?{CANARY}=1") == 410
        assert answer(f"http://127.0.0.1:{port}/{CANARY}") == 404
    finally:
        web.terminate()
        text = web.communicate(timeout=20)[0]
    assert CANARY not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"gunicorn.error", "gunicorn.access", "peersupport.requests"} <= {line["logger"] for line in lines}
    assert [line["route"] for line in lines if "route" in line][-2:] == ["join", "none"]
