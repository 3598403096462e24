"""A Redis-compatible server of our own, on loopback with a password."""

import os
import socket

from peersupport.embedded.places import Place, redis_binary
from peersupport.embedded.processes import Child, Trouble, wait_until


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
    child = Child("broker", [str(redis_binary()), str(settings)], log=place.data / "redis.log")
    return child, url(port, password)


def url(port: int, password: str) -> str:
    """What REDIS_URL says."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def running_url(place: Place) -> str | None:
    """What REDIS_URL says of the server another run has started here; None if it has not."""
    try:
        lines = (place.data / "redis.conf").read_text().splitlines()
    except OSError:
        return None
    ports = [int(line.split()[1]) for line in lines if line.startswith("port ")]
    return url(ports[0], place.keep_secret("redis-password")) if ports and listens(ports[0]) else None


def wait(address: str, child: Child) -> None:
    """Wait until it takes connections."""
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    try:
        wait_until(lambda: listens(port), "Redis", 15, child)
    except TimeoutError:
        raise Trouble(f"the embedded Redis did not start; {child.log} says why.") from None
