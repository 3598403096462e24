"""Child processes that never outlive us, each in a session of its own, stopped in order."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PATIENCE = 12.0
# After so long a life, an end counts as the first one again.
STEADY = 60.0


def say(sentence: str) -> None:
    """One line for the person at the terminal."""
    print(f"peersupport: {sentence}", flush=True)


class Trouble(SystemExit):
    """Something that one plain sentence tells; ends the command without a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"peersupport: {sentence}")


class Stopped(Exception):
    """We were asked to end, and nothing is half done at this point."""


class Stopping:
    """Ctrl-C, a terminal that closes or `kill`: noted at once, acted on where nothing is half done."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Note these signals from now on. `nohup` keeps its meaning."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def _note(self, _number: int, _frame: object) -> None:
        self.asked = True

    def pause(self, seconds: float) -> None:
        """Wait; raise Stopped if we were asked to end."""
        if not self.asked:
            time.sleep(seconds)
        if self.asked:
            raise Stopped


stopping = Stopping()


@dataclass
class Child:
    """One long-running program."""

    name: str
    command: list[str]
    log: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    before_restart: Callable[[], None] | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float | None = None

    def start(self) -> None:
        """Start it; what it says goes into its log. The kernel sends it the stop signal when we die, however we die."""
        mode = "wb" if self.process is None else "ab"
        with open(self.log or os.devnull, mode) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log if self.log else None,
                stderr=subprocess.STDOUT if self.log else None,
                start_new_session=True,
                preexec_fn=die_with(os.getpid(), self.stop_signal),
                **identity(self.user),
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, then make it and all its own children end."""
        if self.process is None:
            return
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        kill_group(self.process.pid)
        self.process.wait()


def identity(user: str | None) -> dict[str, Any]:
    """Popen's arguments for running as that user. Popen changes it before PDEATHSIG is set, which would get lost."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def die_with(parent: int, stop_signal: signal.Signals) -> Callable[[], None]:
    """What a child does before its program: ask the kernel for a signal at our death, unless we died already."""
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def kill_group(group: int) -> None:
    """End what is left of a group of processes, if anything is."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def run(command: list[str], environment: dict[str, str] | None = None, *, terminal: bool = False) -> int:
    """Run one program to its end and return its exit code; asked to stop, pass that on once and raise Stopped.

    With `terminal` it belongs to the person at the keyboard, whose Ctrl-C is for the program alone.
    """
    if terminal:
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        start_new_session=not terminal,
        preexec_fn=die_with(os.getpid(), signal.SIGINT),
    )
    try:
        while process.poll() is None:
            stopping.pause(0.05)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM if terminal else signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        if terminal:
            process.kill()
        else:
            kill_group(process.pid)
        process.wait()
    return process.returncode


def at_keyboard() -> bool:
    """Whether somebody can type to us."""
    return sys.stdin is not None and sys.stdin.isatty()


def wait_until(ready: Callable[[], bool], what: str, seconds: float, child: Child | None = None) -> None:
    """Ask again and again until it is so; raise TimeoutError when the time is up or the child has ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline or (child is not None and not child.is_running()):
            raise TimeoutError(what)
        stopping.pause(0.05)


def watch(children: list[Child], started: Callable[[], None]) -> None:
    """Start again whatever ends by itself, with growing pauses, until Stopped is raised; call `started` each time."""
    while True:
        for child in children:
            if not child.is_running() and look_after(child, time.monotonic()):
                started()
        stopping.pause(0.2)


def look_after(child: Child, now: float) -> bool:
    """One look at a child that has ended: say so and set the time of its next start, or start it (then True)."""
    if child.process is None:
        return False
    if child.start_again_at is None:
        child.failures = 1 if now - child.started_at > STEADY else child.failures + 1
        pause = min(30.0, 2.0 ** (child.failures - 1))
        child.start_again_at = now + pause
        hint = f"; {child.log} may say why" if child.log else ""
        say(f"the {child.name} ended by itself{hint}; starting it again in {pause:.0f} s.")
        kill_group(child.process.pid)
        return False
    if now < child.start_again_at:
        return False
    child.start_again_at = None
    if child.before_restart:
        child.before_restart()
    child.start()
    return True
