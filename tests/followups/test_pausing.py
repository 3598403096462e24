"""A rest that ends by itself."""

from datetime import timedelta
from itertools import pairwise

import pytest

from accounts.ids import new_id
from caseload.models import Participant
from followups.actions import contact, pausing, plans
from followups.models import CheckInPlan, FollowUp, Outcome, Purpose, State
from followups.models.gaps import without_next_step
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
UNTIL = DAY + 16 * ONE_DAY  # a Friday


@pytest.fixture
def weekly(participant, specialist) -> CheckInPlan:
    plan = CheckInPlan(kind="weekly", starts_on=DAY)
    return plans.agree(plan=plan, participant=participant, by=specialist, at=NOON)


def pause(participant, by, until=UNTIL, at=NOON) -> FollowUp:
    return pausing.pause(participant=participant, until=until, decided_by="participant", by=by, at=at)


def standing(participant) -> list[tuple[str, object]]:
    rows = FollowUp.objects.standing().filter(participant=participant)
    return list(rows.order_by("due_on").values_list("state", "due_on"))


def test_one_contact_rests_the_earlier_ones_are_set_aside_later_ones_stand(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    assert standing(participant) == [
        (State.PAUSED, UNTIL),
        (State.OPEN, DAY + 21 * ONE_DAY),
        (State.OPEN, DAY + 28 * ONE_DAY),
    ]
    aside = FollowUp.objects.filter(set_aside=True)
    assert aside.count() == 2
    assert {row.decided_by for row in aside} == {"participant"}


def test_nobody_is_reminded_meanwhile_and_it_ends_by_itself(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    assert not FollowUp.objects.overdue(NOON + 15 * ONE_DAY).exists()
    assert FollowUp.objects.due_today(NOON + 16 * ONE_DAY).count() == 1
    assert FollowUp.objects.overdue(NOON + 17 * ONE_DAY).count() == 1


def test_the_worker_lays_nothing_out_before_its_end(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    for day in range(1, 14):
        plans.lay_out_all(at=NOON + day * ONE_DAY)
    open_days = [on for state, on in standing(participant) if state == State.OPEN]
    assert min(open_days) >= UNTIL


def test_ended_early_the_plan_goes_on_with_neither_gap_nor_duplicate(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    plans.lay_out_all(at=NOON + 3 * ONE_DAY)
    pausing.resume(participant=participant, by=specialist, at=NOON + 3 * ONE_DAY)  # a Saturday

    days = [on for _state, on in standing(participant)]
    assert days[0] == DAY + 5 * ONE_DAY  # Monday
    assert len(days) == len(set(days))
    assert max(second - first for first, second in pairwise(days)) <= 7 * ONE_DAY


def test_a_promise_stays_owed(participant, specialist) -> None:
    promise = factories.FollowUpFactory(participant=participant, owner=specialist, purpose=Purpose.PROMISE)
    pause(participant, specialist)
    promise.refresh_from_db()
    assert promise.state == State.OPEN


def test_without_a_plan_somebody_still_comes_back(participant, specialist) -> None:
    back = pause(participant, specialist)
    assert (back.state, back.due_on, back.owner) == (State.PAUSED, UNTIL, specialist)
    assert not without_next_step(Participant.objects.all()).exists()


def test_an_outcome_that_pauses_lets_all_contact_rest_and_can_be_taken_back(participant, specialist, weekly) -> None:
    before = standing(participant)
    first = FollowUp.objects.order_by("due_on").first()
    attempt = contact.record_attempt(
        followup=first,
        outcome=Outcome.objects.get(pk="no_calls_for_now"),
        form_token=new_id(),
        by=specialist,
        at=NOON,
    )
    until = DAY + 28 * ONE_DAY  # 20 working days
    assert standing(participant) == [(State.PAUSED, until)]
    weekly.refresh_from_db()
    assert weekly.paused_until == until

    plans.lay_out_all(at=NOON + timedelta(hours=1))
    contact.undo(attempt=attempt, by=specialist, at=NOON + timedelta(hours=1))
    weekly.refresh_from_db()
    assert weekly.paused_until is None
    assert standing(participant) == before
