"""Several at one moment, each with a connection of its own; for tests with real transactions."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def at_one_moment(deeds: list[Callable[[], Any]]) -> list[Any]:
    """What each of them gives, or what it raised."""
    given: list[Any] = []
    barrier = threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            given.append(deed())
        except Exception as error:
            given.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given
