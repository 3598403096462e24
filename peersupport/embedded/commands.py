"""What `./run demo` and `./run manage` do."""

import http.client
import os
import socket
import sys
from urllib.parse import quote

from peersupport import environment
from peersupport.embedded import broker, leftovers, parts, places, postgres, processes
from peersupport.embedded.places import ROOT, Place
from peersupport.embedded.processes import Child, Stopped, Trouble, say

PYTHON = sys.executable


def demo(_arguments: list[str]) -> None:
    """Everything with demo data, until Ctrl-C."""
    port = environment.number("PORT", default=8000)
    place = places.prepare()
    processes.stopping.listen()
    with parts.hold(place):
        check_port(port)
        demo_settings(place, port)
        try:
            with parts.running(place, durable=True) as children:
                load()
                web, *others = programs(place, port)
                for child in (web, *others):
                    parts.start(place, children, child)
                wait_for_web(port, web)
                greet(place, port)
                processes.watch(children, lambda: leftovers.remember(place, children))
        except Stopped:
            say("stopped; nothing is left running.")


def demo_settings(place: Place, port: int) -> None:
    """The environment of a program that runs on this machine only, with made-up people."""
    mail = place.data / "mail"
    mail.mkdir(exist_ok=True)
    os.environ |= {"DEMO": "true", "SECURE": "false", "DEMO_PASSWORD": place.keep_secret("demo-password", length=14)}
    defaults = {
        "DEBUG": "false",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": f"file://{quote(str(mail))}",
        "SECRET_KEY": place.keep_secret("secret-key"),
        "STATIC_ROOT": str(place.data / "static"),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def check_port(port: int) -> None:
    """Say plainly that the port is taken, or none."""
    other = port + 1 if 1024 <= port < 65535 else 8000
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            raise Trouble("PORT must be at most 65535.") from None
        except PermissionError:
            raise Trouble(f"port {port} is for root alone; choose another one: PORT={other} ./run demo") from None
        except OSError:
            raise Trouble(f"port {port} is busy; choose another one: PORT={other} ./run demo") from None


def load() -> None:
    """Bring the database up to date, gather the static files, load the made-up people once."""
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--no-input", "--verbosity=0"], ["demo"]):
        if processes.run([PYTHON, str(ROOT / "manage.py"), *command]):
            raise Trouble(f"'manage.py {command[0]}' failed; what it said stands above.")


def programs(place: Place, port: int) -> list[Child]:
    """Web server, worker and beat, in the order of their start."""
    schedule = place.data / "beat-schedule"
    for former in place.data.glob("beat-schedule*"):
        former.unlink()  # one that was cut off in writing keeps beat from starting
    gunicorn = ["-m", "gunicorn", "peersupport.wsgi:application", f"--bind=127.0.0.1:{port}", "--workers=2"]
    gunicorn += ["--threads=4", "--log-level=warning", "--graceful-timeout=8", "--no-control-socket"]
    celery = ["-m", "celery", "-A", "peersupport"]
    worker = [*celery, "worker", "--concurrency=2", "--loglevel=warning", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel=warning", f"--schedule={schedule}", "--pidfile="]
    return [
        Child("web server", [PYTHON, *gunicorn]),
        Child("worker", [PYTHON, *worker], log=place.data / "worker.log"),
        Child("scheduler", [PYTHON, *beat], log=place.data / "beat.log"),
    ]


def wait_for_web(port: int, web: Child) -> None:
    """Wait until the web server gives a page."""

    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    try:
        processes.wait_until(answers, "the web server", 60, web)
    except TimeoutError:
        raise Trouble("the web server did not start; what it said stands above.") from None


def greet(place: Place, port: int) -> None:
    """Where to go and with which account."""
    print(
        f"""
  peersupport is running at http://127.0.0.1:{port}

    specialist@demo.example    a peer specialist's day
    supervisor@demo.example    what is overdue in a team
    admin@demo.example         accounts and teams

  The password of all three: {os.environ["DEMO_PASSWORD"]}   (kept in .data/demo-password)
  {mail_hint(place)}
  Ctrl-C stops everything.
""",
        flush=True,
    )


def mail_hint(place: Place) -> str:
    """Where mail goes, as far as it can be said without showing a password."""
    own = place.data / "mail"
    if os.environ["EMAIL_URL"].endswith(quote(str(own))):
        return f"E-mail is not sent but put into {own}"
    return "E-mail is sent as EMAIL_URL says."


def manage(arguments: list[str]) -> None:
    """Django's manage.py: on your own parts, on a running demo's, or on parts started for this one command."""
    command = [PYTHON, str(ROOT / "manage.py"), *arguments]
    if os.environ.get("DATABASE_URL"):
        os.execv(PYTHON, command)  # noqa: S606 - ours, no shell wanted
    place = places.prepare()
    demo_settings(place, environment.number("PORT", default=8000))
    processes.stopping.listen()
    terminal = processes.at_keyboard()
    try:
        if attach(place):
            raise SystemExit(processes.run(command, terminal=terminal))
        with parts.hold(place), parts.running(place, durable=True):
            raise SystemExit(processes.run(command, terminal=terminal))
    except Stopped:
        raise SystemExit(130) from None


def attach(place: Place) -> bool:
    """Use the database and broker of a demo that runs here at this moment; False if none does."""
    handle = places.lock(place)
    if handle is not None:
        os.close(handle)
        return False
    try:
        processes.wait_until(lambda: postgres.answers(place), "PostgreSQL", 30)
    except TimeoutError:
        raise Trouble(f"it is already running on {place.data}, but its database does not answer.") from None
    os.environ["DATABASE_URL"] = postgres.url(place)
    address = broker.running_url(place)
    if address:
        os.environ.setdefault("REDIS_URL", address)
    return True
