"""The form after a session: the person, and what was planned and begun."""

from uuid import UUID

from accounts.models import User
from accounts.prepared import prepared
from caseload.models import Participant, Session, SessionDraft
from caseload.models.drafts import SessionDraftQuerySet
from caseload.models.goals import latest_agreed
from caseload.models.participants import ParticipantQuerySet
from caseload.models.sessions import SessionQuerySet
from caseload.models.words import latest_words
from followups.models.followups import FollowUp, FollowUpQuerySet
from followups.models.plans import CheckInPlan, CheckInPlanQuerySet


@prepared
def person_of(user: User, participant: UUID) -> ParticipantQuerySet:
    """The person with what stands above the form, and the days on which the team is closed."""
    people = Participant.objects.visible_to(user).active().select_related("team__record_rules")
    people = people.annotate(said=latest_words("pk"), agreed=latest_agreed("pk"))
    return people.prefetch_related("team__closed_days").filter(pk=participant)


@prepared
def drafts_of(user: User, participant: UUID) -> SessionDraftQuerySet:
    """What they have begun to write down about that person."""
    return SessionDraft.objects.visible_to(user).filter(participant=participant)


@prepared
def saved_before(user: User, participant: UUID, form_token: UUID) -> SessionQuerySet:
    """What was saved from that page."""
    return Session.objects.visible_to(user).filter(participant=participant, form_token=form_token)


@prepared
def owed_to(user: User, participant: UUID) -> FollowUpQuerySet:
    """What stands, the earliest first."""
    standing = FollowUp.objects.visible_to(user).standing().filter(participant=participant)
    return standing.order_by("due_on", "pk")


@prepared
def running_plans(user: User, participant: UUID) -> CheckInPlanQuerySet:
    """The rhythm agreed on, if there is one."""
    return CheckInPlan.objects.visible_to(user).running().filter(participant=participant)
