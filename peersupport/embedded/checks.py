"""What `./run test` does: all checks, then all tests, on parts of their own."""

import os
import shutil
import sys
import time
from pathlib import Path

from peersupport.embedded import parts, places, processes
from peersupport.embedded.places import ROOT, Place
from peersupport.embedded.processes import Stopped, Trouble, say

PYTHON = sys.executable
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Tests that start, freeze and kill servers, or count on being the only ones at work.
ALONE = ("tests/faults", "tests/worker", "tests/setup")
SIDE_BY_SIDE = ("--numprocesses=2", "--dist=loadgroup")
PRODUCTION = {"DEBUG": "false", "DEMO": "false", "SECURE": "true", "ALLOWED_HOSTS": "peersupport.example"}


def test(arguments: list[str]) -> None:
    """All checks and all tests; with arguments only pytest with these."""
    started = time.monotonic()
    chromium = find_chromium()
    if chromium:
        os.environ["CHROMIUM"] = chromium
    elif not arguments:
        raise Trouble(f"the browser tests need Chromium; install it with: {how_to_get_chromium()}")
    place = places.prepare("test")
    test_settings(place)
    processes.stopping.listen()
    try:
        if not arguments:
            check_files()
        with parts.hold(place), parts.running(place, durable=False):
            if not arguments:
                check_project()
            manage("collectstatic", "--no-input", "--verbosity=0")
            if arguments:
                pytest(arguments, terminal=sys.stdin is not None and sys.stdin.isatty())
            else:
                # Two by two what shares nothing but the machine; by itself what kills servers and takes the time.
                pytest(["tests", *(f"--ignore={folder}" for folder in ALONE), *SIDE_BY_SIDE])
                pytest([*ALONE])
    except Stopped:
        raise SystemExit(130) from None
    if not arguments:
        say(f"all checks and tests passed in {time.monotonic() - started:.0f} s.")


def pytest(arguments: list[str], *, terminal: bool = False) -> None:
    """Run the tests that the arguments name."""
    call([PYTHON, "-m", "pytest", *arguments], terminal=terminal)


def faults(arguments: list[str]) -> None:
    """The whole fault matrix, also what takes long, with the table at its end."""
    test(["tests/faults", "-m", "faults", "-q", *arguments])


def find_chromium() -> str | None:
    """The browser of the tests: the one CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise Trouble(f"CHROMIUM names {named}, which is not a program.")
        return named
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found:
        return found
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    own = [path for path in sorted(folder.glob("chromium-*/chrome-linux*/chrome")) if os.access(path, os.X_OK)]
    return str(own[-1]) if own else None


def how_to_get_chromium() -> str:
    """The one command that installs it here."""
    if shutil.which("apt-get"):
        return "apt-get install chromium" if os.geteuid() == 0 else "sudo apt-get install chromium"
    return ".venv/bin/python -m playwright install chromium"


def test_settings(place: Place) -> None:
    """The environment of the tests: what you have set for another purpose must not change what they prove."""
    os.environ |= {
        "DEBUG": "false",
        "DEMO": "false",
        "SECURE": "false",
        "SECRET_KEY": place.keep_secret("secret-key"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "BASE_URL": "http://127.0.0.1:8000",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "STATIC_ROOT": str(place.data / "static"),
        "DJANGO_SETTINGS_MODULE": "peersupport.settings",
    }
    for name in ("SECRET_KEY_FALLBACKS", "TRUSTED_PROXY_COUNT", "DEFAULT_FROM_EMAIL"):
        os.environ.pop(name, None)


def check_files() -> None:
    """What needs no database: lint, format, templates, import contract."""
    templates = [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]
    lint_imports = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
    call([PYTHON, "-m", "ruff", "check", "."])
    call([PYTHON, "-m", "ruff", "format", "--check", "."])
    call([str(Path(PYTHON).with_name("djade")), "--check", "--target-version", "5.2", *templates])
    call([PYTHON, "-c", lint_imports, "--no-cache"])


def check_project() -> None:
    """What Django checks: no missing migration, and nothing to say against the settings of production."""
    manage("makemigrations", "--check", "--dry-run")
    manage("check", "--deploy", "--fail-level=WARNING", environment=PRODUCTION)


def manage(*command: str, environment: dict[str, str] | None = None) -> None:
    """One command of manage.py."""
    call([PYTHON, str(ROOT / "manage.py"), *command], environment)


def call(command: list[str], environment: dict[str, str] | None = None, *, terminal: bool = False) -> None:
    """Run one program; if it fails, that ends ours with the same code."""
    code = processes.run(command, environment, terminal=terminal)
    if code:
        raise SystemExit(code if code > 0 else 1)
