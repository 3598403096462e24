from datetime import timedelta

import pytest

from caseload.models import Participant
from followups.actions import goals, milestones, planning, plans, referrals
from followups.models import FollowUp, NextStep
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
    plans.end(plan=plan, decided_by="together", by=specialist, at=NOON)
    assert left() == [participant]


def test_nor_does_an_old_decision_cover_a_plan_ended_since(participant, specialist) -> None:
    factories.SessionFactory(participant=participant)
    plan = factories.CheckInPlanFactory(participant=participant)
    plans.lay_out(plan=plan, at=NOON)
    assert left() == []
    plans.end(plan=plan, decided_by="together", by=specialist, at=NOON)
    assert left() == [participant]


def test_somebody_whose_services_ended_is_left_in_peace(participant) -> None:
    factories.end_services(participant)
    assert left() == []


def asked_after(participant, **about) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, **about)


def tick(specialist, step) -> None:
    goals.tick(step=step, done_by="them", on=DAY, by=specialist, at=NOON)


def drop(specialist, step) -> None:
    goals.drop_step(step=step, on=DAY, by=specialist, at=NOON)


def close(specialist, step) -> None:
    goals.close(goal=step.goal, state="reached", words="", on=DAY, by=specialist, at=NOON)


@pytest.mark.parametrize("deed", [tick, drop, close])
def test_settling_the_only_step_leaves_a_check_in(participant, specialist, deed) -> None:
    step = factories.GoalStepFactory(goal__participant=participant)
    asked_after(participant, step=step, purpose="goal_step")
    for _twice in range(2):
        deed(specialist, step)
    following = FollowUp.objects.standing().get()
    assert (following.purpose, following.due_on) == ("check_in", DAY + timedelta(days=7))


@pytest.mark.parametrize("state", ["got_there", "did_not", "not_now"])
def test_answering_the_only_referral_leaves_a_check_in(participant, specialist, state: str) -> None:
    row = factories.ReferralFactory(participant=participant, state="accepted")
    asked_after(participant, referral=row, purpose="referral")
    given = {"why_not": "No bus", "ask_on": None, "is_barrier": False}
    referrals.answer(referral=row, state=state, **given, by=specialist, at=NOON)
    assert FollowUp.objects.standing().get().purpose == "check_in"


def test_forgetting_the_only_day_leaves_a_check_in(participant, specialist) -> None:
    row = factories.MilestoneFactory(participant=participant)
    asked_after(participant, milestone=row, purpose="celebration")
    milestones.forget(milestone=row, by=specialist, at=NOON)
    assert FollowUp.objects.standing().get().purpose == "check_in"


def test_where_something_else_stands_nothing_is_added(participant, specialist) -> None:
    other = factories.FollowUpFactory(participant=participant)
    step = factories.GoalStepFactory(goal__participant=participant)
    asked_after(participant, step=step, purpose="goal_step")
    tick(specialist, step)
    assert FollowUp.objects.standing().get() == other


def test_nor_for_somebody_who_is_no_longer_with_us(participant, specialist) -> None:
    step = factories.GoalStepFactory(goal__participant=participant)
    asked_after(participant, step=step, purpose="goal_step")
    factories.end_services(participant)
    tick(specialist, step)
    assert not FollowUp.objects.standing().exists()


def test_a_step_nobody_asks_after_changes_no_decision(participant, specialist) -> None:
    factories.SessionFactory(participant=participant)
    tick(specialist, factories.GoalStepFactory(goal__participant=participant))
    assert not FollowUp.objects.exists()
