from datetime import date, timedelta

import pytest

from followups.actions import pausing, plans
from followups.models import CheckInPlan, FollowUp, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


def agree(participant, by, at=NOON, **fields) -> CheckInPlan:
    plan = CheckInPlan(**{"kind": "weekly", "starts_on": DAY, "agreed_by": "together", **fields})
    return plans.agree(plan=plan, participant=participant, by=by, at=at)


def dates(participant) -> list[date]:
    standing = FollowUp.objects.standing().filter(participant=participant)
    return list(standing.order_by("due_on").values_list("due_on", flat=True))


def test_a_plan_lays_out_four_weeks(participant, specialist) -> None:
    agree(participant, specialist)

    assert dates(participant) == [DAY + timedelta(weeks=week) for week in range(5)]
    assert {row.owner for row in FollowUp.objects.all()} == {specialist}


def test_laying_out_again_adds_nothing(participant, specialist) -> None:
    plan = agree(participant, specialist)
    assert plans.lay_out(plan=plan, at=NOON) == 0
    assert plans.lay_out_all(at=NOON) == 0
    CheckInPlan.objects.update(planned_until=None)
    plans.lay_out_all(at=NOON)
    assert len(dates(participant)) == 5


def test_days_go_by_and_dates_follow(participant, specialist) -> None:
    agree(participant, specialist)
    for day in range(1, 60):
        plans.lay_out_all(at=NOON + timedelta(days=day))
    found = dates(participant)
    assert found == [DAY + timedelta(weeks=week) for week in range(len(found))]
    assert found[-1] >= DAY + timedelta(days=59 + 21)


def test_a_slow_rhythm_has_its_next_date_too(participant, specialist) -> None:
    agree(participant, specialist, kind="every_n_days", every=90, starts_on=DAY + timedelta(days=90))
    assert dates(participant) == [DAY + timedelta(days=90)]


def test_closed_days_move_and_the_date_meant_is_kept(participant, specialist, team) -> None:
    monday = date(2026, 5, 11)
    team.closed_days.create(on=monday)
    agree(participant, specialist, starts_on=date(2026, 5, 9))  # a Saturday

    first = FollowUp.objects.order_by("due_on").first()
    assert (first.planned_on, first.due_on) == (date(2026, 5, 9), date(2026, 5, 12))


def test_two_dates_that_land_on_one_day_become_one(participant, specialist) -> None:
    agree(participant, specialist, kind="every_n_days", every=1)
    found = dates(participant)
    assert len(found) == len(set(found))
    assert all(day.isoweekday() < 6 for day in found)


def test_a_new_plan_leaves_neither_duplicate_nor_gap(participant, specialist) -> None:
    agree(participant, specialist, starts_on=DAY - timedelta(days=7))
    overdue = factories.FollowUpFactory(participant=participant, due_on=DAY - timedelta(days=2))
    agree(participant, specialist, kind="every_two_weeks", starts_on=DAY + timedelta(days=1))

    standing = FollowUp.objects.standing().filter(plan__isnull=False)
    assert {row.plan.kind for row in standing} == {"every_two_weeks"}
    assert min(row.due_on for row in standing) == DAY + timedelta(days=1)
    overdue.refresh_from_db()
    assert overdue.state == State.OPEN
    assert CheckInPlan.objects.running().count() == 1


def test_a_waiting_persons_plan_belongs_to_nobody_yet(team, supervisor) -> None:
    agree(factories.ParticipantFactory(team=team), supervisor)
    assert {row.owner for row in FollowUp.objects.all()} == {None}


def test_no_plan_for_somebody_whose_services_ended(participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(plans.NotWithUs):
        agree(participant, specialist)


def test_the_next_check_in_is_made_if_it_is_not_there(participant, specialist) -> None:
    agree(participant, specialist)
    FollowUp.objects.update(state=State.DONE, closed_at=NOON)
    CheckInPlan.objects.update(planned_until=DAY)
    found = plans.next_follow_up(participant=participant, after=DAY + timedelta(days=28), at=NOON)
    assert found is not None
    assert found.due_on == DAY + timedelta(days=35)


def test_agreeing_twice_on_the_same_changes_nothing(participant, specialist) -> None:
    first = agree(participant, specialist)
    second = agree(participant, specialist)
    assert second == first
    assert FollowUp.objects.count() == 5


def test_a_new_plan_does_not_double_a_date_somebody_has_tried_on(participant, specialist) -> None:
    agree(participant, specialist)
    FollowUp.objects.filter(due_on=DAY).update(attempts=1)
    agree(participant, specialist, kind="every_two_weeks")
    found = dates(participant)
    assert len(found) == len(set(found))


def test_a_check_in_planned_by_hand_is_not_doubled(participant, specialist) -> None:
    factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=7))
    agree(participant, specialist)
    assert dates(participant) == [DAY + timedelta(weeks=week) for week in range(5)]


def test_the_same_agreed_on_again_keeps_whose_wish_it_is_now(participant, specialist) -> None:
    plan = agree(participant, specialist)
    agree(participant, specialist, agreed_by="participant")
    plan.refresh_from_db()
    assert plan.agreed_by == "participant"
    assert FollowUp.objects.count() == 5


def test_a_date_off_a_closed_day_says_so(participant, specialist) -> None:
    agree(participant, specialist, starts_on=date(2026, 5, 9))
    first = FollowUp.objects.order_by("due_on").first()
    assert first.why_here == "moved from 9 May, a day the team is closed"


def test_only_on_the_days_that_were_wished_for(participant, specialist) -> None:
    agree(participant, specialist, weekdays=[2, 4])
    assert {day.isoweekday() for day in dates(participant)} == {4}
    agree(participant, specialist, kind="every_n_days", every=2, weekdays=[2, 4])
    assert {day.isoweekday() for day in dates(participant)} == {2, 4}


def test_the_rule_that_moves_dates_back(participant, specialist, team) -> None:
    type(team).objects.filter(pk=team.pk).update(closed_day_rule="previous")
    participant.team.refresh_from_db()
    agree(participant, specialist, starts_on=date(2026, 5, 9))  # a Saturday
    assert dates(participant) == [date(2026, 5, 8) + timedelta(weeks=week) for week in range(4)]


LAST = DAY + timedelta(weeks=11)


def twelve_weeks(participant, specialist) -> CheckInPlan:
    """A plan of twelve weeks, five days before its last date; what came before is done."""
    agree(participant, specialist, kind="weekly_12")
    for week in range(11):
        plans.lay_out_all(at=NOON + timedelta(weeks=week))
    FollowUp.objects.filter(due_on__lt=LAST).update(state=State.DONE, closed_at=NOON)
    return CheckInPlan.objects.running().get()


def test_the_last_one_asks_whether_to_go_on(participant, specialist) -> None:
    plan = twelve_weeks(participant, specialist)
    row = FollowUp.objects.standing().get()
    assert (row.due_on, row.what) == (LAST, "Ask whether they would like to go on")
    assert row.asks_to_go_on
    assert not FollowUp.objects.filter(plan=plan).exclude(pk=row.pk).exclude(what="").exists()


@pytest.mark.parametrize("laid_out", [True, False])
def test_a_last_date_in_a_rest_is_asked_about_after_it(participant, specialist, laid_out: bool) -> None:
    twelve_weeks(participant, specialist)
    if not laid_out:
        FollowUp.objects.filter(due_on=LAST).delete()
        CheckInPlan.objects.update(planned_until=LAST - timedelta(days=7))
    at = NOON + timedelta(weeks=10, days=5)
    until = LAST + timedelta(days=14)
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=at)
    for week in range(4):
        plans.lay_out_all(at=at + timedelta(weeks=week))
    row = FollowUp.objects.standing().get(what="Ask whether they would like to go on")
    assert until <= row.due_on <= until + timedelta(days=1)
    assert len(dates(participant)) == len(set(dates(participant)))


def test_ended_early_the_question_goes_back_to_its_day(participant, specialist) -> None:
    twelve_weeks(participant, specialist)
    factories.FollowUpFactory(participant=participant, due_on=LAST - timedelta(days=1))
    at = NOON + timedelta(weeks=10, days=5)
    until = LAST + timedelta(days=14)
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=at)
    assert FollowUp.objects.standing().get(what__startswith="Ask").due_on > until
    pausing.resume(participant=participant, decided_by="participant", by=specialist, at=at)
    assert FollowUp.objects.standing().get(what__startswith="Ask").due_on == LAST


def test_what_comes_instead_answers_the_question(participant, specialist) -> None:
    plan = twelve_weeks(participant, specialist)
    late = NOON + timedelta(weeks=11, days=2)
    agree(participant, specialist, kind="monthly", starts_on=LAST + timedelta(days=30), at=late)
    row = FollowUp.objects.get(plan=plan, planned_on=LAST)
    assert (row.state, row.closed_by) == (State.DONE, specialist)


def test_ending_keeps_whose_wish_it_was_and_ending_twice_changes_nothing(participant, specialist) -> None:
    plan = agree(participant, specialist)
    for wished_by in ("participant", "supervisor"):
        plans.end(plan=plan, decided_by=wished_by, by=specialist, at=NOON)
    plan.refresh_from_db()
    assert plan.ended_wish == "participant"
    assert dates(participant) == []


def test_ten_days_of_the_slowest_rhythm_are_shown(participant) -> None:
    plan = CheckInPlan(participant=participant, team=participant.team, kind="every_n_days", every=365, starts_on=DAY)
    assert len(plans.preview(plan=plan, today=DAY)) == 10
