from datetime import timedelta

import pytest

from caseload.models import Participant
from followups.actions import planning, plans
from followups.models import NextStep
from followups.models.gaps import without_next_step
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


def left() -> list[Participant]:
    return list(without_next_step(Participant.objects.all()))


def test_somebody_with_nothing_planned_is_found(participant) -> None:
    assert left() == [participant]


@pytest.mark.parametrize("state", ["open", "waiting", "paused"])
def test_what_is_still_owed_is_no_gap(participant, state: str) -> None:
    factories.FollowUpFactory(participant=participant, state=state)
    assert left() == []


def test_a_follow_up_done_without_another_leaves_a_gap(participant) -> None:
    factories.FollowUpFactory(participant=participant, state="done", closed_at=NOON)
    assert left() == [participant]


def test_a_decision_is_no_gap(participant, specialist) -> None:
    row = factories.FollowUpFactory(participant=participant)
    planning.not_needed(followup=row, reason="They call us.", decided_by="participant", by=specialist, at=NOON)
    assert left() == []


def test_nor_is_one_made_when_the_last_session_was_logged(participant) -> None:
    factories.FollowUpFactory(participant=participant, state="done", closed_at=NOON)
    factories.SessionFactory(participant=participant, logged_at=NOON)
    assert left() == []


def test_a_session_logged_late_counts_from_its_logging(participant) -> None:
    newer = factories.SessionFactory(participant=participant, next_step=False, started_at=NOON - timedelta(hours=3))
    done = factories.FollowUpFactory(participant=participant, state="done", closed_at=NOON)
    NextStep.objects.create(session=newer, followup=done)
    factories.SessionFactory(participant=participant, started_at=NOON - timedelta(days=2), logged_at=NOON)
    assert left() == []


def test_ending_a_plan_is_not_a_decision_that_nothing_is_needed(participant, specialist) -> None:
    plan = factories.CheckInPlanFactory(participant=participant)
    plans.lay_out(plan=plan, at=NOON)
    plans.end(plan=plan, by=specialist, at=NOON)
    assert left() == [participant]


def test_nor_does_an_old_decision_cover_a_plan_ended_since(participant, specialist) -> None:
    factories.SessionFactory(participant=participant)
    plan = factories.CheckInPlanFactory(participant=participant)
    plans.lay_out(plan=plan, at=NOON)
    assert left() == []
    plans.end(plan=plan, by=specialist, at=NOON)
    assert left() == [participant]


def test_somebody_whose_services_ended_is_left_in_peace(participant) -> None:
    factories.end_services(participant)
    assert left() == []
