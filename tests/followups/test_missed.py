"""After a meeting that was missed the person is asked after once, and nothing of weight is lost."""

from datetime import timedelta

import pytest

from followups.actions import plans
from followups.actions.planning import ByPlan, NextContact, NoNextStep
from followups.models import FollowUp, Purpose, State
from tests import factories
from tests.followups.test_planning import log, unsaved

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
TOMORROW = DAY + ONE_DAY


def contact_on(days: int, purpose: str = "check_in", what: str = "") -> NextContact:
    on = DAY + timedelta(days=days)
    return NextContact(due_on=on, planned_on=on, purpose=purpose, what=what)


def missed(participant, specialist, what_next, settles=()):
    session = unsaved(participant, status="no_show", minutes=None)
    return log(participant, specialist, session, what_next=what_next, settles=[row.pk for row in settles])


def test_missed_twice_in_a_day_leads_to_one_contact(participant, specialist) -> None:
    first, second = (missed(participant, specialist, contact_on(1)) for _twice in range(2))
    assert FollowUp.objects.get().purpose == Purpose.AFTER_MISSED
    assert first.next_step.followup == second.next_step.followup


def test_a_contact_about_something_of_its_own_is_not_swallowed(participant, specialist) -> None:
    missed(participant, specialist, contact_on(1))
    missed(participant, specialist, contact_on(1, what="bring the form"))
    assert set(FollowUp.objects.values_list("what", flat=True)) == {"", "bring the form"}


def test_one_moved_far_ahead_does_not_stand_for_tomorrow(participant, specialist) -> None:
    factories.FollowUpFactory(participant=participant, purpose="after_missed", due_on=DAY + 20 * ONE_DAY)
    missed(participant, specialist, contact_on(14))
    assert FollowUp.objects.filter(purpose="after_missed", due_on=TOMORROW).count() == 1


@pytest.mark.parametrize("purpose", ["after_setback", "after_discharge"])
def test_what_was_chosen_for_a_weighty_reason_keeps_it(participant, specialist, purpose: str) -> None:
    session = missed(participant, specialist, contact_on(1, purpose))
    assert FollowUp.objects.get().purpose == purpose
    assert session.next_step.followup.purpose == purpose


@pytest.mark.parametrize(("starts", "contacts"), [(1, 0), (2, 1)])
def test_a_check_in_of_the_plan_on_that_day_is_the_contact(participant, specialist, starts, contacts) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=DAY + starts * ONE_DAY)
    plans.lay_out(plan=plan, at=NOON)
    session = missed(participant, specialist, ByPlan())
    assert session.next_step.followup.due_on == DAY + starts * ONE_DAY
    assert FollowUp.objects.filter(purpose=Purpose.AFTER_MISSED).count() == contacts


@pytest.mark.parametrize("purpose", ["after_setback", "after_discharge"])
@pytest.mark.parametrize(
    "what_next", [contact_on(1), contact_on(14), NoNextStep("not there", "specialist")], ids=["soon", "later", "none"]
)
def test_contact_after_a_setback_is_tried_again_and_keeps_its_weight(
    participant, specialist, purpose: str, what_next
) -> None:
    heavy = factories.FollowUpFactory(participant=participant, purpose=purpose, latest_on=DAY + 3 * ONE_DAY)
    missed(participant, specialist, what_next, settles=[heavy])
    heavy.refresh_from_db()
    assert (heavy.state, heavy.attempts, heavy.due_on) == (State.OPEN, 1, TOMORROW)
    assert (heavy.latest_on, heavy.moved_by) == (DAY + 3 * ONE_DAY, None)  # nobody chose it
    # It asks after them by itself.
    assert not FollowUp.objects.filter(purpose=Purpose.AFTER_MISSED).exists()


def test_the_contact_that_lies_further_ahead_keeps_its_day(participant, specialist) -> None:
    heavy = factories.FollowUpFactory(participant=participant, purpose="after_setback", due_on=DAY + 2 * ONE_DAY)
    missed(participant, specialist, contact_on(14), settles=[heavy])
    heavy.refresh_from_db()
    assert (heavy.state, heavy.attempts, heavy.due_on) == (State.OPEN, 1, DAY + 2 * ONE_DAY)
    assert FollowUp.objects.get(purpose=Purpose.AFTER_MISSED).due_on == TOMORROW


@pytest.mark.parametrize("status", ["cancelled_by_them", "cancelled_by_us"])
def test_a_meeting_called_off_was_no_contact_after_a_setback(participant, specialist, status: str) -> None:
    heavy = factories.FollowUpFactory(participant=participant, purpose="after_setback")
    log(participant, specialist, unsaved(participant, status=status, minutes=None), settles=[heavy.pk])
    heavy.refresh_from_db()
    assert (heavy.state, heavy.attempts, heavy.due_on) == (State.OPEN, 0, DAY)


def test_having_met_settles_it(participant, specialist) -> None:
    heavy = factories.FollowUpFactory(participant=participant, purpose="after_discharge")
    log(participant, specialist, settles=[heavy.pk])
    heavy.refresh_from_db()
    assert heavy.state == State.DONE
