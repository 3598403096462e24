"""PostgreSQL killed in the middle of things: what was acknowledged is stored, and the work is made up for."""

import contextlib
import re
import threading
import time
from html import unescape

import psycopg2
import pytest

from tests.faults.house import House, seconds_since
from tests.faults.visitors import Crowd, Visitor, at_once
from tests.worker.conftest import wait_until

pytestmark = pytest.mark.faults

UNFINISHED = "SELECT count(*) FROM followups_sweeprun WHERE finished_at IS NULL AND started_at >= %s"


@pytest.mark.parametrize("away", [0, pytest.param(60, marks=pytest.mark.long)])
def test_postgresql_is_killed_in_mid_sweep(house: House, report, away: int) -> None:
    """The lock holds the sweep's e-mail step, so that the kill comes when all is flagged and nothing is bundled."""
    house.web()
    visitor = Visitor(house.web_port)
    made = house.make_due(20)
    with contextlib.closing(psycopg2.connect(house.environment["DATABASE_URL"])) as other:
        other.cursor().execute("LOCK TABLE accounts_outgoingemail IN SHARE ROW EXCLUSIVE MODE")
        worker = house.worker()
        house.tick()
        wait_until(
            lambda: house.ask("SELECT count(*) FROM followups_reminder WHERE created_at >= %s", house.after.since)
        )
        house.crash_database()
    refused, page = visitor.get("/today/")
    time.sleep(away)
    house.start_database()
    began = time.monotonic()
    wait_until(lambda: visitor.get("/today/")[0] == 200)
    first = seconds_since(began)
    assert house.ask(UNFINISHED, house.after.since) == 1, "the sweep was really cut off"
    house.tick()
    house.after.settles()
    lost, repeated = house.after.lost(), house.after.repeated()
    words = f"PostgreSQL killed in mid-sweep and away for {away} s, {made} due; first page after {first:.1f} s"
    report("F10", words, lost=lost, repeated=repeated, seconds=seconds_since(began))
    assert (lost, repeated) == (0, 0)
    assert (refused, "Traceback" in page) == (503, False)
    assert first <= 2
    assert worker.poll() is None


@pytest.mark.parametrize("restarts", [2, pytest.param(10, marks=pytest.mark.long)])
def test_what_was_acknowledged_is_stored_when_postgresql_is_killed_while_saving(
    house: House, report, restarts: int
) -> None:
    house.web()
    crowd, back = Crowd(house, 4), 0.0
    for _time in range(restarts):
        crowd.goes_on(by=5)
        house.crash_database()
        house.start_database()
        back = max(back, crowd.goes_on())
    lost, repeated = crowd.end()
    report("F9", f"PostgreSQL killed {restarts} times while four people save", lost=lost, repeated=repeated,
           seconds=back)  # fmt: skip
    assert (lost, repeated) == (0, 0)
    assert set(crowd.refused) <= {(503, True)}, "the page keeps what was typed"
    assert back <= 5


def test_a_crowd_with_too_few_connections_is_asked_to_wait(house: House, report) -> None:
    house.crash_database()
    house.database.command += ["-c", "max_connections=12"]
    house.start_database()
    try:
        house.web(threads=16)
        crowd = Crowd(house, 20)
        taken = crowd.goes_on(by=60)
        crowd.stop.set()
    finally:
        house.crash_database()
        del house.database.command[-2:]
        house.start_database()
    lost, repeated = crowd.end()
    report("F12", "twenty people save, connections for twelve", lost=lost, repeated=repeated, seconds=taken)
    assert (lost, repeated) == (0, 0)
    assert set(crowd.refused) == {(503, True)}


def test_a_lock_that_is_held_ends_in_a_page_that_keeps_the_text(house: House, report) -> None:
    house.web()
    visitor = Visitor(house.web_port)
    person = visitor.first_person()
    won = {"text": "Waited for a lock", "happened_on": "2026-05-06"}
    with contextlib.closing(psycopg2.connect(house.environment["DATABASE_URL"])) as other:
        other.cursor().execute("SELECT FROM caseload_participant WHERE id = %s FOR UPDATE", [person.split("/")[2]])
        began = time.monotonic()
        status, page = visitor.post(f"{person}wins/", won)
        taken = seconds_since(began)
        other.rollback()
    again, _page = visitor.post(f"{person}wins/", won)
    stored = house.ask("SELECT count(*) FROM caseload_win WHERE text = %s", won["text"])
    report("F13", "a row locked by somebody else", lost=1 - min(stored, 1), repeated=stored - 1, seconds=taken)
    assert (status, won["text"] in page, again, stored) == (503, True, 302, 1)
    assert taken < 4


def test_two_writers_who_wait_for_each_other(house: House, report) -> None:
    """PostgreSQL ends one of the two; the page keeps the text, and sending it again saves it."""
    house.web()
    visitor = Visitor(house.web_port)
    person = visitor.first_person()
    won, answers = {"text": "Waited for each other", "happened_on": "2026-05-06"}, []
    saving = threading.Thread(target=lambda: answers.append(visitor.twin().post(f"{person}wins/", won)))
    with contextlib.closing(psycopg2.connect(house.environment["DATABASE_URL"])) as other:
        cursor = other.cursor()
        # Their win refers to them, and waits; the participant they have locked is then waited for here.
        cursor.execute("SELECT FROM accounts_user WHERE email = 'specialist@demo.example' FOR UPDATE")
        began = time.monotonic()
        saving.start()
        wait_until(lambda: house.ask("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        cursor.execute("SELECT FROM caseload_participant WHERE id = %s FOR UPDATE", [person.split("/")[2]])
        saving.join()
        taken = seconds_since(began)
        other.rollback()
    status, page = answers[0]
    again, _page = visitor.post(f"{person}wins/", won)
    stored = house.ask("SELECT count(*) FROM caseload_win WHERE text = %s", won["text"])
    report("F13b", "two writers who wait for each other", lost=1 - min(stored, 1), repeated=stored - 1, seconds=taken)
    assert (status, won["text"] in page, again, stored) == (503, True, 302, 1)
    assert taken <= 3


def test_two_people_change_one_profile(house: House, report) -> None:
    """The second is shown what changed meanwhile, with all that was typed; sending it again is a choice."""
    house.web()
    first, second = Visitor(house.web_port), Visitor(house.web_port, "supervisor@demo.example")
    address = f"{first.first_person()}edit/"
    mine, theirs = fields_of(first.get(address)[1]), fields_of(second.get(address)[1])
    status, _page = first.post(address, {**mine, "good_times": "mornings, after nine"})
    began = time.monotonic()
    refused, page = second.post(address, {**theirs, "good_times": "evenings, before eight"})
    stored = house.ask("SELECT good_times FROM caseload_participant WHERE id = %s", address.split("/")[2])
    lost = ("evenings, before eight" not in page) + (stored != "mornings, after nine")
    report("F33", "two people change one profile", lost=lost, repeated=0, seconds=seconds_since(began))
    assert (status, refused, lost) == (302, 200, 0)


def fields_of(page: str) -> dict[str, str]:
    """What a form would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") not in {"checkbox", "radio", "submit"} or " checked" in tag:
            found[given.get("name", "")] = unescape(given.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_fifty_equal_posts_at_the_same_moment_make_one_record(house: House, report) -> None:
    house.web()
    visitor = Visitor(house.web_port)
    person = visitor.first_person()
    _status, page = visitor.get(f"{person}log/")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    today = re.search(r'name="when_date"[^>]*value="([\d-]+)"|value="([\d-]+)"[^>]*name="when_date"', page)
    fields |= {
        "when_date": next(filter(None, today.groups())),
        "when_time": "00:01",
        "method": "phone",
        "status": "held",
        "minutes": "15",
        "note": "fifty at once",
        "next_choice": "week",
        "purpose": "check_in",
    }
    began = time.monotonic()
    answers = at_once(50, lambda _index: visitor.send(f"{person}log/", fields))
    taken = seconds_since(began)
    stored = house.ask("SELECT count(*) FROM caseload_session WHERE note = 'fifty at once'")
    report("F32", "fifty equal submits at once", lost=1 - min(stored, 1), repeated=stored - 1,
           seconds=taken)  # fmt: skip
    assert stored == 1
    # All fifty are told that it is saved, and are led to the page on which the one record stands.
    ((status, leads_to),) = {(status, leads_to) for status, _text, leads_to in answers}
    assert (status, leads_to) == (302, person)
    assert visitor.get(leads_to)[1].count("fifty at once") == 1
