"""The whole program on a PostgreSQL and a Redis of its own, which a test may kill."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg2
from celery import Celery

from peersupport.embedded import broker, places, postgres
from peersupport.embedded.places import Place, redis_binary
from tests import factories
from tests.faults.aftermath import Aftermath
from tests.worker.conftest import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "calm-river-stones-42"


CLEAR = (
    "DELETE FROM followups_reminder USING followups_followup AS row WHERE row.id = followup_id AND row.what = 'fault'",
    "DELETE FROM followups_followup WHERE what = 'fault'",
)
MAKE_DUE = """
    INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on, planned_on,
        why_here, attempts, created_at, closing_reason, decided_by, set_aside, flagged_rung, unheard)
    SELECT gen_random_uuid(), team_id, participant_id, owner_id, 'check_in', 'fault', 'open', today - 2, today - 2,
        '', 0, now(), '', '', false, 0, false
    FROM followups_followup, generate_series(1, %s), cast(now() AT TIME ZONE %s AS date) AS today
    WHERE state = 'open' AND owner_id IS NOT NULL AND what <> 'fault'
"""


class House:
    """Database, broker and programs, each of which can be killed and started again."""

    def __init__(self, place: Place, mail: str) -> None:
        self.place, self.redis_port, self.web_port = place, broker.free_port(), 0
        self.database = postgres.server(place, durable=True)
        self.redis: subprocess.Popen[bytes] | None = None
        self.programs: list[subprocess.Popen[bytes]] = []
        self.after: Aftermath | None = None
        self.environment = {
            **os.environ,
            "DATABASE_URL": postgres.url(place),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "EMAIL_URL": mail,
            "DEMO": "true",
            "DEMO_PASSWORD": PASSWORD,
        }

    def furnish(self) -> None:
        """Start the parts, and load the made-up people; no team is quiet, none is closed today."""
        self.start_database()
        self.start_redis()
        self.manage("migrate", "--verbosity=0")
        self.manage("demo")
        self.do(
            "UPDATE accounts_team SET quiet_from = '00:00', quiet_until = '00:00', working_days = '{1,2,3,4,5,6,7}',"
            " holiday_country = '', most_mails_a_day = 20, time_zone = %s",
            factories.MIDDAY,
        )
        self.do("DELETE FROM accounts_teamclosedday")
        # What the demo has due is told and sent here, so that it is not taken for a test's.
        self.do("UPDATE accounts_user SET remind_by = 'app'")
        self.manage("sweep")
        self.do("UPDATE accounts_user SET remind_by = 'email'")

    def start_database(self) -> None:
        """Start PostgreSQL, also after it was killed."""
        postgres.drop_stale_lock(self.place)
        self.database.start()
        postgres.wait_and_create_database(self.place, self.database)

    def crash_database(self) -> None:
        """PostgreSQL's immediate shutdown: no transaction is finished."""
        assert self.database.process is not None
        self.database.process.send_signal(signal.SIGQUIT)
        self.database.process.wait(20)

    def start_redis(self) -> None:
        """Start Redis, empty, on the same port as before."""
        command = [str(redis_binary()), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
        self.redis = subprocess.Popen(
            [*command, "--dir", str(self.place.data)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        wait_until(lambda: broker.listens(self.redis_port))

    def kill_redis(self) -> None:
        """As if the power failed."""
        assert self.redis is not None
        self.redis.kill()
        self.redis.wait()

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one of our programs."""
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.programs.append(process)
        return process

    def make_due(self, each: int = 1) -> int:
        """So many follow-ups, due the day before yesterday, beside each open one; how many that makes."""
        return self.do(MAKE_DUE, each, factories.MIDDAY)

    def clear(self) -> None:
        """Away with what `make_due` made."""
        for statement in CLEAR:
            self.do(statement)

    def tick(self, task: str = "sweep") -> None:
        """Ask the worker for a round, as beat does."""
        with Celery("beat", broker=self.environment["REDIS_URL"], set_as_current=False) as beat:
            beat.send_task(f"followups.tasks.{task}")

    def worker(self) -> subprocess.Popen[bytes]:
        """A worker with two processes."""
        quiet = ("--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=error")
        return self.run("celery", "-A", "peersupport", "worker", *quiet)

    def web(self, threads: int = 4) -> None:
        """The web server, as in production but without TLS in front."""
        self.web_port = broker.free_port()
        bind = f"--bind=127.0.0.1:{self.web_port}"
        self.run(
            "gunicorn",
            "peersupport.wsgi:application",
            bind,
            "--workers=2",
            f"--threads={threads}",
            "--no-control-socket",
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        """Whether the web server gives a page."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def manage(self, *command: str) -> None:
        """One command of manage.py, to its end."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def ask(self, sql: str, *given: Any) -> Any:
        """The first column of the first row, past the program."""
        with contextlib.closing(psycopg2.connect(self.environment["DATABASE_URL"])) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(sql, given)
            return cursor.fetchone()[0] if cursor.description else cursor.rowcount

    do = ask

    def end(self) -> None:
        """Stop everything."""
        for program in self.programs:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        self.programs.clear()

    def close(self) -> None:
        """Stop the parts too."""
        self.end()
        self.kill_redis()
        self.database.stop()


def seconds_since(began: float) -> float:
    """How long it took."""
    return time.monotonic() - began


def place() -> Place:
    """Where the house keeps its files."""
    return places.prepare("faults")
