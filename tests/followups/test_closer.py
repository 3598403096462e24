"""A closer rhythm for a while, and the way back to the plan."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from accounts.ids import new_id
from followups.actions import closer, contact, pausing, planning, plans
from followups.actions.setbacks import soon_day
from followups.models import CheckInPlan, CloserRhythm, FollowUp, Purpose, State
from followups.models.attempts import Effect, Outcome
from followups.models.gaps import back_on
from tests import factories

NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
ONE_DAY = timedelta(days=1)


def begin(participant, by, occasion="setback", on=DAY, at=NOON, **more) -> CloserRhythm:
    given = {"occasion": occasion, "happened_on": on, "decided_by": "participant", **more}
    return closer.begin(participant=participant, by=by, at=at, **given)


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
    assert all(on > closer_rhythm.until for on in days(participant, plan=weekly))

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
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=NOON + ONE_DAY)

    found = days(participant)
    assert found[0] <= DAY + 8 * ONE_DAY
    assert len(found) == len(set(found))
    assert set(before[1:]) <= set(found)
    gaps = [second - first for first, second in pairwise(found)]
    assert max(gaps) <= 7 * ONE_DAY


def test_what_somebody_has_tried_on_stays_unless_the_day_has_another_contact(participant, specialist, weekly) -> None:
    FollowUp.objects.filter(due_on=DAY + ONE_DAY).update(attempts=1, due_on=DAY + 2 * ONE_DAY)
    rhythm = begin(participant, specialist)
    assert days(participant, plan=weekly)[0] == DAY + 2 * ONE_DAY
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=NOON)
    FollowUp.objects.filter(due_on=DAY + 2 * ONE_DAY).update(attempts=1, due_on=DAY + ONE_DAY)
    begin(participant, specialist)
    assert days(participant)[:2] == [DAY + ONE_DAY, DAY + 8 * ONE_DAY]


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
    closer.relax(closer=first, decided_by="participant", by=specialist, at=NOON)
    assert CloserRhythm.objects.standing().get() == second


def test_not_for_somebody_whose_services_ended(participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(closer.planning.ServicesEnded):
        begin(participant, specialist)
    assert not FollowUp.objects.filter(state=State.OPEN).exists()


def gaps(participant) -> list[timedelta]:
    return [second - first for first, second in pairwise(days(participant))]


def test_another_closer_rhythm_takes_the_plan_up_again_where_it_stands_on_top(participant, specialist, weekly) -> None:
    begin(participant, specialist)
    begin(participant, specialist, occasion="hospital_stay", on=DAY + 2 * ONE_DAY, at=NOON + 2 * ONE_DAY)
    found = days(participant)
    assert len(found) == len(set(found))
    assert found[0] <= DAY + 9 * ONE_DAY
    assert max(gaps(participant)) <= 7 * ONE_DAY
    assert max(found) >= DAY + 29 * ONE_DAY
    again = FollowUp.objects.standing().filter(plan=weekly).order_by("due_on").first()
    assert "closer rhythm" in again.why_here


def test_a_second_setback_that_ends_sooner_leaves_no_gap_after_it(participant, specialist, weekly) -> None:
    later = NOON + 14 * ONE_DAY
    begin(participant, specialist, on=DAY + 14 * ONE_DAY, at=later)
    second = begin(participant, specialist, on=DAY + 13 * ONE_DAY, at=later)
    plans.lay_out_all(at=later + 14 * ONE_DAY)
    assert min(days(participant, plan=weekly)) - second.until <= 7 * ONE_DAY
    assert CloserRhythm.objects.standing().get() == second


def test_the_same_begun_when_the_first_is_over_begins_anew(participant, specialist) -> None:
    first = begin(participant, specialist)
    later = NOON + 40 * ONE_DAY
    second = begin(participant, specialist, at=later)
    assert second != first
    assert min(days(participant, closer=second)) >= DAY + 40 * ONE_DAY


def test_once_soon_and_then_the_plan_goes_on(participant, specialist, weekly) -> None:
    one = begin(participant, specialist, only_soon=True)
    assert days(participant, closer=one) == [DAY + ONE_DAY]
    assert days(participant, plan=weekly)[0] == DAY + 8 * ONE_DAY
    assert max(gaps(participant)) <= 7 * ONE_DAY
    assert begin(participant, specialist, only_soon=True) == one
    assert begin(participant, specialist) != one


def test_whose_wish_it_was_is_kept_at_both_ends(participant, specialist) -> None:
    rhythm = begin(participant, specialist)
    closer.relax(closer=rhythm, decided_by="supervisor", by=specialist, at=NOON)
    rhythm.refresh_from_db()
    assert (rhythm.agreed_by, rhythm.ended_wish) == ("participant", "supervisor")


def test_a_check_in_planned_by_hand_makes_room_and_comes_back(participant, specialist) -> None:
    by_hand = factories.FollowUpFactory(participant=participant, due_on=DAY + 8 * ONE_DAY)
    other = factories.FollowUpFactory(participant=participant, due_on=DAY + 6 * ONE_DAY)
    rhythm = begin(participant, specialist)
    found = days(participant)
    assert len(found) == len(set(found))
    assert other.due_on in found
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=NOON)
    assert days(participant) == [other.due_on, by_hand.due_on]


def test_a_discharge_learned_of_late_has_somebody_in_touch_at_once(participant, specialist) -> None:
    begin(participant, specialist, occasion="hospital_stay", on=DAY - 10 * ONE_DAY)
    assert days(participant) == [DAY, DAY + 20 * ONE_DAY]
    begin(participant, specialist, occasion="hospital_stay", on=DAY - 40 * ONE_DAY)
    assert days(participant) == [DAY]


def test_one_contact_soon_takes_no_closer_contacts_away(participant, specialist) -> None:
    begin(participant, specialist)
    before = days(participant)
    begin(participant, specialist, on=DAY, only_soon=True)
    assert set(before) <= set(days(participant))


def test_one_contact_soon_stands_beside_the_one_that_rests(participant, specialist) -> None:
    begin(participant, specialist, on=DAY - ONE_DAY)
    who = {"decided_by": "participant", "by": specialist, "at": factories.NOON}
    pausing.pause(participant=participant, until=DAY + ONE_DAY, **who)
    begin(participant, specialist, on=DAY - 3 * ONE_DAY, only_soon=True)
    assert DAY in days(participant)
    assert len(days(participant)) == len(set(days(participant)))


def test_one_contact_soon_after_the_one_of_today_is_on_the_next_working_day(participant, specialist) -> None:
    closer = begin(participant, specialist, on=DAY - ONE_DAY)
    today = FollowUp.objects.get(closer=closer, due_on=DAY)
    today.state, today.closed_at, today.closed_by = State.DONE, factories.NOON, specialist
    today.save()
    begin(participant, specialist, on=DAY - 3 * ONE_DAY, only_soon=True)
    assert days(participant)[0] == DAY + ONE_DAY


def test_a_rest_ends_where_a_closer_rhythm_is_agreed_on(participant, specialist, weekly) -> None:
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + 40 * ONE_DAY, **who)
    closer_rhythm = begin(participant, specialist)
    found = days(participant)
    assert found[0] == DAY + ONE_DAY
    assert back_on(participant, DAY) is None
    assert max(second - first for first, second in pairwise(found)) <= 7 * ONE_DAY
    assert not FollowUp.objects.standing().filter(state=State.PAUSED)
    assert closer_rhythm.until in found


def test_one_contact_soon_leaves_the_rest_as_it_is(participant, specialist, weekly) -> None:
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + 40 * ONE_DAY, **who)
    begin(participant, specialist, only_soon=True)
    assert days(participant)[0] == DAY + ONE_DAY
    assert back_on(participant, DAY) == DAY + 40 * ONE_DAY


def test_one_contact_soon_leaves_the_rest_of_a_closer_contact_as_it_is_too(participant, specialist) -> None:
    begin(participant, specialist)
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    back = DAY + 40 * ONE_DAY
    pausing.pause(participant=participant, until=back, **who)
    begin(participant, specialist, on=DAY - ONE_DAY, at=NOON + ONE_DAY, only_soon=True)
    found = days(participant)
    assert found[0] == DAY + ONE_DAY
    assert back_on(participant, DAY + ONE_DAY) == found[-1] >= back
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("occasion", "ago"), [("setback", 1), ("hospital_stay", 1)])
def test_what_they_asked_to_rest_by_a_tap_makes_room_too(participant, specialist, weekly, occasion, ago) -> None:
    first = FollowUp.objects.get(plan=weekly, due_on=DAY + ONE_DAY)
    away = Outcome.objects.filter(effect=Effect.PAUSES).first()
    tapped = {"followup": first, "outcome": away, "form_token": new_id(), "by": specialist, "at": NOON}
    contact.record_attempt(**tapped)
    begin(participant, specialist, occasion, DAY - ago * ONE_DAY)
    found = days(participant)
    assert len(found) == len(set(found))
    assert back_on(participant, DAY) is None


def test_the_same_agreed_on_again_ends_a_rest_in_between(participant, specialist) -> None:
    begin(participant, specialist)
    before = days(participant)
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + 40 * ONE_DAY, **who)
    begin(participant, specialist)
    assert back_on(participant, DAY) is None
    assert days(participant) == before


def test_a_day_agreed_on_by_hand_after_a_rest_is_the_one_it_goes_back_to(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, due_on=DAY + 5 * ONE_DAY)
    who = {"decided_by": "participant", "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + 30 * ONE_DAY, **who)
    chosen = DAY + 22 * ONE_DAY
    planning.reschedule(followup=followup, due_on=chosen, reason="They asked", by=specialist, at=NOON)
    rhythm = begin(participant, specialist, on=DAY)
    assert chosen in days(participant, closer=rhythm)
    closer.relax(closer=rhythm, **who)
    assert days(participant) == [chosen]


def test_what_the_plan_has_for_today_stays(participant, specialist) -> None:
    plan = CheckInPlan(kind="weekly", starts_on=DAY)
    plans.agree(plan=plan, participant=participant, by=specialist, at=NOON)
    begin(participant, specialist, only_soon=True)
    assert days(participant)[:2] == [DAY, DAY + ONE_DAY]


def test_a_contact_before_those_days_is_not_the_one_soon(participant, specialist) -> None:
    begin(participant, specialist, on=DAY - ONE_DAY)
    assert DAY in days(participant)
    begin(participant, specialist, on=DAY, only_soon=True)
    assert days(participant)[:2] == [DAY, DAY + ONE_DAY]
    assert soon_day(participant, DAY, DAY) == DAY + ONE_DAY
    assert soon_day(participant, DAY - ONE_DAY, DAY) == DAY
