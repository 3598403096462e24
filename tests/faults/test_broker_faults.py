"""A Redis that is emptied, killed, or frozen: the database is the queue of record."""

import os
import signal
import time

import pytest

from tests.faults.house import House, Visitor, seconds_since
from tests.worker.conftest import wait_until

pytestmark = pytest.mark.faults

TICK = "from followups.tasks import sweep; sweep.delay()"
DUE = "UPDATE followups_followup SET flagged_rung = 0, flagged_at = NULL WHERE state = 'open' AND due_on < current_date"
NOT_FLAGGED = """
    SELECT count(*) FROM followups_followup WHERE state = 'open' AND due_on < current_date AND flagged_rung = 0
"""


def tick(house: House) -> None:
    house.manage("shell", "--verbosity=0", "-c", TICK)


def test_work_that_was_queued_is_emptied_out_of_redis(house: House, smtp, report) -> None:
    house.do(DUE)
    for _time in range(3):
        tick(house)
    house.kill_redis()
    house.start_redis()  # empty
    began = time.monotonic()
    house.worker()
    tick(house)  # the next minute's
    wait_until(lambda: house.ask(NOT_FLAGGED) == 0)
    report(
        "F5", "Redis emptied with work queued", lost=house.ask(NOT_FLAGGED), repeated=0, seconds=seconds_since(began)
    )


def test_a_worker_goes_on_after_redis_was_killed(house: House, smtp, report) -> None:
    house.worker()
    tick(house)
    for _time in range(2):
        house.do(DUE)
        house.kill_redis()
        wait_until(lambda: True)
        house.start_redis()
        began = time.monotonic()
        tick(house)
        wait_until(lambda: house.ask(NOT_FLAGGED) == 0, seconds=30)
    report("F8", "Redis killed and back, the worker goes on", lost=house.ask(NOT_FLAGGED), repeated=0,
           seconds=seconds_since(began))  # fmt: skip


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_saving_does_not_wait_for_redis(house: House, report, how: str) -> None:
    house.web()
    visitor = Visitor(house.web_port)
    person = visitor.first_person()
    assert house.redis is not None
    house.kill_redis() if how == "killed" else os.kill(house.redis.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        answers = [
            visitor.post(f"{person}wins/", {"text": f"Won {how} {number}", "happened_on": "2026-05-06"})[0]
            for number in range(10)
        ]
        taken = seconds_since(began) / 10
        assert visitor.get("/today/")[0] == 200
    finally:
        house.start_redis() if how == "killed" else os.kill(house.redis.pid, signal.SIGCONT)
    stored = house.ask("SELECT count(*) FROM caseload_win WHERE text LIKE %s", f"Won {how} %")
    report("F6" if how == "killed" else "F7", f"Redis {how} while saving", lost=10 - stored, repeated=0, seconds=taken)
    assert answers == [302] * 10
    assert stored == 10
    assert taken < 1
