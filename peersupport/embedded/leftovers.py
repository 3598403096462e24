"""What a run that was cut off left behind: known by a file, ended by the next start."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from peersupport.embedded.places import Place
from peersupport.embedded.processes import Child, kill_group, say, wait_until


def record(place: Place) -> Path:
    """The file that names the processes of the present run."""
    return place.data / "processes"


def remember(place: Place, children: Iterable[Child]) -> None:
    """Write down who runs now."""
    running = [child.process.pid for child in children if child.process is not None]
    record(place).write_text("".join(f"{pid} {birth(pid)}\n" for pid in running))


def birth(pid: int) -> str:
    """What tells a process from a later one with its number: this boot and its starting tick; empty for a dead one."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    return "" if state == "Z" else f"{boot}/{rest[18]}"


def end(place: Place, patience: float = 10.0) -> None:
    """Wait for the processes of a former run, which the kernel told to stop, and end those that do not."""
    if not record(place).exists():
        return
    entries = [line.split(" ") for line in record(place).read_text().splitlines() if line.count(" ") == 1]
    left = {int(pid): born for pid, born in entries if born and pid.isdigit()}

    def gone() -> bool:
        return not any(birth(pid) == born for pid, born in left.items())

    if not gone():
        say("waiting for the processes of a run that was cut off …")
        with contextlib.suppress(TimeoutError):
            wait_until(gone, "leftovers", patience)
    for pid, born in left.items():
        if birth(pid) == born:
            kill_group(pid)
    record(place).unlink()
