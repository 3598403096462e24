"""The list of people, one page by name."""

from uuid import UUID

from accounts.models import User
from accounts.prepared import Text, prepared
from caseload.models import Participant
from caseload.models.participants import ParticipantQuerySet
from followups.models.gaps import with_next_date

PAGE = 50


@prepared
def listed(user: User, ended: bool, name: Text | None, pk: UUID | None) -> ParticipantQuerySet:
    """By name from that place on, and one more to know whether there is more."""
    people = Participant.objects.visible_to(user).select_related("team").filter(is_active=not ended).after(name, pk)
    return with_next_date(people.order_by("name_used", "pk").with_specialist())[: PAGE + 1]
