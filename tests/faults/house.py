"""The whole program on a PostgreSQL and a Redis of its own, which a test may kill."""

import contextlib
import copy
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg2

from peersupport.embedded import broker, places, postgres
from peersupport.embedded.places import Place, redis_binary
from tests.worker.conftest import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "calm-river-stones-42"


class House:
    """Database, broker and programs, each of which can be killed and started again."""

    def __init__(self, place: Place, mail: str) -> None:
        self.place, self.redis_port, self.web_port = place, broker.free_port(), 0
        self.database = postgres.server(place, durable=True)
        self.redis: subprocess.Popen[bytes] | None = None
        self.programs: list[subprocess.Popen[bytes]] = []
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
            "UPDATE accounts_team SET quiet_from = '00:00', quiet_until = '00:00', holiday_country = '', "
            "working_days = '{1,2,3,4,5,6,7}'"
        )
        self.do("DELETE FROM accounts_teamclosedday")

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


class Visitor:
    """A signed-in colleague without a browser: keeps cookies, fills in the form token."""

    def __init__(self, port: int, email: str = "specialist@demo.example") -> None:
        self.port, self.cookies = port, {}
        self.get("/sign-in/")
        status, _page = self.post("/sign-in/", {"login": email, "password": PASSWORD})
        assert status == 302, status

    def twin(self) -> "Visitor":
        """The same sign-in in another window."""
        other = copy.copy(self)
        other.cookies = dict(self.cookies)
        return other

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self.ask("GET", path, "")

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Send a form."""
        return self.ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}))

    def ask(self, method: str, path: str, body: str) -> tuple[int, str]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, text

    def first_person(self) -> str:
        """The address of somebody they walk with."""
        _status, page = self.get("/participants/")
        return re.search(r'href="(/participants/[0-9a-f-]{36}/)"', page)[1]


class Crowd:
    """So many people who save one win after another, until they are told to stop."""

    def __init__(self, house: House, number: int) -> None:
        self.house, self.run = house, uuid4().hex[:8]
        self.acknowledged: list[str] = []
        self.refused: list[tuple[int, bool]] = []
        self.visitors = [Visitor(house.web_port) for _number in range(min(number, 4))]
        self.person, self.stop = self.visitors[0].first_person(), threading.Event()
        self.threads = [threading.Thread(target=self.save, args=(name,)) for name in range(number)]
        for thread in self.threads:
            thread.start()

    def save(self, name: int) -> None:
        """Save; remember what was acknowledged, and for each refusal its status and whether it kept the text."""
        visitor, number = self.visitors[name % len(self.visitors)].twin(), 0
        while not self.stop.is_set():
            number += 1
            text = f"{self.run} {name} {number}"
            status, page = visitor.post(f"{self.person}wins/", {"text": text, "happened_on": "2026-05-06"})
            if status == 302:
                self.acknowledged.append(text)
            else:
                self.refused.append((status, text in page and "Traceback" not in page))

    def goes_on(self, by: int = 1, seconds: float = 30) -> float:
        """Wait until so many more are saved; how long that took."""
        began, before = time.monotonic(), len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) >= before + by, seconds)
        return seconds_since(began)

    def end(self) -> tuple[int, int]:
        """Stop them; how many acknowledged wins are not stored, and how many are stored twice."""
        self.stop.set()
        for thread in self.threads:
            thread.join()
        stored = self.house.ask("SELECT count(DISTINCT text) FROM caseload_win WHERE text = ANY(%s)", self.acknowledged)
        rows = self.house.ask("SELECT count(*) FROM caseload_win WHERE text LIKE %s", f"{self.run} %")
        kept = self.house.ask("SELECT count(DISTINCT text) FROM caseload_win WHERE text LIKE %s", f"{self.run} %")
        return len(self.acknowledged) - stored, rows - kept


def at_once(number: int, what: Any) -> list[Any]:
    """Do it so many times at the same moment; the results."""
    barrier, results = threading.Barrier(number), []

    def one(index: int) -> None:
        barrier.wait()
        results.append(what(index))

    threads = [threading.Thread(target=one, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def seconds_since(began: float) -> float:
    """How long it took."""
    return time.monotonic() - began


def place() -> Place:
    """Where the house keeps its files."""
    return places.prepare("faults")
