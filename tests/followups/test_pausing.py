"""A rest that ends by itself."""

from datetime import timedelta
from itertools import pairwise
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.ids import new_id
from caseload.models import Participant
from followups.actions import closer, contact, milestones, pausing, plans
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


def resume(participant, by, at=NOON) -> bool:
    return pausing.resume(participant=participant, decided_by="participant", by=by, at=at)


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
    resume(participant, specialist, at=NOON + 3 * ONE_DAY)  # a Saturday

    days = [on for _state, on in standing(participant)]
    assert days[0] == DAY + 5 * ONE_DAY  # Monday
    assert len(days) == len(set(days))
    assert max(second - first for first, second in pairwise(days)) <= 7 * ONE_DAY


def test_ended_before_its_own_day_a_contact_has_that_day_again(participant, specialist, weekly) -> None:
    weekly.followups.filter(due_on=DAY).update(state=State.DONE, closed_at=NOON)
    pause(participant, specialist, until=DAY + 8 * ONE_DAY)
    resume(participant, specialist, at=NOON + ONE_DAY)
    assert standing(participant)[:2] == [(State.OPEN, DAY + number * ONE_DAY) for number in (7, 14)]


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


def days(participant) -> list[object]:
    return [on for _state, on in standing(participant)]


def test_ended_early_a_closer_rhythm_goes_on(participant, specialist, weekly) -> None:
    given = {"occasion": "setback", "happened_on": DAY, "decided_by": "participant"}
    closer.begin(participant=participant, by=specialist, at=NOON, **given)
    before = days(participant)
    pause(participant, specialist)
    resume(participant, specialist, at=NOON + ONE_DAY)
    assert days(participant) == [on for on in before if on > DAY]
    assert not FollowUp.objects.filter(state=State.PAUSED).exists()


def test_ended_early_what_was_planned_by_hand_stands_again(participant, specialist) -> None:
    for number in (1, 5, 9):
        factories.FollowUpFactory(participant=participant, due_on=DAY + number * ONE_DAY)
    pause(participant, specialist)
    assert standing(participant) == [(State.PAUSED, UNTIL)]
    resume(participant, specialist, at=NOON + 2 * ONE_DAY)
    assert standing(participant) == [(State.OPEN, DAY + number * ONE_DAY) for number in (2, 5, 9)]
    assert all("The participant" in row.why_here for row in FollowUp.objects.all())


def test_ended_early_on_a_day_somebody_is_in_touch_anyway_it_is_one_contact(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    given = {"occasion": "setback", "happened_on": DAY - ONE_DAY, "decided_by": "participant", "only_soon": True}
    rhythm = closer.begin(participant=participant, by=specialist, at=NOON, **given)
    resume(participant, specialist)
    found = days(participant)
    assert found[:2] == [rhythm.until, DAY + 7 * ONE_DAY]
    assert len(found) == len(set(found))


def test_a_shorter_pause_leaves_one_rest_and_no_gap(participant, specialist, weekly) -> None:
    pause(participant, specialist, until=DAY + 106 * ONE_DAY)
    pause(participant, specialist, until=DAY + 14 * ONE_DAY)
    found = days(participant)
    assert standing(participant)[0] == (State.PAUSED, DAY + 14 * ONE_DAY)
    assert FollowUp.objects.filter(state=State.PAUSED).count() == 1
    assert max(second - first for first, second in pairwise(found)) <= 7 * ONE_DAY
    weekly.refresh_from_db()
    assert weekly.paused_until == DAY + 14 * ONE_DAY


def test_a_longer_pause_leaves_one_rest(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    pause(participant, specialist, until=DAY + 50 * ONE_DAY)
    assert standing(participant)[0] == (State.PAUSED, DAY + 50 * ONE_DAY)
    assert FollowUp.objects.filter(state=State.PAUSED).count() == 1


def test_a_pause_taken_back_lets_the_earlier_one_hold_again(participant, specialist, weekly) -> None:
    first = pause(participant, specialist, until=DAY + 106 * ONE_DAY)
    before = standing(participant)
    given = {"outcome": Outcome.objects.get(pk="no_calls_for_now"), "form_token": new_id(), "by": specialist}
    attempt = contact.record_attempt(followup=first, at=NOON, **given)
    assert standing(participant)[0] == (State.PAUSED, DAY + 28 * ONE_DAY)
    contact.undo(attempt=attempt, by=specialist, at=NOON)
    assert standing(participant) == before


@pytest.mark.parametrize("purpose", [Purpose.CELEBRATION, Purpose.REFERRAL, Purpose.GOAL_STEP])
def test_whatever_would_have_us_call_rests_and_goes_back_to_its_own_day(participant, specialist, purpose) -> None:
    review = factories.FollowUpFactory(participant=participant, purpose=Purpose.REVIEW)
    row = factories.FollowUpFactory(participant=participant, purpose=purpose, due_on=DAY + 6 * ONE_DAY)
    pause(participant, specialist)
    row.refresh_from_db()
    assert (row.state, row.due_on) == (State.PAUSED, UNTIL)
    review.refresh_from_db()
    assert review.state == State.OPEN
    resume(participant, specialist)
    row.refresh_from_db()
    assert (row.state, row.due_on) == (State.OPEN, DAY + 6 * ONE_DAY)


def test_a_celebration_that_comes_up_in_a_pause_rests_too(participant, specialist) -> None:
    factories.MilestoneFactory(participant=participant, on=DAY - 355 * ONE_DAY, yearly=True)
    pause(participant, specialist)
    milestones.lay_out_all(at=NOON)
    row = FollowUp.objects.get(purpose=Purpose.CELEBRATION)
    assert (row.state, row.due_on) == (State.PAUSED, UNTIL)


def test_a_pause_that_is_over_is_not_ended_again(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    late = NOON + 18 * ONE_DAY
    FollowUp.objects.filter(state=State.PAUSED).update(flagged_rung=1, flagged_at=late)
    before = standing(participant)
    assert not resume(participant, specialist, at=late)
    assert standing(participant) == before
    assert FollowUp.objects.filter(flagged_rung=1).count() == 1


@pytest.mark.parametrize(("rule", "back"), [("previous", 19), ("next", 19), ("keep", 17)])
def test_nobody_calls_before_the_day_they_named(participant, specialist, team, weekly, rule: str, back: int) -> None:
    type(team).objects.filter(pk=team.pk).update(closed_day_rule=rule)
    pause(participant, specialist, until=DAY + 17 * ONE_DAY)  # a Saturday
    plans.lay_out_all(at=NOON + ONE_DAY)
    assert standing(participant)[0] == (State.PAUSED, DAY + back * ONE_DAY)
    assert min(days(participant)) >= DAY + 17 * ONE_DAY


def test_a_plan_changed_in_a_pause_rests_until_its_end(participant, specialist, weekly) -> None:
    pause(participant, specialist)
    plan = CheckInPlan(kind="every_n_days", every=3, starts_on=DAY + ONE_DAY, agreed_by="participant")
    plans.agree(plan=plan, participant=participant, by=specialist, at=NOON + ONE_DAY)
    assert min(days(participant)) == UNTIL
    assert len(days(participant)) == len(set(days(participant)))
    resume(participant, specialist, at=NOON + 2 * ONE_DAY)
    assert days(participant)[0] <= DAY + 4 * ONE_DAY


@pytest.mark.django_db(transaction=True)
def test_a_rest_waits_for_the_worker_that_is_laying_out(participant, specialist, weekly) -> None:
    CheckInPlan.objects.update(planned_until=DAY)
    FollowUp.objects.filter(due_on__gt=DAY).delete()

    def in_another_connection() -> None:
        pause(participant, specialist)
        connection.close()

    deed = Thread(target=in_another_connection)
    with transaction.atomic():
        plans.lay_out_one(weekly.pk, NOON)
        deed.start()
        deed.join(timeout=1)
        assert deed.is_alive(), "it does not wait"
    deed.join(timeout=20)
    assert not FollowUp.objects.filter(state=State.OPEN, due_on__lte=UNTIL).exists()


def test_a_contact_that_only_the_rest_had_made_goes_with_it(participant, specialist) -> None:
    factories.FollowUpFactory(participant=participant, due_on=DAY + 40 * ONE_DAY)
    pause(participant, specialist, until=DAY + 5 * ONE_DAY)
    assert len(standing(participant)) == 2
    resume(participant, specialist, at=NOON + ONE_DAY)
    assert standing(participant) == [(State.OPEN, DAY + 40 * ONE_DAY)]


def test_where_nothing_else_stands_it_stays(participant, specialist) -> None:
    pause(participant, specialist, until=DAY + 5 * ONE_DAY)
    resume(participant, specialist, at=NOON + ONE_DAY)
    assert standing(participant) == [(State.OPEN, DAY + ONE_DAY)]
