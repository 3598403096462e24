"""PostgreSQL killed in the middle of things: what was acknowledged is stored, and the work is made up for."""

import re
import threading
import time
from uuid import uuid4

import pytest

from tests.faults.house import House, Visitor, at_once, seconds_since
from tests.faults.test_broker_faults import DUE, NOT_FLAGGED, tick
from tests.worker.conftest import wait_until

pytestmark = pytest.mark.faults

MANY = """
    INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on, planned_on,
        why_here, attempts, created_at, closing_reason, decided_by, set_aside, flagged_rung, unheard)
    SELECT gen_random_uuid(), team_id, participant_id, owner_id, 'check_in', 'fault', 'open', current_date - 2,
        current_date - 2, '', 0, now(), '', '', false, 0, false
    FROM followups_followup, generate_series(1, %s)
    WHERE state = 'open' AND owner_id IS NOT NULL AND what <> 'fault'
"""


def test_postgresql_is_killed_in_mid_sweep(house: House, smtp, report) -> None:
    house.do(DUE)
    made = house.do(MANY, 20)
    house.worker()
    tick(house)
    wait_until(lambda: house.ask("SELECT count(*) FROM followups_sweeprun WHERE finished_at IS NULL") > 0)
    house.crash_database()
    began = time.monotonic()
    house.start_database()
    tick(house)
    wait_until(lambda: house.ask(NOT_FLAGGED) == 0, seconds=40)
    doubled = house.ask(
        "SELECT count(*) FROM (SELECT FROM followups_reminder GROUP BY followup_id, rung, recipient_id, due_on"
        " HAVING count(*) > 1) AS twice"
    )
    report("F10", f"PostgreSQL killed in mid-sweep, {made} due", lost=house.ask(NOT_FLAGGED), repeated=doubled,
           seconds=seconds_since(began))  # fmt: skip
    # Nobody may be at work on what is cleared away.
    house.end()
    house.do(
        "DELETE FROM followups_reminder WHERE followup_id IN (SELECT id FROM followups_followup WHERE what = 'fault')"
    )
    house.do("DELETE FROM followups_followup WHERE what = 'fault'")
    assert doubled == 0


@pytest.mark.parametrize("restarts", [2, pytest.param(10, marks=pytest.mark.long)])
def test_what_was_acknowledged_is_stored_when_postgresql_is_killed_while_saving(
    house: House, report, restarts: int
) -> None:
    house.web()
    visitors = [Visitor(house.web_port) for _number in range(4)]
    person = visitors[0].first_person()
    run = uuid4().hex[:8]
    acknowledged: list[str] = []
    pages: list[str] = []
    stop = threading.Event()

    def save(visitor: Visitor, name: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = f"{run} {name} {number}"
            status, page = visitor.post(f"{person}wins/", {"text": text, "happened_on": "2026-05-06"})
            if status == 302:
                acknowledged.append(text)
            else:
                pages.append(page if text in page else f"{status} without the text")

    threads = [threading.Thread(target=save, args=(visitor, name)) for name, visitor in enumerate(visitors)]
    for thread in threads:
        thread.start()
    back = 0.0
    for _time in range(restarts):
        enough = len(acknowledged) + 5
        wait_until(lambda enough=enough: len(acknowledged) > enough, seconds=30)
        house.crash_database()
        house.start_database()
        began, before = time.monotonic(), len(acknowledged)
        wait_until(lambda before=before: len(acknowledged) > before, seconds=30)
        back = max(back, seconds_since(began))
    stop.set()
    for thread in threads:
        thread.join()

    stored = house.ask("SELECT count(DISTINCT text) FROM caseload_win WHERE text = ANY(%s)", acknowledged)
    rows = house.ask("SELECT count(*) FROM caseload_win WHERE text LIKE %s", f"{run} %")
    kept = house.ask("SELECT count(DISTINCT text) FROM caseload_win WHERE text LIKE %s", f"{run} %")
    report("F9", f"PostgreSQL killed {restarts} times while four people save", lost=len(acknowledged) - stored,
           repeated=rows - kept, seconds=back)  # fmt: skip
    assert stored == len(acknowledged)
    assert rows == kept
    assert not [page for page in pages if page.endswith("without the text")], "the page keeps what was typed"
    assert not [page for page in pages if "Traceback" in page]


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
    answers = at_once(50, lambda _index: visitor.post(f"{person}log/", fields)[0])
    stored = house.ask("SELECT count(*) FROM caseload_session WHERE note = 'fifty at once'")
    report("F32", "fifty equal submits at once", lost=1 - min(stored, 1), repeated=stored - 1,
           seconds=seconds_since(began))  # fmt: skip
    assert stored == 1
    assert set(answers) == {302}
