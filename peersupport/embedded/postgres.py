"""A real PostgreSQL of our own, on a unix socket only."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2

from peersupport.embedded.places import Place, Trouble, postgres_binaries
from peersupport.embedded.processes import Child, wait_until

MAJOR = "18"
NAME = "peersupport"


def create(place: Place, binaries: Path) -> None:
    """Make the cluster if there is none. Made beside and then renamed: a half-made one is never used."""
    version = place.database / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise Trouble(
                f"the data in {place.database} are of PostgreSQL {found}, this is {MAJOR}; "
                "dump them with the older version, or remove them."
            )
        return
    half = place.database.with_name("half")
    shutil.rmtree(half, ignore_errors=True)
    command = [str(binaries / "initdb"), "-D", str(half), "-U", NAME, "--auth=trust", "--encoding=UTF8"]
    # The builtin locale provider frees the cluster from the machine's locales.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    try:
        subprocess.run(
            command, check=True, capture_output=True, **Child("initdb", [], user=place.database_user).identity()
        )
    except subprocess.CalledProcessError as error:
        raise Trouble(f"PostgreSQL could not be set up: {error.stderr.decode()[-400:].strip()}") from None
    half.rename(place.database)


def drop_stale_lock(place: Place) -> None:
    """A server that outlived its run is asked to end; a lock file that names some other process is removed."""
    lock = place.database / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split("\n", 1)[0])
    if is_postgres(pid):
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not is_postgres(pid), "the former PostgreSQL ending", 20)
    lock.unlink(missing_ok=True)


def is_postgres(pid: int) -> bool:
    """Whether that process is a living PostgreSQL."""
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def server(place: Place, *, durable: bool) -> Child:
    """Make what is needed and return the server, not started. Not durable, for tests: no waiting for the disk."""
    binaries = postgres_binaries(place)
    create(place, binaries)
    drop_stale_lock(place)
    options = {"listen_addresses": "", "unix_socket_directories": str(place.sockets), "max_connections": "120"}
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(binaries / "postgres"), "-D", str(place.database)]
    for key, value in options.items():
        command += ["-c", f"{key}={value}"]
    return Child(
        "database", command, stop_signal=signal.SIGINT, user=place.database_user, log=str(place.data / "postgres.log")
    )


def url(place: Place) -> str:
    """What DATABASE_URL says."""
    return f"postgres://{NAME}@/{NAME}?host={quote(str(place.sockets))}"


def wait_and_create_database(place: Place, child: Child) -> None:
    """Wait until it answers, and make our database if it is not there."""

    def answers() -> bool:
        try:
            connect(place).close()
        except psycopg2.OperationalError:
            return False
        return True

    try:
        wait_until(answers, "PostgreSQL", 30, child)
    except TimeoutError:
        raise Trouble(f"PostgreSQL did not start; {place.data / 'postgres.log'} says why.") from None
    connection = connect(place)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
        if cursor.rowcount == 0:
            cursor.execute(f"CREATE DATABASE {NAME}")
    connection.close()


def connect(place: Place) -> "psycopg2.extensions.connection":
    """A connection to the cluster's own database."""
    return psycopg2.connect(host=str(place.sockets), user=NAME, dbname="postgres", connect_timeout=5)
