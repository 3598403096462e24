"""Children never outlive us, and come back when they end by themselves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from peersupport.embedded import processes
from peersupport.embedded.leftovers import birth
from peersupport.embedded.places import ROOT
from peersupport.embedded.processes import Child, Stopped

PARENT = """
import time
from peersupport.embedded.processes import Child
child = Child("sleeper", ["sleep", "60"])
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
COUNTING = """
import signal, sys, time
def told(*_):
    print("told", flush=True)
    time.sleep(0.3)
    sys.exit()
signal.signal(signal.SIGINT, told)
signal.signal(signal.SIGTERM, told)
print("up", flush=True)
time.sleep(60)
"""


def wait_for(path: Path, text: str) -> None:
    processes.wait_until(lambda: path.exists() and text in path.read_text(), text, 10)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_child_ends_with_its_parent_however_that_dies(number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    processes.wait_until(lambda: birth(child) == "", "the child's end", 5)


def test_a_child_is_told_once_to_stop(tmp_path: Path) -> None:
    child = Child("counting", [sys.executable, "-c", COUNTING], log=tmp_path / "log")
    child.start()
    wait_for(tmp_path / "log", "up")
    child.stop()
    assert (tmp_path / "log").read_text().split() == ["up", "told"]


def test_what_a_child_started_itself_ends_with_it(tmp_path: Path) -> None:
    child = Child("shell", ["sh", "-c", "sleep 60 & echo $!; wait"], log=tmp_path / "log")
    child.start()
    wait_for(tmp_path / "log", "\n")
    grandchild = int((tmp_path / "log").read_text())
    child.stop()
    processes.wait_until(lambda: birth(grandchild) == "", "the grandchild's end", 5)


def test_a_child_that_ends_by_itself_is_said_and_started_again(capsys: pytest.CaptureFixture[str]) -> None:
    child = Child("worker", ["true"])
    child.start()
    assert child.process is not None
    child.process.wait()
    now = time.monotonic()
    assert not processes.look_after(child, now)
    assert "the worker ended by itself" in capsys.readouterr().out
    assert not processes.look_after(child, now + 0.9)
    assert processes.look_after(child, now + 1.1)
    child.stop()


def test_the_pause_before_a_new_start_grows_and_begins_anew_after_a_steady_time() -> None:
    child = Child("worker", ["true"])
    pauses = []
    for _ in range(7):
        child.start()
        assert child.process is not None
        child.process.wait()
        now = child.started_at + 1
        processes.look_after(child, now)
        assert child.start_again_at is not None
        pauses.append(child.start_again_at - now)
        child.start_again_at = None
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30])
    processes.look_after(child, child.started_at + processes.STEADY + 1)
    assert child.failures == 1


def test_asked_to_stop_a_program_is_told_once_and_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    former = signal.signal(signal.SIGUSR1, lambda _number, _frame: setattr(processes.stopping, "asked", True))
    ask_us = COUNTING.replace('print("up", flush=True)', f"import os; os.kill({os.getpid()}, signal.SIGUSR1)")
    try:
        with pytest.raises(Stopped):
            processes.run([sys.executable, "-c", ask_us])
    finally:
        signal.signal(signal.SIGUSR1, former)
        processes.stopping.asked = False
    assert capfd.readouterr().out.split() == ["told"]


def test_the_exit_code_of_a_program_is_passed_on() -> None:
    assert processes.run([sys.executable, "-c", "raise SystemExit(7)"]) == 7
