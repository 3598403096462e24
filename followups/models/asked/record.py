"""One person's record. The story is in followups.models.timeline."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.prepared import prepared
from caseload.models import Participant
from caseload.models.participants import ParticipantQuerySet
from followups.models.followups import FollowUp, FollowUpQuerySet
from followups.models.gaps import with_back_on, with_rhythm

# What a line of what is planned shows.
PLANNED_SHOWN = (
    *("participant_id", "purpose", "what", "due_on", "state", "attempts", "why_here", "moved_at", "moved_by__name"),
    *("moved_by__email", "referral_id", "step_id", "came_from__state", "came_from__closed_at"),
    *("came_from__closing_reason", "came_from__decided_by", "came_from__due_on"),
)


@prepared
def record_of(user: User, participant: UUID, now: datetime, new_since: datetime | None) -> ParticipantQuerySet:
    """The person with what stands on top of the record; with `new_since` what only supervisors are told, too."""
    people = (
        Participant.objects.visible_to(user)
        .select_related("team__record_rules")
        .with_specialist()
        .with_episode()
        .with_phones()
        .with_touched(now)
    )
    if new_since is not None:
        people = people.with_merges().with_likely_twin(new_since)
    return with_back_on(with_rhythm(people), now).filter(pk=participant)


@prepared
def standing_of_person(participant: UUID, now: datetime) -> FollowUpQuerySet:
    """What is planned. What is the person's own may be seen with the person: no need to ask for each whether it may."""
    standing = FollowUp.objects.filter(participant=participant).standing().with_days_overdue(now)
    return standing.select_related("moved_by", "came_from").only(*PLANNED_SHOWN).order_by("due_on", "pk")[:50]
