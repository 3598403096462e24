"""What was decided: who left the list, why, and whether they came back."""

from typing import Any

from django.db.models import Q

from caseload.models import Participant
from followups.models.followups import FollowUp, FollowUpQuerySet, State


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
    """People with us who have nothing standing, since it was decided so; by name."""
    standing = FollowUp.objects.standing().values("participant")
    return Participant.objects.visible_to(user).active().exclude(pk__in=standing).order_by("name_used", "pk")
