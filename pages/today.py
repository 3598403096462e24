"""A specialist's day: overdue, today, the next seven days, replies awaited, and nobody forgotten."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires
from caseload.models.goals import Doer
from followups.models.asked import today as asked
from followups.models.cards import cards, in_sections
from followups.models.followups import NEW_PEER
from followups.models.undoing import UNDO_WITHIN, is_as_left
from pages.health import mail_alarm, worker_state

# More of one kind than anybody can do in a day; the others are one tap away.
MOST_CARDS = 20
ALL_CARDS = 500


@requires(Permission.KEEP_FOLLOW_UPS)
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    undo_since, most = now - UNDO_WITHIN, ALL_CARDS if request.GET.get("all") else MOST_CARDS
    done = asked.done(request.user, undo_since)
    for attempt in done:
        attempt.may_undo = is_as_left(attempt)
    rows = cards(asked.due(request.user, now, now - NEW_PEER, most), now)
    return render(
        request,
        "today/today.html",
        {
            "sections": in_sections(rows),
            "counts": {row.section: row.in_section for row in rows},
            "outcomes": asked.outcomes(request.user),
            "left_without": asked.left_without(request.user),
            "drafts": asked.drafts(request.user),
            "done": done,
            "promises_done": asked.promises_done(request.user, undo_since),
            "doers": Doer.choices,
            "worker": worker_state(now),
            "alarm": mail_alarm(request.user, now),
        },
    )
