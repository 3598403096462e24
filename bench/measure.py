"""Stopwatches: pages and their floors by turns, so that a busy moment of the machine meets all of them."""

import gc
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

PAGE_KIB = 4
WARM_UP = 3


def by_turns(*works: Callable[[], object], rounds: int = 40) -> list[list[float]]:
    """Milliseconds of each work in each round; the first rounds do not count."""
    taken: list[list[float]] = [[] for _work in works]
    for number in range(rounds + WARM_UP):
        for work, times in zip(works, taken, strict=True):
            gc.collect(0)
            began = time.perf_counter()
            work()
            if number >= WARM_UP:
                times.append((time.perf_counter() - began) * 1000)
    return taken


def p50(taken: Sequence[float]) -> float:
    """The median."""
    return statistics.median(taken)


def p95(taken: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(taken)[max(0, round(len(taken) * 0.95) - 1)]


@dataclass
class Asked:
    """What was asked of the database: statements and whole transactions (what is held to at their end, too)."""

    statements: list[tuple[float, str]] = field(default_factory=list)
    # The statement with the word that is looked for, and what it was asked with.
    found: tuple[str, Any] | None = None
    transactions: list[tuple[float, str]] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """All statements together."""
        return sum(taken for taken, _sql in self.statements)

    @property
    def longest(self) -> float:
        """The longest transaction; a statement by itself is one."""
        return max(taken for taken, _sql in self.transactions)

    def about(self, word: str) -> float:
        """All transactions with that word in a statement."""
        return sum(taken for taken, sql in self.transactions if word in sql)


@contextmanager
def listening(word: str = "") -> Iterator[Asked]:
    """Note every statement and every transaction of this connection; keep the first one with that word whole."""
    asked = Asked()
    began = 0.0
    within: list[str] = []

    def timed(execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken = (time.perf_counter() - start) * 1000
            asked.statements.append((taken, sql))
            if word and word in sql and not asked.found:
                asked.found = (sql, params)
            if connection.in_atomic_block:
                within.append(sql)
            else:
                asked.transactions.append((taken, sql))

    plain = connection.set_autocommit

    def watched(autocommit: bool, *args: object, **options: object) -> None:
        nonlocal began
        plain(autocommit, *args, **options)
        if autocommit:
            asked.transactions.append(((time.perf_counter() - began) * 1000, "; ".join(within)))
        else:
            began = time.perf_counter()
            within.clear()

    connection.set_autocommit = watched
    try:
        with connection.execute_wrapper(timed):
            yield asked
    finally:
        del connection.set_autocommit


@dataclass
class Memory:
    """Resident memory of this process in MiB: before, and at its highest."""

    before: float = 0
    peak: float = 0


@contextmanager
def watching_memory() -> Iterator[Memory]:
    """Look at the process's memory a hundred times a second."""
    gc.collect()
    memory = Memory(before=resident(), peak=resident())
    finished = threading.Event()

    def look() -> None:
        while not finished.wait(0.01):
            memory.peak = max(memory.peak, resident())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield memory
    finally:
        finished.set()
        watcher.join()


def resident() -> float:
    """MiB of memory this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KIB / 1024
