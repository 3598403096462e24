"""Memory of a web process and of a worker process, each a new one that did some of its work."""

import os
import subprocess
import sys

WEB = """
from django.test import Client
from peersupport.wsgi import application
for user, addresses in ((specialist, ["/today/", "/participants/"]), (supervisor, ["/overdue/", "/participants/"])):
    client = Client()
    client.force_login(user)
    for address in addresses * 25:
        assert client.get(address).status_code == 200
"""
WORKER = """
from django.utils import timezone
from peersupport.celery import app
from followups import reminders, tasks
for _run in range(10):
    reminders.sweep(timezone.now())
"""
BEFORE = """
import django
django.setup()
from accounts.models import User
from bench.measure import resident
specialist, supervisor = (User.objects.get(email=f"{who}@demo.example") for who in ("specialist", "supervisor"))
"""


def memory() -> list[str]:
    """Lines of the table."""
    found = {"A web process after 100 pages": WEB, "A worker process after ten sweeps": WORKER}
    return [f"| {name}: memory | {of(work):.0f} MiB | – |" for name, work in found.items()]


def of(work: str) -> float:
    """MiB of a new process at the end of that work."""
    program = f"{BEFORE}\n{work}\nprint(resident())"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout.split()[-1])
