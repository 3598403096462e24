"""The card that goes along when somebody else steps in: their words, what was promised, wins, what comes next."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import Permission, requires
from caseload.models import Participant
from caseload.models.goals import HELPFUL
from caseload.models.setbacks import contacts_for
from caseload.models.words import Topic

# What to avoid stands apart from what helps, so that nobody reads past it.
AVOID = (Topic.DOES_NOT_HELP,)
WORDS, WINS, STEPS = 6, 3, 8


@requires(Permission.READ_RECORDS)
def handoff(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = (
        Participant.objects.visible_to(request.user).active().select_related("team").with_specialist().with_phones()
    )
    person = get_object_or_404(people, pk=participant_id)
    words = list(person.quotations.latest_per_topic())
    standing = person.followups.standing().with_days_overdue(timezone.now()).order_by("due_on", "pk")
    context = {
        "participant": person,
        "words": [row for row in words if row.topic not in AVOID][:WORDS],
        "avoid": [row for row in words if row.topic in AVOID],
        "promises": list(standing.filter(purpose="promise")[:STEPS]),
        "steps": list(standing.exclude(purpose="promise")[:STEPS]),
        "wins": list(person.wins.order_by("-happened_on", "-pk")[:WINS]),
        "helped": list(person.tried.filter(answer__in=HELPFUL).order_by("-tried_on", "-pk")[:WINS]),
        "expected": person.expectations.order_by("-agreed_on", "-pk").first(),
        "contacts": list(contacts_for(person.team)),
    }
    return render(request, "handoff/handoff.html", context)
