"""A Redis that is emptied, killed, or frozen: the database is the queue of record."""

import os
import signal
import time

import pytest

from tests.faults.house import House, seconds_since
from tests.faults.visitors import Visitor

pytestmark = pytest.mark.faults


def test_work_that_was_queued_is_emptied_out_of_redis(house: House, report) -> None:
    made = house.make_due()
    for task in ("sweep", "deliver_mail", "plan_ahead", "sweep"):
        house.tick(task)
    house.kill_redis()
    house.start_redis()  # empty
    began = time.monotonic()
    house.worker()
    house.tick()  # the next minute's
    house.after.settles()
    lost, repeated = house.after.lost(), house.after.repeated()
    report("F5", f"Redis emptied with work queued, {made} due", lost=lost, repeated=repeated,
           seconds=seconds_since(began))  # fmt: skip
    assert (lost, repeated) == (0, 0)


@pytest.mark.parametrize("times", [2, pytest.param(5, marks=pytest.mark.long)])
def test_a_worker_goes_on_after_redis_was_killed(house: House, report, times: int) -> None:
    house.worker()
    house.make_due()
    house.tick()
    house.after.settles()
    taken = []
    for _time in range(times):
        house.kill_redis()
        house.make_due()
        house.start_redis()
        began = time.monotonic()
        house.tick()
        house.after.settles()
        taken.append(seconds_since(began))
    lost, repeated = house.after.lost(), house.after.repeated()
    report("F8", f"Redis killed and back {times} times, the worker goes on", lost=lost, repeated=repeated,
           seconds=max(taken))  # fmt: skip
    assert (lost, repeated) == (0, 0)
    assert max(taken) <= 10


@pytest.mark.long
def test_redis_is_away_for_a_minute_under_worker_and_beat(house: House, report) -> None:
    """The operating system's timer goes on meanwhile; worker and beat come back by themselves."""
    house.worker()
    house.run("celery", "-A", "peersupport", "beat", f"--schedule={house.place.data / 'beat'}", "--pidfile=")
    time.sleep(5)
    house.kill_redis()
    house.make_due()
    house.manage("sweep")
    told_without_redis = house.after.is_quiet
    time.sleep(55)
    house.make_due()
    house.start_redis()
    taken = house.after.settles(seconds=90)
    lost, repeated = house.after.lost(), house.after.repeated()
    report("F8b", "Redis away for a minute under worker and beat", lost=lost, repeated=repeated, seconds=taken)
    assert told_without_redis
    assert (lost, repeated) == (0, 0)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_saving_does_not_wait_for_redis(house: House, report, how: str) -> None:
    house.web()
    visitor = Visitor(house.web_port)
    person = visitor.first_person()
    assert house.redis is not None
    house.kill_redis() if how == "killed" else os.kill(house.redis.pid, signal.SIGSTOP)
    taken, answers = [], []
    try:
        for number in range(10):
            began = time.monotonic()
            won = {"text": f"Won {how} {number}", "happened_on": "2026-05-06"}
            answers.append(visitor.post(f"{person}wins/", won)[0])
            taken.append(seconds_since(began))
        assert visitor.get("/today/")[0] == 200
    finally:
        house.start_redis() if how == "killed" else os.kill(house.redis.pid, signal.SIGCONT)
    stored = house.ask("SELECT count(DISTINCT text) FROM caseload_win WHERE text LIKE %s", f"Won {how} %")
    rows = house.ask("SELECT count(*) FROM caseload_win WHERE text LIKE %s", f"Won {how} %")
    report("F6" if how == "killed" else "F7", f"Redis {how} while saving", lost=10 - stored, repeated=rows - stored,
           seconds=max(taken))  # fmt: skip
    assert answers == [302] * 10
    assert (stored, rows) == (10, 10)
    assert max(taken) < 1
