"""People at the web server: signed in without a browser, saving one thing after another, all at once."""

import copy
import http.client
import re
import threading
import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.faults.house import PASSWORD, House, seconds_since
from tests.worker.conftest import wait_until


class Visitor:
    """A signed-in colleague without a browser: keeps cookies, fills in the form token."""

    def __init__(self, port: int, email: str = "specialist@demo.example") -> None:
        self.port, self.cookies = port, {}
        self.get("/sign-in/")
        status, _page = self.post("/sign-in/", {"login": email, "password": PASSWORD})
        assert status == 302, status

    @classmethod
    def with_cookies(cls, port: int, cookies: dict[str, str]) -> "Visitor":
        """One who has signed in elsewhere."""
        other = cls.__new__(cls)
        other.port, other.cookies = port, dict(cookies)
        return other

    def twin(self) -> "Visitor":
        """The same sign-in in another window."""
        other = copy.copy(self)
        other.cookies = dict(self.cookies)
        return other

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self.ask("GET", path, "")[:2]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Send a form."""
        return self.send(path, fields)[:2]

    def send(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """Send a form; also where the answer leads."""
        return self.ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}))

    def ask(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        """One request on a connection of its own: status, text, and where it leads."""
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
        return answer.status, text, answer.headers.get("Location", "")

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
            won, status = {"text": text, "happened_on": "2026-05-06"}, 0
            # What is refused stands on the page, and is sent again from there, as a person would.
            while status != 302 and not (status and self.stop.is_set()):
                status, page = visitor.post(f"{self.person}wins/", won)
                if status != 302:
                    self.refused.append((status, text in page and "Traceback" not in page))
                    time.sleep(0.02)
            if status == 302:
                self.acknowledged.append(text)

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
