"""Whether what was closed may stand again: what it is about is open, on the same record, and asked after by nothing."""

from django.db.models import Exists, F, OuterRef, Q

from caseload.models import GoalStep
from caseload.models.strands import SETTLED
from followups.models.followups import FollowUp, FollowUpQuerySet, State


def may_stand_again(rows: FollowUpQuerySet) -> FollowUpQuerySet:
    """Those of the rows that would break no rule, and could be settled, if they were open.

    Not about a step that is over, a referral that is answered, or a day that is no longer to be remembered; nor about
    one of another record, as after two were put together; nor where something else asks after it.
    """
    steps = Q(step=None) | Q(step__goal__participant=F("participant")) & ~Q(step__in=GoalStep.objects.over())
    referrals = Q(referral=None) | Q(referral__participant=F("participant")) & ~Q(referral__state__in=SETTLED)
    days = Q(milestone=None) | Q(milestone__participant=F("participant"), milestone__ended_on=None)
    others = FollowUp.objects.exclude(pk=OuterRef("pk"))
    standing, that_day = others.standing(), others.exclude(state=State.ENDED).filter(came_from=None)
    asked = Exists(standing.filter(step=OuterRef("step"))) | Exists(standing.filter(referral=OuterRef("referral")))
    asked |= Exists(that_day.filter(milestone=OuterRef("milestone"), planned_on=OuterRef("planned_on")))
    return rows.filter(steps, referrals, days).exclude(asked)
