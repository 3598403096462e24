"""How hard we have tried to reach somebody: the facts a supervisor needs before deciding to stop."""

import zoneinfo
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncDate

from caseload.models import Participant
from followups.models.attempts import ContactAttempt

# Calls alone reach only those who pick up the phone.
WAYS = 2


@dataclass(frozen=True)
class Outreach:
    """Tries since the last contact: how many, on how many local days, by how many ways; and how many are needed."""

    tries: int
    days: int
    ways: int
    needed: int

    @property
    def is_enough(self) -> bool:
        """At least so many tries, each on a day of its own, in two ways (988 Lifeline programmes: 3 to 5 tries)."""
        return self.tries >= self.needed and self.days >= self.needed and self.ways >= WAYS


def so_far(participant: Participant) -> Outreach:
    """Tries that did not reach the person, since they were last in touch. One query; `participant.team` is loaded."""
    tries = ContactAttempt.objects.standing().filter(participant=participant, outcome__reached=False)
    if participant.last_contact_at is not None:
        tries = tries.filter(at__gt=participant.last_contact_at)
    team = participant.team
    local_day = TruncDate("at", tzinfo=zoneinfo.ZoneInfo(team.time_zone))
    found = tries.aggregate(
        tries=Count("pk"), days=Count(local_day, distinct=True), ways=Count("channel", distinct=True)
    )
    return Outreach(**found, needed=team.tries_before_ending)
