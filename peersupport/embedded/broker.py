"""A Redis-compatible server of our own, on loopback with a password."""

import os
import socket

from peersupport.embedded.places import Place, Trouble, redis_binary
from peersupport.embedded.processes import Child, wait_until


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def server(place: Place) -> tuple[Child, str]:
    """The server, not started, and what REDIS_URL says. Nothing in it has to survive: the database is the truth."""
    port, password = free_port(), place.keep_secret("redis-password")
    settings = place.data / "redis.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        "maxmemory-policy noeviction",
        'save ""',
        f'dir "{place.data}"',
    ]
    with open(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    child = Child("broker", [str(redis_binary()), str(settings)], log=str(place.data / "redis.log"))
    return child, f"redis://:{password}@127.0.0.1:{port}/0"


def wait(url: str, child: Child) -> None:
    """Wait until it takes connections."""
    port = int(url.rsplit(":", 1)[1].split("/")[0])

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers, "Redis", 15, child)
    except TimeoutError:
        raise Trouble("the embedded Redis did not start; .data/redis.log says why.") from None
