"""Child processes that never outlive us, each in a session of its own, stopped in order."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
PATIENCE = 15.0


@dataclass
class Child:
    """One long-running program, started again with growing pauses if it ends by itself."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    log: str | None = None
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        """Start it. The kernel sends it the stop signal when we die, however we die."""
        output = open(self.log, "ab") if self.log else None  # noqa: SIM115 - handed to the child
        try:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=die_with(os.getpid(), self.stop_signal),
                **self.identity(),
            )
        finally:
            if output:
                output.close()

    def identity(self) -> dict[str, object]:
        """Whom to run as; PDEATHSIG is lost by a change of user, so Popen changes before it is set."""
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, then make it and all its children end."""
        if self.process is None:
            return
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def die_with(parent: int, stop_signal: signal.Signals) -> Callable[[], None]:
    """What the child does before its program: ask the kernel for a signal at our death, and look whether we died."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def wait_until(ready: Callable[[], bool], what: str, seconds: float, child: Child | None = None) -> None:
    """Ask again and again until it is so; raise TimeoutError when the time is up or the child has ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline or (child is not None and not child.is_running()):
            raise TimeoutError(what)
        time.sleep(0.05)


def watch(children: list[Child], stopped: Callable[[], bool], say: Callable[[str], None]) -> None:
    """Start again whatever ends by itself, until we are told to stop."""
    while not stopped():
        now = time.monotonic()
        for child in children:
            if child.is_running():
                continue
            if child.start_again_at == 0.0:
                child.failures += 1
                pause = min(30.0, 0.5 * 2 ** min(child.failures, 6))
                child.start_again_at = now + pause
                say(f"{child.name} ended; starting it again in {pause:.0f} s")
            elif now >= child.start_again_at:
                child.start_again_at = 0.0
                child.start()
        time.sleep(0.2)
