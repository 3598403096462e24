"""The database machine is gone for good and its standby takes over."""

import subprocess
from urllib.parse import quote

import psycopg2
import pytest

from peersupport.embedded import postgres
from peersupport.embedded.places import postgres_binaries
from peersupport.embedded.processes import Child, identity
from tests.faults.house import House
from tests.faults.visitors import Crowd
from tests.worker.conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.long]

PORT = "5433"


def test_what_was_acknowledged_is_on_the_standby_that_takes_over(house: House, report) -> None:
    """As docs/operating.md has it: DATABASE_URL names both machines, and a commit waits for the standby."""
    sockets = str(house.place.sockets)
    standby = make_standby(house)
    before = dict(house.environment)
    both = f"host={quote(f'{sockets},{sockets}')}&port={quote(f'5432,{PORT}')}&target_session_attrs=read-write"
    try:
        house.environment["DATABASE_URL"] = f"postgres://{postgres.NAME}@/{postgres.NAME}?{both}"
        house.web()
        crowd = Crowd(house, 4)
        crowd.goes_on(by=10)
        house.crash_database()
        promote(sockets)
        taken = crowd.goes_on()
        lost, repeated = crowd.end()
    finally:
        house.end()
        standby.stop()
        house.environment.clear()
        house.environment.update(before)
        house.start_database()
        house.do("ALTER SYSTEM RESET synchronous_standby_names")
        house.do("SELECT pg_reload_conf()")
    report("F11", "the database's machine is gone, the standby takes over", lost=lost, repeated=repeated, seconds=taken)
    assert (lost, repeated) == (0, 0)
    assert set(crowd.refused) <= {(503, True)}


def make_standby(house: House) -> Child:
    """A copy that follows, waited for by every commit."""
    binaries, here = postgres_binaries(house.place), house.place.database.with_name("postgres-standby")
    subprocess.run(["rm", "-rf", str(here)], check=True)
    copy = [str(binaries / "pg_basebackup"), "-h", str(house.place.sockets), "-U", postgres.NAME, "-D", str(here)]
    subprocess.run([*copy, "-R", "-c", "fast"], check=True, **identity(house.place.database_user))
    command = [str(binaries / "postgres"), "-D", str(here), "-c", f"port={PORT}", "-c", "listen_addresses="]
    command += ["-c", f"unix_socket_directories={house.place.sockets}", "-c", "max_connections=120"]
    standby = Child("standby", command, log=house.place.data / "standby.log", user=house.place.database_user)
    standby.start()
    house.do("ALTER SYSTEM SET synchronous_standby_names = '*'")
    house.do("SELECT pg_reload_conf()")
    wait_until(lambda: house.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1)
    return standby


def promote(sockets: str) -> None:
    """What whoever runs the machines does, by hand or by their tool."""
    connection = psycopg2.connect(host=sockets, port=PORT, user=postgres.NAME, dbname=postgres.NAME)
    connection.autocommit = True
    connection.cursor().execute("SELECT pg_promote()")
    connection.close()
