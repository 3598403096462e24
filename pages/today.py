"""A specialist's day: overdue, today, the next seven days, replies awaited, and nobody forgotten."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires
from caseload.models import Participant, SessionDraft
from followups.models import ContactAttempt, FollowUp, Outcome, SweepRun
from followups.models.cards import cards, in_sections
from followups.models.gaps import without_next_step

# More than anybody can do in a day; the rest comes up as these are done.
MOST_CARDS = 60


@requires(Permission.KEEP_FOLLOW_UPS)
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    mine = FollowUp.objects.visible_to(request.user).owned_by(request.user)
    due = mine.for_the_week(now).with_days_overdue(now).order_by("due_on", "pk")
    rows = cards(due[: MOST_CARDS + 1])
    walking_with = Participant.objects.visible_to(request.user).assigned_to(request.user)
    drafts = SessionDraft.objects.visible_to(request.user).select_related("participant").order_by("-updated_at")
    done = ContactAttempt.objects.visible_to(request.user).just_made_by(request.user, now)
    return render(
        request,
        "today/today.html",
        {
            "sections": in_sections(rows[:MOST_CARDS]),
            "there_is_more": len(rows) > MOST_CARDS,
            "outcomes": list(Outcome.objects.visible_to(request.user).order_by("position")),
            "left_without": list(without_next_step(walking_with).order_by("name_used", "pk")[:20]),
            "drafts": list(drafts[:20]),
            "done": list(done[:20]),
            "worker": SweepRun.objects.state(now),
        },
    )
