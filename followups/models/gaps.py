"""Who is left without a next step (there should be nobody), and when the others hear from us next."""

from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from caseload.models import Participant, Session
from caseload.models.participants import ParticipantQuerySet
from followups.models.followups import STANDING, FollowUp, LocalDay, Purpose, State
from followups.models.next_steps import NextStep
from followups.models.plans import CheckInPlan


def without_next_step(participants: ParticipantQuerySet) -> ParticipantQuerySet:
    """Of those: active, nothing standing, and what happened last was not a decision that nothing is needed.

    A session logged late counts from when it was logged. What was set aside with a plan is
    no such decision: somebody still has to say what comes instead.
    """
    standing = FollowUp.objects.filter(participant=OuterRef("pk"), state__in=STANDING)
    sessions = Session.objects.filter(participant=OuterRef("pk")).order_by("-logged_at", "-pk")
    closed = FollowUp.objects.filter(participant=OuterRef("pk"), closed_at__isnull=False).order_by("-closed_at")
    set_aside = When(set_aside=True, then=Value(""))
    last_closed = closed.annotate(ended_as=Case(set_aside, default=F("state")))
    decided = NextStep.objects.filter(session=OuterRef("last_session"), followup=None).filter(
        session__logged_at__gte=Coalesce(OuterRef("last_closed_at"), F("session__logged_at"))
    )
    # In this order, so that the history of the many who have something standing is not looked at.
    is_left = Case(
        When(Exists(standing), then=Value(False)),
        When(last_closed=State.NOT_NEEDED, then=Value(False)),
        When(Exists(decided), then=Value(False)),
        default=Value(True),
    )
    people = participants.active().alias(
        last_session=Subquery(sessions.values("pk")[:1]),
        last_closed=Subquery(last_closed.values("ended_as")[:1]),
        last_closed_at=Subquery(closed.values("closed_at")[:1]),
    )
    return people.alias(is_left=is_left).filter(is_left=True)


def with_next_date(participants: ParticipantQuerySet) -> ParticipantQuerySet:
    """Adds `next_on`: the local day of the earliest standing follow-up; None where there is none."""
    standing = FollowUp.objects.filter(participant=OuterRef("pk"), state__in=STANDING)
    return participants.annotate(next_on=Subquery(standing.order_by("due_on").values("due_on")[:1]))


def with_rhythm(participants: ParticipantQuerySet) -> ParticipantQuerySet:
    """Adds `rhythm_kind`: how often the running check-in plan has us in touch; None without one."""
    running = CheckInPlan.objects.running().filter(participant=OuterRef("pk"))
    return participants.annotate(rhythm_kind=Subquery(running.values("kind")[:1]))


def review_of(participant: Participant) -> FollowUp | None:
    """What is to be looked at together because they asked for no contact, if it has not been yet."""
    reviews = FollowUp.objects.standing().filter(participant=participant, purpose=Purpose.REVIEW)
    return reviews.order_by("created_at", "pk").first()


def back_on(participant: Participant, today: date) -> date | None:
    """The local day on which a pause that still holds ends by itself; None where there is none."""
    plans, resting = rests_of(participant, today)
    return plans.first() or resting.first()


def with_back_on(participants: ParticipantQuerySet, at: datetime) -> ParticipantQuerySet:
    """Adds `back_on`: what back_on() says of each."""
    plans, resting = rests_of(OuterRef("pk"), LocalDay(at))
    return participants.annotate(back_on=Coalesce(Subquery(plans[:1]), Subquery(resting[:1])))


def rests_of(participant: Any, today: Any) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """The days until which a plan and a follow-up rest, the latest first; the plan's say is the first."""
    ahead = CheckInPlan.objects.running().filter(participant=participant, paused_until__gt=today)
    resting = FollowUp.objects.filter(participant=participant, state=State.PAUSED, due_on__gt=today)
    return ahead.values_list("paused_until", flat=True), resting.order_by("-due_on").values_list("due_on", flat=True)
