"""Database and broker together, up and down in the right order."""

import contextlib
import os
import signal
from collections.abc import Iterator

from peersupport.embedded import broker, leftovers, places, postgres, processes
from peersupport.embedded.places import Place
from peersupport.embedded.processes import Child, Trouble


@contextlib.contextmanager
def hold(place: Place) -> Iterator[None]:
    """The place is ours alone for this time, and free of what a former run left behind."""
    handle = places.lock(place)
    if handle is None:
        raise Trouble(f"it is already running on {place.data}; stop that one first.")
    try:
        leftovers.end(place)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def running(place: Place, *, durable: bool) -> Iterator[list[Child]]:
    """Database and broker with DATABASE_URL and REDIS_URL set; yours are used where these are set already.

    Children added to the list are stopped too: the last first, the database last of all.
    """
    children: list[Child] = []
    try:
        if not os.environ.get("DATABASE_URL"):
            database = postgres.server(place, durable=durable)
            start(place, children, database)
            postgres.wait_and_create_database(place, database)
            os.environ["DATABASE_URL"] = postgres.url(place)
        if not os.environ.get("REDIS_URL"):
            redis, address = broker.server(place)
            start(place, children, redis)
            broker.wait(address, redis)
            os.environ["REDIS_URL"] = address
        yield children
    finally:
        # Told to stop once is enough: a second Ctrl-C must not leave half of it behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        processes.stopping.asked = False
        for child in reversed(children):
            child.stop()
        leftovers.record(place).unlink(missing_ok=True)


def start(place: Place, children: list[Child], child: Child) -> None:
    """Start it as one of these."""
    children.append(child)
    child.start()
    leftovers.remember(place, children)
