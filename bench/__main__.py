"""Run as `DATABASE_URL=… .venv/bin/python -m bench --size S` on a database of its own; an empty one is filled.

`python -m bench plans --size L` prints query plans instead.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

import django

# As in production, but without TLS: pages are measured, not certificates.
os.environ |= {"DJANGO_SETTINGS_MODULE": "peersupport.settings", "DEBUG": "false", "DEMO": "true"}
os.environ |= {"ALLOWED_HOSTS": "testserver", "STATIC_ROOT": tempfile.mkdtemp(prefix="bench-")}
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" * 3)
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Team, User  # noqa: E402
from bench import data  # noqa: E402
from bench import pages as page_bench  # noqa: E402
from bench.memory import memory  # noqa: E402
from bench.plans import plans  # noqa: E402
from bench.saving import saving  # noqa: E402
from bench.sweeping import sweeping  # noqa: E402
from bench.weight import weight  # noqa: E402
from caseload.models import Participant, Session  # noqa: E402
from followups.models import FollowUp  # noqa: E402
from peersupport import wsgi  # noqa: E402, F401 - the process as the web server has it

KEPT = Path(".data") / "bench"


def prepare(size: str) -> None:
    """Tables, static files, and the data set where the database is empty."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not User.objects.exists():
        began = time.perf_counter()
        data.make(data.SIZES[size], timezone.now())
        print(f"Data set {size} made in {time.perf_counter() - began:.0f} s.\n")
    # What an earlier run saved must not be met by this one's pages.
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE caseload_participant, caseload_session, followups_followup, followups_nextstep")
        cursor.execute("RESET statement_timeout")


def place(size: str) -> str:
    """What was measured, and where."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
        cursor.execute("SELECT count(DISTINCT user_id) FROM accounts_membership WHERE role = 'specialist'")
        specialists = cursor.fetchone()[0]
    rows = f"{Participant.objects.count():,} participants, {Session.objects.count():,} sessions,"
    rows += f" {FollowUp.objects.count():,} follow-ups, {specialists:,} specialists, {Team.objects.count():,} teams"
    return f"**{size}**: {rows}. Python {platform.python_version()}, PostgreSQL {version}, {os.cpu_count()} processors."


def page_lines(results: list[page_bench.Result], smaller: dict[str, dict]) -> list[str]:
    """The table of pages; the last column compares with S, each against its own rows drawn in its own run."""
    lines = [
        "| page | rows | SQL | SQL ms | p50 ms | p95 ms | floor: short rows | × | floor: same rows | × | to S |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for one in results:
        base = smaller.get(one.name)
        growth = f"{(one.p50 / one.drawn) / (base['p50'] / base['drawn']):.2f}" if base else "–"
        lines.append(
            f"| {one.name} | {one.rows} | {one.statements} | {one.sql:.1f} | {one.p50:.1f} | {one.p95:.1f}"
            f" | {one.plain:.1f} | {one.p50 / one.plain:.2f} | {one.drawn:.1f} | {one.p50 / one.drawn:.2f} | {growth} |"
        )
    return lines


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["numbers", "plans"], default="numbers")
    parser.add_argument("--size", choices=list(data.SIZES), default="S")
    parser.add_argument("--due", type=int, default=100_000, help="follow-ups due at once for the sweep, at most")
    options = parser.parse_args()
    settings.ROOT_URLCONF = "bench.urls"
    prepare(options.size)
    print(place(options.size) + "\n")
    if options.what == "plans":
        print("\n".join(plans()))
        return
    results = [page_bench.measure(page) for page in page_bench.pages()]
    KEPT.mkdir(parents=True, exist_ok=True)
    first = KEPT / "S.json"
    smaller = json.loads(first.read_text()) if first.exists() and options.size != "S" else {}
    if options.size == "S":
        first.write_text(json.dumps({one.name: one.as_dict() for one in results}))
    print("\n".join(page_lines(results, smaller)))
    print("\n| what | measured | budget |\n|---|--:|--:|")
    for name, email, address in (("Today", "specialist", "/today/"), ("Overdue", "supervisor", "/overdue/")):
        print(weight(name, f"{email}@demo.example", address))
    print("\n".join([*saving(), *sweeping(options.due), *memory()]))


if __name__ == "__main__":
    main()
