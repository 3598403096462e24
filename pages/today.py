"""A specialist's day: overdue, today, the next seven days, replies awaited, and nobody forgotten."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires
from caseload.models import Participant, SessionDraft
from caseload.models.goals import Doer
from followups.models import ContactAttempt, FollowUp, Outcome
from followups.models.cards import cards, first_of_each, in_sections
from followups.models.gaps import without_next_step
from followups.models.undoing import promises_just_settled
from pages.health import mail_alarm, worker_state

# More of one kind than anybody can do in a day; the others are one tap away.
MOST_CARDS = 20
ALL_CARDS = 500
# Short lines, so that all of them fit.
MOST_LINES = 200


@requires(Permission.KEEP_FOLLOW_UPS)
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    mine = FollowUp.objects.visible_to(request.user).owned_by(request.user)
    due = mine.for_the_week(now).with_days_overdue(now).order_by("due_on", "pk")
    rows = cards(first_of_each(due, ALL_CARDS if request.GET.get("all") else MOST_CARDS), now)
    walking_with = Participant.objects.kept_by(request.user)
    drafts = SessionDraft.objects.visible_to(request.user).unfinished().order_by("-updated_at")
    done = ContactAttempt.objects.visible_to(request.user).just_made_by(request.user, now)
    return render(
        request,
        "today/today.html",
        {
            "sections": in_sections(rows),
            "counts": {row.section: row.in_section for row in rows},
            "outcomes": list(Outcome.objects.visible_to(request.user).order_by("position")),
            "left_without": list(without_next_step(walking_with).order_by("name_used", "pk")[:MOST_LINES]),
            "drafts": list(drafts[:MOST_LINES]),
            "done": list(done[:20]),
            "promises_done": list(promises_just_settled(request.user, now)[:20]),
            "doers": Doer.choices,
            "worker": worker_state(now),
            "alarm": mail_alarm(request.user, now),
        },
    )
