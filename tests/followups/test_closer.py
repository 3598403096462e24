"""A closer rhythm for a while, and the way back to the plan."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from followups.actions import closer, plans
from followups.models import CheckInPlan, CloserRhythm, FollowUp, Purpose, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
ONE_DAY = timedelta(days=1)


def begin(participant, by, occasion="setback", on=DAY, at=NOON) -> CloserRhythm:
    return closer.begin(
        participant=participant, occasion=occasion, happened_on=on, decided_by="participant", by=by, at=at
    )


def days(participant, **of) -> list[date]:
    standing = FollowUp.objects.standing().filter(participant=participant, **of)
    return list(standing.order_by("due_on").values_list("due_on", flat=True))


@pytest.fixture
def weekly(participant, specialist) -> CheckInPlan:
    plan = CheckInPlan(kind="weekly", starts_on=DAY + ONE_DAY)
    return plans.agree(plan=plan, participant=participant, by=specialist, at=NOON)


def test_within_three_days_then_weekly_for_four_weeks(participant, specialist) -> None:
    begin(participant, specialist)
    first = DAY + ONE_DAY
    assert days(participant, purpose=Purpose.AFTER_SETBACK) == [first + week * 7 * ONE_DAY for week in range(5)]
    assert FollowUp.objects.get(due_on=first).latest_on == DAY + 3 * ONE_DAY
    assert {row.owner for row in FollowUp.objects.all()} == {specialist}


def test_over_a_weekend_the_first_contact_stays_within_the_three_days(participant, specialist) -> None:
    friday = DAY + 2 * ONE_DAY
    begin(participant, specialist, on=friday, at=NOON + 2 * ONE_DAY)
    assert days(participant)[0] == friday + 3 * ONE_DAY  # Monday


def test_the_plan_rests_meanwhile_and_goes_on_by_itself(participant, specialist, weekly) -> None:
    closer_rhythm = begin(participant, specialist)
    assert days(participant, plan=weekly) == []

    later = NOON + 20 * ONE_DAY
    plans.lay_out_all(at=later)
    found = days(participant, plan=weekly)
    assert found
    assert min(found) > closer_rhythm.until
    assert min(found) - closer_rhythm.until <= 7 * ONE_DAY


def test_relaxing_early_brings_the_plans_dates_back_without_duplicate_or_gap(participant, specialist, weekly) -> None:
    before = days(participant)
    rhythm = begin(participant, specialist)
    plans.lay_out_all(at=NOON + ONE_DAY)
    closer.relax(closer=rhythm, by=specialist, at=NOON + ONE_DAY)

    found = days(participant)
    assert found[0] <= DAY + 8 * ONE_DAY
    assert len(found) == len(set(found))
    assert set(before[1:]) <= set(found)
    gaps = [second - first for first, second in pairwise(found)]
    assert max(gaps) <= 7 * ONE_DAY


def test_what_somebody_has_tried_on_stays(participant, specialist, weekly) -> None:
    FollowUp.objects.filter(due_on=DAY + ONE_DAY).update(attempts=1)
    begin(participant, specialist)
    assert days(participant, plan=weekly) == [DAY + ONE_DAY]


@pytest.mark.parametrize(
    ("occasion", "on", "week", "month"),
    [  # research/domain.md 2.1: FUH and FUA with an event on 26 February 2026
        ("hospital_stay", "2026-02-26", "2026-03-05", "2026-03-28"),
        ("emergency_visit", "2026-02-26", "2026-03-05", "2026-03-28"),
        ("hospital_stay", "2026-03-01", "2026-03-08", "2026-03-31"),
    ],
)
def test_after_a_discharge_once_in_seven_days_and_once_in_thirty(
    participant, specialist, weekly, occasion, on, week, month
) -> None:
    happened = date.fromisoformat(on)
    at = NOON.replace(year=happened.year, month=happened.month, day=happened.day)
    begin(participant, specialist, occasion=occasion, on=happened, at=at)

    first, second = FollowUp.objects.filter(purpose=Purpose.AFTER_DISCHARGE).order_by("due_on")
    assert (str(first.latest_on), str(second.latest_on)) == (week, month)
    assert happened <= first.due_on <= first.latest_on
    assert first.due_on < second.due_on <= second.latest_on
    assert days(participant, plan=weekly), "two contacts come on top of the plan"


def test_the_day_of_an_emergency_visit_counts_that_of_a_discharge_does_not(participant, specialist) -> None:
    begin(participant, specialist, occasion="emergency_visit")
    assert days(participant)[0] == DAY
    begin(participant, specialist, occasion="hospital_stay")
    assert days(participant)[0] == DAY + ONE_DAY


def test_a_second_press_and_a_second_occasion(participant, specialist) -> None:
    first = begin(participant, specialist)
    assert begin(participant, specialist) == first
    second = begin(participant, specialist, on=DAY - ONE_DAY)
    assert CloserRhythm.objects.standing().get() == second
    assert len(days(participant)) == 5
    closer.relax(closer=first, by=specialist, at=NOON)
    assert CloserRhythm.objects.standing().get() == second


def test_not_for_somebody_whose_services_ended(participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(closer.planning.ServicesEnded):
        begin(participant, specialist)
    assert not FollowUp.objects.filter(state=State.OPEN).exists()
