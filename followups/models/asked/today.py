"""A specialist's day, and one card of it."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.prepared import prepared
from caseload.models import Participant, SessionDraft
from caseload.models.drafts import SessionDraftQuerySet
from caseload.models.participants import ParticipantQuerySet
from followups.models.attempts import ContactAttempt, ContactAttemptQuerySet, Outcome, OutcomeQuerySet
from followups.models.cards import first_of_each, with_facts
from followups.models.followups import FollowUp, FollowUpQuerySet
from followups.models.gaps import without_next_step
from followups.models.undoing import promises_settled_since

# Short lines, so that all of them fit.
MOST_LINES = 200


@prepared
def due(user: User, now: datetime, new_peer_since: datetime, most: int) -> FollowUpQuerySet:
    """What is theirs to do, the first of each section, with everything a card shows."""
    mine = FollowUp.objects.visible_to(user).owned_by(user).for_the_week(now).with_days_overdue(now)
    return with_facts(first_of_each(mine.order_by("due_on", "pk"), most), new_peer_since)


@prepared
def outcomes(user: User) -> OutcomeQuerySet:
    """What a try may come to, in their order."""
    return Outcome.objects.visible_to(user).order_by("position")


@prepared
def left_without(user: User) -> ParticipantQuerySet:
    """With whom they walk and nothing is planned."""
    return without_next_step(Participant.objects.kept_by(user)).order_by("name_used", "pk")[:MOST_LINES]


@prepared
def drafts(user: User) -> SessionDraftQuerySet:
    """Sessions they have begun to write down, the latest first."""
    return SessionDraft.objects.visible_to(user).unfinished().order_by("-updated_at")[:MOST_LINES]


@prepared
def done(user: User, since: datetime) -> ContactAttemptQuerySet:
    """What they recorded and can still take back."""
    return ContactAttempt.objects.visible_to(user).made_since(user, since)[:20]


@prepared
def promises_done(user: User, since: datetime) -> FollowUpQuerySet:
    """What they said of their promises and can still take back."""
    return promises_settled_since(user, since)[:20]


@prepared
def card_of(user: User, followup: UUID, now: datetime, new_peer_since: datetime) -> FollowUpQuerySet:
    """The one card, with everything it shows."""
    theirs = FollowUp.objects.visible_to(user).with_days_overdue(now)
    return with_facts(theirs.filter(pk=followup), new_peer_since)
