"""Production does not start with a default secret, with debug on, or without hosts."""

import os
import subprocess
import sys

import pytest

from peersupport.embedded.places import ROOT

GOOD = {
    "SECRET_KEY": "k7Qw-zR2_pL9xVn4TbYc8HsDf1GjMu6Ea3WoXi5KeCrSvBtNqUhJyPgZl0OmA",
    "ALLOWED_HOSTS": "peersupport.example.org",
    "DATABASE_URL": "postgres://nobody@localhost:1/none",
    "EMAIL_URL": "smtp://localhost:25",
}


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """What `manage.py check` says with a production environment that differs in this."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {name: value for name, value in (GOOD | changes).items() if value is not None}
    command = [sys.executable, str(ROOT / "manage.py"), "check"]
    return subprocess.run(command, env=clean | settings, capture_output=True, text=True, check=False, timeout=60)


def test_a_complete_environment_is_accepted() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "x1y2z3" * 10}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-" + "x1y2z3" * 10}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DEBUG": "true", "SECURE": "true"}, "DEBUG"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"SECURE": "maybe"}, "SECURE"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"EMAIL_URL": "mail.example"}, "EMAIL_URL"),
    ],
)
def test_an_unsafe_environment_is_refused_and_the_variable_named(changes: dict[str, str | None], named: str) -> None:
    done = start(**changes)
    assert done.returncode != 0
    assert named in done.stderr.strip().splitlines()[-1]


def test_without_a_database_manage_leads_to_run() -> None:
    assert "./run" in start(DATABASE_URL=None).stderr
