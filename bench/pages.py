"""Each page beside two floors: as many short constant rows, and its own rows as constants."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.template import Context
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import setup_test_environment, teardown_test_environment

from accounts.models import User
from bench import urls
from bench.data import caseload_of, long_story
from bench.measure import by_turns, listening, p50, p95
from pages.nav import frame

# What Django puts into the context of every page, beside our own frame.
DJANGOS = {"request", "user", "perms", "messages", "csrf_token", "DEFAULT_MESSAGE_LEVELS", "True", "False", "None"}


@dataclass
class Page:
    """One page, by whom it is looked at, and which of its lists are its rows."""

    name: str
    email: str
    address: str
    kind: str


@dataclass
class Result:
    """What one page took, in milliseconds of p50 unless said otherwise."""

    name: str
    rows: int
    statements: int
    sql: float
    p50: float
    p95: float
    plain: float
    drawn: float

    def as_dict(self) -> dict[str, Any]:
        """For the file that the next size is compared with."""
        return asdict(self)


def pages() -> list[Page]:
    """The measured pages of the demo specialist and the demo supervisor."""
    specialist, supervisor = "specialist@demo.example", "supervisor@demo.example"
    user = User.objects.get(email=specialist)
    longest = long_story(user).get()
    usual = caseload_of(user).exclude(pk=longest.pk)[0]
    return [
        Page("Today", specialist, "/today/", "sections"),
        Page("Overdue", supervisor, "/overdue/", "rows"),
        Page("Participant, usual", specialist, f"/participants/{usual.pk}/", "entries"),
        Page("Participant, 400 entries", specialist, f"/participants/{longest.pk}/", "entries"),
        Page("Participants", supervisor, "/participants/", "rows"),
        Page("Search by name", supervisor, f"/participants/?{urlencode({'q': usual.name_used.split()[0]})}", "rows"),
        Page("Search by digits that all numbers have", supervisor, "/participants/?q=5550", "rows"),
    ]


def measure(page: Page, rounds: int = 40) -> Result:
    """Read it once to learn its rows and answers, then time page and floors by turns."""
    client = Client()
    client.force_login(User.objects.get(email=page.email))
    template, context = learn(client, page.address)
    found = context[page.kind]
    rows = sum(map(len, found.values())) if isinstance(found, dict) else len(found)
    urls.DRAWN.update(template=template, context=context)
    whole, plain, drawn = by_turns(
        lambda: client.get(page.address),
        lambda: client.get(f"/floor/{max(rows, 1)}/"),
        lambda: client.get("/drawn/"),
        rounds=rounds,
    )
    sql = []
    for _round in range(10):
        with listening() as asked:
            client.get(page.address)
        sql.append(asked.milliseconds)
    return Result(page.name, rows, len(asked.statements), p50(sql), p50(whole), p95(whole), p50(plain), p50(drawn))


def learn(client: Client, address: str) -> tuple[str, dict[str, Any]]:
    """The page's template and the answers it draws, without those of the frame, which both floors read themselves.

    Contexts are kept only while the test environment is on, which would slow the measuring down.
    """
    seen: list[tuple[str, dict[str, Any]]] = []

    def keep(sender: object, template: Any, context: Context, **_rest: object) -> None:
        if not seen:
            whole, framed = context.flatten(), DJANGOS | frame(context["request"]).keys()
            seen.append((template.name, {key: value for key, value in whole.items() if key not in framed}))

    setup_test_environment(debug=False)
    template_rendered.connect(keep)
    try:
        answer = client.get(address)
    finally:
        template_rendered.disconnect(keep)
        teardown_test_environment()
    assert answer.status_code == 200, (address, answer.status_code)
    return seen[0]
