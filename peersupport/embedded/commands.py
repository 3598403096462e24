"""What `./run demo`, `./run test` and `./run manage` do."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from peersupport.embedded import broker, places, postgres, processes
from peersupport.embedded.places import ROOT, Place, Trouble

PYTHON = sys.executable
BIN = Path(PYTHON).parent


def say(sentence: str) -> None:
    """One line for the person at the terminal."""
    print(f"peersupport: {sentence}", flush=True)


def call(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run one program to its end; its failure is ours."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


@contextlib.contextmanager
def parts(place: Place, *, durable: bool) -> Iterator[list[processes.Child]]:
    """Database and broker, running, with DATABASE_URL and REDIS_URL set; yours are used where they are set."""
    children: list[processes.Child] = []
    handle = places.lock(place)
    try:
        if "DATABASE_URL" not in os.environ:
            database = postgres.server(place, durable=durable)
            children.append(database)
            database.start()
            postgres.wait_and_create_database(place, database)
            os.environ["DATABASE_URL"] = postgres.url(place)
        if "REDIS_URL" not in os.environ:
            redis, url = broker.server(place)
            children.append(redis)
            redis.start()
            broker.wait(url, redis)
            os.environ["REDIS_URL"] = url
        yield children
    finally:
        # Told to stop once is enough: a second Ctrl-C must not leave half of it behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(children):
            child.stop()
        os.close(handle)


def local_settings(place: Place) -> None:
    """The environment of a program that runs on this machine only; what you have set yourself stays."""
    defaults = {
        "SECRET_KEY": place.keep_secret("secret-key"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "STATIC_ROOT": str(place.data / "static"),
        "DJANGO_SETTINGS_MODULE": "peersupport.settings",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def stop_on_signals() -> None:
    """Turn Ctrl-C, a terminal that closes and `kill` into one orderly end."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def check_port(port: int) -> None:
    """Say plainly that the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(f"port {port} is busy; choose another one, for example PORT={port + 1} ./run demo") from None


def demo(_arguments: list[str]) -> None:
    """Everything with demo data, until Ctrl-C."""
    try:
        port = int(os.environ.get("PORT", "8000"))
    except ValueError:
        raise Trouble("PORT must be a number.") from None
    check_port(port)
    place = places.prepare()
    address = f"http://127.0.0.1:{port}"
    password = place.keep_secret("demo-password", length=14)
    mail = place.data / "mail"
    mail.mkdir(exist_ok=True)
    os.environ.setdefault("DEMO", "true")
    os.environ.setdefault("BASE_URL", address)
    os.environ.setdefault("EMAIL_URL", f"file://{mail}")
    os.environ["DEMO_PASSWORD"] = password
    local_settings(place)
    stop_on_signals()
    with contextlib.suppress(KeyboardInterrupt), parts(place, durable=True) as children:
        for command in (["migrate", "--verbosity=0"], ["collectstatic", "--no-input", "--verbosity=0"], ["demo"]):
            call(PYTHON, "manage.py", *command)
        programs = [
            processes.Child(
                "web",
                [
                    str(BIN / "gunicorn"),
                    "peersupport.wsgi:application",
                    f"--bind=127.0.0.1:{port}",
                    "--workers=2",
                    "--threads=4",
                    "--log-level=warning",
                ],
            ),
            processes.Child(
                "worker",
                [
                    str(BIN / "celery"),
                    "-A",
                    "peersupport",
                    "worker",
                    "--concurrency=2",
                    "--loglevel=warning",
                    "--without-gossip",
                    "--without-mingle",
                ],
            ),
            processes.Child(
                "beat",
                [
                    str(BIN / "celery"),
                    "-A",
                    "peersupport",
                    "beat",
                    "--loglevel=warning",
                    f"--schedule={place.data / 'beat-schedule'}",
                    "--pidfile=",
                ],
            ),
        ]
        for program in programs:
            program.log = str(place.data / f"{program.name}.log") if program.name != "web" else None
            children.append(program)
            program.start()
        wait_for_web(port, programs[0])
        greet(address, password, mail)
        processes.watch(children, lambda: False, say)
    say("stopped; nothing is left running.")


def wait_for_web(port: int, web: processes.Child) -> None:
    """Wait until the web server takes connections."""

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        processes.wait_until(answers, "the web server", 60, web)
    except TimeoutError:
        raise Trouble("the web server did not start; what it said stands above.") from None


def greet(address: str, password: str, mail: Path) -> None:
    """Where to go and with which account."""
    print(
        f"""
  peersupport is running at {address}

    specialist@demo.example    a peer specialist's day
    supervisor@demo.example    what is overdue in a team
    admin@demo.example         accounts and teams

  The password of all three: {password}   (kept in .data/demo-password)
  E-mail it sends is put into {mail}
  Ctrl-C stops everything.
""",
        flush=True,
    )


def find_chromium() -> str:
    """The browser of the tests: CHROMIUM, the system's, or Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)
    if found:
        return found
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    if own:
        return str(own[-1])
    raise Trouble("the browser tests need Chromium. On Debian: apt-get install chromium")


def test(arguments: list[str]) -> None:
    """All checks and all tests; with arguments only pytest with these."""
    os.environ["CHROMIUM"] = find_chromium()
    place = places.prepare("test")
    os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:9")
    os.environ.setdefault("DEBUG", "false")
    os.environ.setdefault("SECURE", "false")
    local_settings(place)
    stop_on_signals()
    with parts(place, durable=False):
        if not arguments:
            check()
        call(PYTHON, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
        call(PYTHON, "-m", "pytest", *arguments)


def check() -> None:
    """Lint, format, templates, import contract, migrations, and the deployment check as production would be set."""
    call(str(BIN / "ruff"), "check", ".")
    call(str(BIN / "ruff"), "format", "--check", ".")
    templates = [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]
    call(str(BIN / "djade"), "--check", "--target-version", "5.2", *templates)
    call(str(BIN / "lint-imports"), "--no-cache")
    call(PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")
    production = {"DEBUG": "false", "SECURE": "true", "DEMO": "false", "ALLOWED_HOSTS": "peersupport.example"}
    call(PYTHON, "manage.py", "check", "--deploy", "--fail-level=WARNING", environment=production)


def manage(arguments: list[str]) -> None:
    """Django's manage.py: on a running demo's parts, or on parts started for this one command."""
    place = places.prepare()
    os.environ.setdefault("DEMO", "true")
    local_settings(place)
    stop_on_signals()
    running = running_parts(place)
    if running:
        os.environ.update({name: value for name, value in running.items() if name not in os.environ})
        call(PYTHON, "manage.py", *arguments)
        return
    with parts(place, durable=True):
        call(PYTHON, "manage.py", *arguments)


def running_parts(place: Place) -> dict[str, str]:
    """Where a demo that runs at this moment has its database and broker; empty if none does."""
    try:
        os.close(places.lock(place))
    except Trouble:
        port = next(
            line.split()[1] for line in (place.data / "redis.conf").read_text().splitlines() if line.startswith("port ")
        )
        password = place.keep_secret("redis-password")
        return {"DATABASE_URL": postgres.url(place), "REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}
    return {}
