"""Silence is measured against what was agreed, and only while somebody is with us."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.models import Participant, ServiceEpisode
from followups.actions import pausing
from tests import factories
from tests.followups.test_signals import facts

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def long_ago(participant, time_machine) -> None:
    """With us for long, and out of touch for a hundred days."""
    time_machine.move_to(NOON)
    last = {"created_at": NOON - 900 * ONE_DAY, "last_contact_at": NOON - 100 * ONE_DAY}
    Participant.objects.filter(pk=participant.pk).update(**last)
    ServiceEpisode.objects.update(started_on=DAY - 800 * ONE_DAY)


def in_touch(participant, days: int) -> None:
    Participant.objects.filter(pk=participant.pk).update(last_contact_at=NOON - days * ONE_DAY)


@pytest.mark.parametrize("has_plan", [True, False])
def test_nobody_is_quiet_while_contact_rests_by_their_wish(specialist, participant, has_plan: bool) -> None:
    if has_plan:
        factories.CheckInPlanFactory(participant=participant)
    assert facts(specialist).is_quiet
    until = DAY + 20 * ONE_DAY
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=NOON)
    assert facts(specialist) is None
    # From its end on it is counted anew.
    limit = 14 if has_plan else 30
    assert facts(specialist, NOON + (20 + limit) * ONE_DAY - timedelta(hours=11)) is None
    assert facts(specialist, NOON + (21 + limit) * ONE_DAY).is_quiet


@pytest.mark.parametrize(
    ("began", "quiet", "is_quiet"),
    [(77, 14, False), (77, 15, True), (78, 15, False), (78, 28, False), (78, 29, True), (357, 29, True),
     (358, 29, False), (358, 62, False), (358, 63, True)],
)  # fmt: skip
def test_a_rhythm_that_steps_down_is_measured_by_where_it_is_now(
    specialist, participant, began: int, quiet: int, is_quiet: bool
) -> None:
    factories.CheckInPlanFactory(participant=participant, kind="step_down", starts_on=DAY - began * ONE_DAY)
    in_touch(participant, quiet)
    assert bool(facts(specialist)) is is_quiet


def test_who_was_welcomed_back_today_is_not_on_the_list(specialist, participant) -> None:
    factories.GoalFactory(participant=participant, started_on=DAY - 200 * ONE_DAY)
    for number in range(4):
        factories.ContactAttemptFactory(participant=participant, at=NOON - (90 + number) * ONE_DAY)
    found = facts(specialist)
    assert (found.is_quiet, found.tries, found.is_still) == (True, 4, True)
    ServiceEpisode.objects.update(ended_on=DAY - 30 * ONE_DAY, ending_reason="moved", ended_by=specialist)
    ServiceEpisode.objects.create(participant=participant, started_on=DAY)
    assert facts(specialist) is None
    found = facts(specialist, NOON + 91 * ONE_DAY)
    assert (found.is_quiet, found.tries, found.is_still) == (True, 0, True)


@pytest.mark.parametrize("has_plan", [True, False])
def test_only_where_a_rhythm_was_agreed_it_says_so(sign_in, specialist, participant, has_plan: bool) -> None:
    if has_plan:
        factories.CheckInPlanFactory(participant=participant)
    page = sign_in(specialist).get(reverse("signals")).content.decode()
    assert ("longer than was agreed" in page) is has_plan
    assert ("longer than the team waits" in page) is not has_plan
