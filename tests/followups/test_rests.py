"""Whatever is agreed, paused and taken back, and however days go by: no gap, and no day twice."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.ids import new_id
from caseload.models import GoalStep, Participant
from followups.actions import closer, contact, goals, pausing, plans
from followups.calendar import local_date
from followups.models import CheckInPlan, CloserRhythm, FollowUp, State
from followups.models.attempts import Effect, Outcome
from followups.models.followups import CONTACT
from followups.models.gaps import back_on
from tests import factories

EVERY = {"weekly": 7, "every_two_weeks": 14}
# The team works Monday to Friday.
CLOSED = 2
# A part of what the profile says: each is a story of its own on the database.
EXAMPLES = settings.default.max_examples // 4
DEEDS = st.one_of(
    st.tuples(st.just("agree"), st.sampled_from(sorted(EVERY)), st.integers(0, 3)),
    st.tuples(st.just("pause"), st.integers(1, 60)),
    st.tuples(st.just("resume")),
    st.tuples(st.just("begin"), st.sampled_from(["setback", "hospital_stay"]), st.integers(0, 12), st.booleans()),
    st.tuples(st.just("relax")),
    st.tuples(st.just("away")),
    st.tuples(st.just("days"), st.integers(1, 20)),
    st.tuples(st.just("by_hand"), st.integers(1, 20)),
    st.tuples(st.just("ask"), st.integers(1, 20)),
    st.tuples(st.just("let_go"), st.booleans()),
)


class Story:
    """One person, and days that go by: what is due is done on its day, and the worker lays out."""

    def __init__(self, participant: Participant, by: object) -> None:
        self.participant, self.by, self.at = participant, by, factories.NOON

    @property
    def today(self) -> date:
        return local_date(self.at, self.participant.team.time_zone)

    @property
    def who(self) -> dict[str, object]:
        return {"decided_by": "participant", "by": self.by, "at": self.at}

    def agree(self, kind: str, later: int) -> None:
        plan = CheckInPlan(kind=kind, starts_on=self.today + timedelta(days=later), agreed_by="participant")
        plans.agree(plan=plan, participant=self.participant, by=self.by, at=self.at)

    def pause(self, length: int) -> None:
        pausing.pause(participant=self.participant, until=self.today + timedelta(days=length), **self.who)

    def resume(self) -> None:
        pausing.resume(participant=self.participant, **self.who)

    def begin(self, occasion: str, ago: int, only_soon: bool) -> None:
        on = self.today - timedelta(days=ago)
        more = {"only_soon": only_soon and occasion == "setback", **self.who}
        closer.begin(participant=self.participant, occasion=occasion, happened_on=on, **more)

    def relax(self) -> None:
        standing = CloserRhythm.objects.standing().filter(participant=self.participant).first()
        if standing is not None:
            closer.relax(closer=standing, **self.who)

    def away(self) -> None:
        """A tap on the first card of Today, which shows a week: they are away, and nobody calls for a while."""
        soon = self.contacts().exclude(state=State.PAUSED).filter(due_on__lte=self.today + timedelta(days=7))
        first = soon.order_by("due_on").first()
        if first is not None:
            away = Outcome.objects.filter(effect=Effect.PAUSES).order_by("position").first()
            contact.record_attempt(followup=first, outcome=away, form_token=new_id(), by=self.by, at=self.at)

    def by_hand(self, later: int) -> None:
        factories.FollowUpFactory(participant=self.participant, due_on=self.today + timedelta(days=later))

    def ask(self, later: int) -> None:
        goal = factories.GoalFactory(participant=self.participant)
        step = GoalStep(text="Call the landlord", due_on=self.today + timedelta(days=later))
        goals.add_step(goal=goal, step=step, asks=True, by=self.by, at=self.at)

    def let_go(self, whole_goal: bool) -> None:
        mine = GoalStep.objects.open().filter(goal__participant=self.participant, goal__state="open")
        step = mine.select_related("goal").order_by("pk").first()
        if step is None:
            return
        when = {"on": self.today, "by": self.by, "at": self.at}
        if whole_goal:
            goals.close(goal=step.goal, state="set_aside", words="", **when)
        else:
            goals.drop_step(step=step, **when)

    def days(self, number: int) -> None:
        for _day in range(number):
            self.at += timedelta(days=1)
            plans.lay_out_one(CheckInPlan.objects.running().get(participant=self.participant).pk, self.at)
            self.contacts().filter(due_on__lte=self.today).update(state=State.DONE, closed_at=self.at)

    def contacts(self) -> object:
        return FollowUp.objects.standing().filter(participant=self.participant, purpose__in=CONTACT)


def check(story: Story) -> None:
    """No day twice, and nobody waits longer than agreed, counted from today or from the end of a rest.

    And nobody asks after a step that was let go.
    """
    asking = FollowUp.objects.standing().filter(participant=story.participant, step__isnull=False)
    assert not [row for row in asking.select_related("step__goal") if row.step.is_over]
    rows = list(story.contacts().order_by("due_on").values_list("due_on", "plan", "closer"))
    ours = Counter(on for on, plan, rhythm in rows if plan or rhythm)
    assert not ours or max(ours.values()) == 1, ours

    plan = CheckInPlan.objects.running().get(participant=story.participant)
    back = back_on(story.participant, story.today)
    begins = back or story.today
    standing = CloserRhythm.objects.standing().filter(participant=story.participant, occasion="setback").first()
    every = timedelta(days=max(7, EVERY[plan.kind]) + CLOSED)
    found = [begins, *sorted({on for on, _plan, _closer in rows if on >= begins})]
    horizon = story.today + plans.AHEAD if standing is None else max(standing.until, story.today + plans.AHEAD)
    for first, second in pairwise(found):
        assert second - first <= every or first > horizon, (first, second)
    assert horizon - found[-1] <= every, (found, horizon)


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEEDS, min_size=2, max_size=9))
@example([("days", 1), ("pause", 6), ("resume",)])
@example([("begin", "setback", 1, False), ("pause", 1), ("begin", "setback", 3, True)])
@example([("begin", "setback", 1, False), ("days", 1), ("pause", 6), ("begin", "hospital_stay", 0, False)])
@example([("days", 1), ("pause", 9), ("begin", "setback", 0, False), ("resume",), ("relax",)])
@example([("ask", 3), ("let_go", False), ("pause", 9), ("resume",)])
@example([("ask", 3), ("let_go", True), ("begin", "setback", 0, False), ("relax",)])
def test_never_two_contacts_on_a_day_and_never_a_gap(team, specialist, deeds: list[tuple]) -> None:
    with transaction.atomic():
        person = factories.ParticipantFactory(team=team)
        factories.AssignmentFactory(participant=person, specialist=specialist)
        story = Story(person, specialist)
        story.agree("weekly", 0)
        for name, *given_to in deeds:
            getattr(story, name)(*given_to)
            check(story)
        transaction.set_rollback(True)
