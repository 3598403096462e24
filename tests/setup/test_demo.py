"""`./run demo` from start to end in a clone of its own: up, killed, up again, stopped."""

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from peersupport.embedded import broker, checks, commands, processes
from peersupport.embedded.places import ROOT
from peersupport.embedded.processes import Trouble

OURS = (
    "peersupport",
    "pages",
    "followups",
    "caseload",
    "accounts",
    "demo",
    "templates",
    "static",
    "locale",
    "manage.py",
)
FROM_OUTSIDE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATIC_ROOT", "EMAIL_URL", "BASE_URL", "ALLOWED_HOSTS")


@dataclass
class Clone:
    """A copy of the project with data of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the demo and wait for its greeting; give what it printed."""
        environment = {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}
        output = self.folder / "output"
        with output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "peersupport.embedded", "demo"],
                cwd=self.folder,
                env=environment | {"PORT": str(self.port), "DEBUG": "false"},
                stdout=log,
                stderr=log,
            )
        started = self.process
        processes.wait_until(
            lambda: started.poll() is not None or "Ctrl-C stops everything" in output.read_text(), "the greeting", 60
        )
        return output.read_text()

    def page(self) -> int:
        """The status of the page a visitor sees first."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=10) as answer:
            return answer.status

    def end(self, number: signal.Signals) -> int:
        """Send that signal to the one process we started, and give its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def left(self) -> list[str]:
        """The command lines of all processes that belong to this clone."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                here = str(self.folder) in line + " " + str((entry / "cwd").readlink())
            except OSError:
                continue
            if here or self.outside.name in line:
                found.append(line)
        return found

    @property
    def outside(self) -> Path:
        """Where root's PostgreSQL lies."""
        mark = hashlib.sha256(str((self.folder / ".data").resolve()).encode()).hexdigest()[:10]
        return Path("/var/tmp") / f"peersupport-{mark}"  # noqa: S108 - chosen by the program


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in OURS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    made = Clone(folder, broker.free_port())
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGTERM)
    shutil.rmtree(made.outside, ignore_errors=True)


@pytest.mark.worker
def test_the_demo_comes_up_survives_a_kill_and_leaves_nothing_behind(clone: Clone) -> None:
    said = clone.start()
    password = (clone.folder / ".data" / "demo-password").read_text()
    assert password in said
    for account in ("specialist@demo.example", "supervisor@demo.example", "admin@demo.example"):
        assert account in said
    assert f"http://127.0.0.1:{clone.port}" in said
    assert clone.page() == 200
    assert len(clone.left()) >= 8

    clone.end(signal.SIGKILL)
    said_again = clone.start()
    assert password in said_again
    assert "is loaded" not in said_again
    assert clone.page() == 200

    assert clone.end(signal.SIGINT) == 0
    assert "nothing is left running" in (clone.folder / "output").read_text()
    assert clone.left() == []


def test_a_busy_port_is_said_in_one_sentence() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(Trouble, match=r"^peersupport: port \d+ is busy; choose another one: PORT=\d+ ./run demo$"):
            commands.check_port(busy.getsockname()[1])


def test_a_port_that_cannot_be_is_said_in_one_sentence() -> None:
    with pytest.raises(Trouble, match="PORT must be at most 65535"):
        commands.check_port(70000)


def test_a_missing_browser_is_said_with_the_one_command_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert checks.find_chromium() is None
    assert re.search("install chromium$", checks.how_to_get_chromium())


def test_playwrights_own_browser_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    browser = tmp_path / "chromium-1200" / "chrome-linux64" / "chrome"
    browser.parent.mkdir(parents=True)
    browser.touch(mode=0o755)
    assert checks.find_chromium() == str(browser)
