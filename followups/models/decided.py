"""What was decided: who left the list, why, and whether they came back."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from caseload.models import Participant
from followups.models.followups import FollowUp, FollowUpQuerySet, State
from followups.models.gaps import without_next_step
from followups.models.next_steps import NextStep


def decisions_for(user: Any) -> FollowUpQuerySet:
    """Follow-ups decided not to be needed, of people with us this person keeps or supervises; newest first.

    Not those set aside with a rhythm, and not those taken up again.
    """
    followups = FollowUp.objects.visible_to(user).filter(
        state=State.NOT_NEEDED, set_aside=False, came_back_as=None, participant__is_active=True
    )
    return followups.select_related("participant", "team", "closed_by").order_by("-closed_at", "-pk")


def after(decisions: FollowUpQuerySet, last: FollowUp | None) -> FollowUpQuerySet:
    """Those that follow one in the list; all after None."""
    if last is None:
        return decisions
    return decisions.filter(Q(closed_at__lt=last.closed_at) | Q(closed_at=last.closed_at, pk__lt=last.pk))


def people_without(user: Any) -> Any:
    """People with us who have nothing standing, since it was decided so; by name.

    Adds `session_reason`, `session_decided_by`, `session_at` and `session_by`: why their last session ended in no
    next step, who decided, and whose session that was. Empty where it was a follow-up that was decided.
    """
    people = Participant.objects.visible_to(user)
    standing = FollowUp.objects.standing().filter(participant=OuterRef("pk"))
    forgotten = without_next_step(people).values("pk")
    last = NextStep.objects.filter(session__participant=OuterRef("pk")).order_by("-session__logged_at", "-pk")
    return (
        people.active()
        .filter(~Exists(standing))
        .exclude(pk__in=forgotten)
        .annotate(
            session_reason=Subquery(last.values("reason")[:1]),
            session_decided_by=Subquery(last.values("decided_by")[:1]),
            session_at=Subquery(last.values("session__started_at")[:1]),
            session_by=Subquery(last.values("session__specialist__name")[:1]),
        )
        .select_related("team")
        .order_by("name_used", "pk")
    )
