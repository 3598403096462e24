"""A real PostgreSQL of our own, on a unix socket only."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2

from peersupport.embedded.places import Place, postgres_binaries
from peersupport.embedded.processes import Child, Trouble, die_with, identity, wait_until

MAJOR = "18"
NAME = "peersupport"


def server(place: Place, *, durable: bool) -> Child:
    """Make what is needed and return the server, not started. Not durable, for tests: no waiting for the disk."""
    binaries = postgres_binaries(place)
    drop_stale_lock(place)
    forget_former_clone(place)
    create(place, binaries)
    options = {"listen_addresses": "", "unix_socket_directories": str(place.sockets), "max_connections": "120"}
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(binaries / "postgres"), "-D", str(place.database)]
    for key, value in options.items():
        command += ["-c", f"{key}={value}"]
    return Child(
        "database",
        command,
        log=place.data / "postgres.log",
        stop_signal=signal.SIGINT,
        user=place.database_user,
        before_restart=lambda: drop_stale_lock(place),
    )


def create(place: Place, binaries: Path) -> None:
    """Make the cluster if there is none. Made beside and then renamed: a half-made one is never used."""
    if place.database.exists():
        check_version(place)
        return
    half = place.database.with_name("postgres-half")
    shutil.rmtree(half, ignore_errors=True)
    command = [str(binaries / "initdb"), "-D", str(half), "-U", NAME, "--auth=trust", "--encoding=UTF8"]
    # The builtin locale provider frees the cluster from the machine's locales. Only pg_trgm still asks the machine
    # what a letter is; with a plain C it would know none beyond ASCII, and the search would forgive less.
    command += ["--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        start_new_session=True,
        preexec_fn=die_with(os.getpid(), signal.SIGKILL),
        **identity(place.database_user),
    )
    if done.returncode:
        raise Trouble(f"PostgreSQL could not be set up: {done.stderr.strip()[-400:]}")
    half.rename(place.database)


def check_version(place: Place) -> None:
    """Refuse data of another major version, or a folder that holds no cluster, in one sentence."""
    version = place.database / "PG_VERSION"
    found = version.read_text().strip() if version.exists() else ""
    if not found:
        raise Trouble(f"{place.database} is not a PostgreSQL database; remove it to start anew.")
    if found != MAJOR:
        raise Trouble(
            f"the data in {place.database} are of PostgreSQL {found} and this is {MAJOR}; "
            "bring them over with the older version's pg_dump, or remove them to start anew."
        )


def forget_former_clone(place: Place) -> None:
    """For root the data lie outside the clone: those of a clone that was removed do not belong to this one."""
    if place.database_user is None:
        return
    mark = place.sockets.parent / "belongs-to"
    ours = place.keep_secret("clone-id")
    if not mark.exists() or mark.read_text() != ours:
        shutil.rmtree(place.database, ignore_errors=True)
        mark.write_text(ours)


def drop_stale_lock(place: Place) -> None:
    """A server that outlived its run is asked to end; a lock file that names some other process is removed."""
    lock = place.database / "postmaster.pid"
    if not lock.exists():
        return
    first = lock.read_text().split("\n", 1)[0].strip()
    pid = int(first) if first.isdigit() else 0
    if serves(pid, place.database):
        os.kill(pid, signal.SIGINT)
        try:
            wait_until(lambda: not serves(pid, place.database), "the former PostgreSQL", 20)
        except TimeoutError:
            raise Trouble(
                f"the PostgreSQL of a former run (process {pid}) does not end; end it and try again."
            ) from None
    lock.unlink(missing_ok=True)


def serves(pid: int, database: Path) -> bool:
    """Whether that process is a living PostgreSQL on exactly these data, not a stranger that got its number."""
    try:
        return str(database).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def url(place: Place) -> str:
    """What DATABASE_URL says."""
    return f"postgres://{NAME}@/{NAME}?host={quote(str(place.sockets))}"


def answers(place: Place) -> bool:
    """Whether it takes connections now."""
    try:
        connect(place).close()
    except psycopg2.OperationalError:
        return False
    return True


def wait_and_create_database(place: Place, child: Child) -> None:
    """Wait until it answers, and make our database if it is not there."""
    try:
        wait_until(lambda: answers(place), "PostgreSQL", 60, child)
    except TimeoutError:
        raise Trouble(f"PostgreSQL did not start; {child.log} says why.") from None
    with contextlib.closing(connect(place)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
        if cursor.rowcount == 0:
            cursor.execute(f"CREATE DATABASE {NAME}")


def connect(place: Place) -> "psycopg2.extensions.connection":
    """A connection to the cluster's own database."""
    return psycopg2.connect(host=str(place.sockets), user=NAME, dbname="postgres", connect_timeout=5)
