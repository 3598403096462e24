"""How PostgreSQL answers what is asked most often and what the worker writes: plans, without what every plan says."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bench.data import caseload_of
from bench.measure import listening
from followups import delivery, reminders
from followups.reminders.bundling import bundle_emails
from followups.reminders.flagging import flag
from followups.reminders.rules import listeners_now, rules_at

# Which words tell the statement from the others of its page.
STATEMENTS = {
    "Today: what is due, with what to know before calling": ("/today/", "specialist", "EXECUTE due_"),
    "Overdue: the list under the board": ("/overdue/", "supervisor", "EXECUTE listed_"),
    "Participant: which lines of the story come next": ("/participants/{person}/", "specialist", "EXECUTE places_"),
    "Participants: one page by name": ("/participants/", "supervisor", "EXECUTE listed_"),
}
# What reads rows and by what, what is sorted or cut off, and the sums at the end.
TOLD = re.compile(r"Scan|Limit|Sort  |WindowAgg|Planning Time|Execution Time")
# Looking one row up by its id is what everything else ends in.
LOOKED_UP = re.compile(r"_pkey on|never executed")
LEFT_OUT = {
    r"\(cost=[^)]*\) ": "",
    r"actual time=\S+ ": "",
    r"rows=(\d+)(\.00)? loops=1\)": r"rows=\1)",
    r"\.00 loops": " loops",
}


def plans() -> list[str]:
    """Markdown: one plan after another."""
    specialist = User.objects.get(email="specialist@demo.example")
    person = caseload_of(specialist)[0].pk
    lines = []
    for title, (address, who, word) in STATEMENTS.items():
        client = Client()
        client.force_login(User.objects.get(email=f"{who}@demo.example"))
        lines += explained(title, lambda at=address, by=client: by.get(at.format(person=person)), word)
    lines += explained("Sweep: which teams have something to flag", sweep, "EXISTS")
    with transaction.atomic():
        lines += writing(a_loud_moment())
        transaction.set_rollback(True)
    return lines


def sweep() -> None:
    """One run of the worker."""
    reminders.sweep(timezone.now())


def a_loud_moment() -> datetime:
    """An hour of the week after next in which some team works and may be sent e-mail."""
    hours = (timezone.now() + timedelta(days=7, hours=number) for number in range(7 * 24))
    return next(at for at in hours if any(not one.is_quiet and one.is_working_day for one in rules_at(at)))


def writing(at: datetime) -> list[str]:
    """What the worker writes: each statement is undone, explained, and then done for the next."""
    rules, listeners = rules_at(at), listeners_now()
    steps = {
        "Sweep: flag what is due and write whom that tells": (lambda: flag(rules, listeners, at), "flagged AS ("),
        "Sweep: put reminders into messages": (lambda: bundle_emails(rules, at), "email_id = ("),
        "Delivery: claim some messages": (lambda: delivery.claim(at), "SKIP LOCKED"),
    }
    lines = []
    for title, (work, word) in steps.items():
        lines += explained(title, lambda work=work: undone(work), word)
        work()
    return lines


def undone(work: Callable[[], object]) -> None:
    """Do it, and take it back."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def explained(title: str, work: Callable[[], object], word: str) -> list[str]:
    """The plan of the statement with that word, asked a second time so that it finds its pages in memory."""
    with listening(word) as asked:
        work()
    assert asked.found, f"No statement of “{title}” has {word} any more."
    sql, params = asked.found
    with connection.cursor() as cursor:
        for _time in range(2):
            # To explain is to do it: what it writes is taken back.
            with transaction.atomic():
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                plan = [line for (line,) in cursor.fetchall()]
                transaction.set_rollback(True)
    return [f"### {title}", "", "```", *trimmed(plan), "```", ""]


def trimmed(plan: list[str]) -> list[str]:
    """What of a plan is worth reading, and how many pages all of it touched."""
    kept = [line for line in plan if TOLD.search(line) and not LOOKED_UP.search(line)]
    kept.append(next(line.strip() for line in plan if "Buffers:" in line))
    for pattern, instead in LEFT_OUT.items():
        kept = [re.sub(pattern, instead, line) for line in kept]
    return [re.sub(r"^( +)", lambda found: found[1][: len(found[1]) // 3], line) for line in kept]
