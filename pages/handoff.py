"""The card that goes along when somebody else steps in: their words, what was promised, wins, what comes next."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import Permission, requires
from caseload.models import Participant
from caseload.models.goals import HELPFUL, agreed_now, latest_agreed
from caseload.models.rules import rules_of
from caseload.models.setbacks import contacts_for
from caseload.models.words import Topic, latest_words, words_in_order
from followups.calendar import local_date

# What to avoid stands apart from what helps, so that nobody reads past it.
AVOID = (Topic.DOES_NOT_HELP,)
WINS, STEPS = 3, 8


@requires(Permission.READ_RECORDS)
def handoff(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).active().select_related("team__record_rules")
    people = people.with_specialist().with_phones().annotate(said=latest_words("pk"), agreed=latest_agreed("pk"))
    person, now = get_object_or_404(people, pk=participant_id), timezone.now()
    today, rules = local_date(now, person.team.time_zone), rules_of(person.team)
    words = words_in_order(person.said, today, rules.words_again_days)
    standing = person.followups.standing().with_days_overdue(now).order_by("due_on", "pk")
    context = {
        "participant": person,
        "words": [row for row in words if row.topic not in AVOID],
        "avoid": [row for row in words if row.topic in AVOID],
        "promises": list(standing.filter(purpose="promise")[:STEPS]),
        "steps": list(standing.exclude(purpose="promise")[:STEPS]),
        "wins": list(person.wins.order_by("-happened_on", "-pk")[:WINS]),
        "helped": list(person.tried.filter(answer__in=HELPFUL).order_by("-tried_on", "-pk")[:WINS]),
        "expected": agreed_now(person.agreed, today, rules.expectations_days),
        "contacts": list(contacts_for(person.team)),
    }
    return render(request, "handoff/handoff.html", context)
