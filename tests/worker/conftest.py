"""Real parts: a Celery worker process, Redis, an SMTP server, and the test database."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(condition: Callable[[], object], seconds: float = 20) -> object:
    """Ask until it is so; fail the test when the time is up."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


class Mailbox:
    """Keeps what the mail server took; can be slow, refuse for a while or some, or hang up after taking a message."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.answer = "250 OK"
        self.pause = 0.0
        self.slow: dict[str, float] = {}
        self.unknown: set[str] = set()
        self.greylist: set[str] | None = None
        self.hang_up = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such mailbox"
        if self.greylist is not None and address not in self.greylist:
            self.greylist.add(address)
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.messages.append(envelope.content.decode("utf-8"))
        await asyncio.sleep(self.slow.get(envelope.rcpt_tos[0].split("@")[1], self.pause))
        if self.hang_up:
            self.hang_up -= 1
            server.transport.abort()
        return self.answer

    def recipients(self) -> list[str]:
        """To whom what came was addressed."""
        return [
            line.split(": ", 1)[1].strip()
            for message in self.messages
            for line in message.splitlines()
            if line.startswith("To: ")
        ]

    def ids(self) -> list[str]:
        """The Message-IDs of what came, in order."""
        return [
            line.split(": ", 1)[1].strip()
            for message in self.messages
            for line in message.splitlines()
            if line.lower().startswith("message-id")
        ]


@pytest.fixture
def smtp() -> Iterator[tuple[Mailbox, str]]:
    """A mailbox and what EMAIL_URL says."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, f"smtp://127.0.0.1:{port}"
    controller.stop()


def database_url() -> str:
    """The test database, as a process of its own would be told."""
    settings = connection.settings_dict
    host, port = settings["HOST"], settings["PORT"]
    place = f"?host={quote(host)}" if host.startswith("/") else ""
    address = "" if place else f"{host}:{port}" if port else host
    return f"postgres://{settings['USER']}@{address}/{settings['NAME']}{place}"


@pytest.fixture
def start(smtp, transactional_db) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a program of ours on the test's parts: `start("celery", "-A", …)`; all end with the test."""
    running: list[subprocess.Popen[bytes]] = []
    _mailbox, url = smtp

    def run(*command: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url(), "EMAIL_URL": url, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def worker(start) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a worker with two processes, or as many as are named, on a queue of the test's own."""

    def run(children: int = 2, **environment: str) -> subprocess.Popen[bytes]:
        arguments = ("-A", "peersupport", "worker", f"--concurrency={children}", "--without-gossip", "--without-mingle")
        return start("celery", *arguments, "--loglevel=error", **environment)

    return run
