from datetime import date, timedelta

import pytest

from followups.actions import pausing, planning, plans, teams
from followups.models import CheckInPlan, FollowUp, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


def agree(participant, by, at=NOON, **fields) -> CheckInPlan:
    plan = CheckInPlan(**{"kind": "weekly", "starts_on": DAY, **fields})
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
    type(participant).objects.filter(pk=participant.pk).update(is_active=False)
    with pytest.raises(plans.NotWithUs):
        agree(participant, specialist)


def test_the_next_check_in_is_made_if_it_is_not_there(participant, specialist) -> None:
    agree(participant, specialist)
    FollowUp.objects.update(state=State.DONE, closed_at=NOON)
    CheckInPlan.objects.update(planned_until=DAY)
    found = plans.next_follow_up(participant=participant, after=DAY + timedelta(days=28), at=NOON)
    assert found is None or found.due_on > DAY + timedelta(days=28)


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


def change(team, by, closed: tuple[date, ...] = (), **fields) -> None:
    for name, value in fields.items():
        setattr(team, name, value)
    teams.save_team(team=team, closed_days=[(on, "") for on in closed], by=by, at=NOON)


def test_a_day_that_is_closed_afterwards_moves_what_stands_on_it(participant, specialist, administrator, team) -> None:
    agree(participant, specialist)
    later = DAY + timedelta(weeks=2)
    change(team, administrator, closed=(later,))
    assert dates(participant)[2] == later + timedelta(days=1)
    assert FollowUp.objects.get(planned_on=later).due_on == later + timedelta(days=1)
    change(team, administrator, closed=(later,), closed_day_rule="previous")
    assert dates(participant)[2] == later - timedelta(days=1)
    change(team, administrator)
    assert dates(participant) == [DAY + timedelta(weeks=week) for week in range(5)]


def test_what_somebody_has_touched_or_chosen_stays_and_so_does_today(
    participant, specialist, administrator, team
) -> None:
    agree(participant, specialist)
    first, tried, moved, *rest = FollowUp.objects.order_by("due_on")
    FollowUp.objects.filter(pk=tried.pk).update(attempts=1)
    planning.reschedule(followup=moved, due_on=moved.due_on, reason="they asked", by=specialist, at=NOON)
    agreed = factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(weeks=3))
    change(team, administrator, working_days=[1, 2, 4, 5])  # no Wednesdays
    assert sorted(dates(participant)) == sorted(
        [first.due_on, tried.due_on, moved.due_on, agreed.due_on, *(row.due_on + timedelta(days=1) for row in rest)]
    )


def test_two_that_land_on_one_day_become_one_and_stand_apart_again(
    participant, specialist, administrator, team
) -> None:
    agree(participant, specialist, kind="every_n_days", every=1)
    before = dates(participant)
    monday = date(2026, 5, 11)
    change(team, administrator, closed=(monday,))
    plans.lay_out_all(at=NOON)
    assert dates(participant) == [day for day in before if day != monday]
    change(team, administrator)
    plans.lay_out_all(at=NOON)
    assert dates(participant) == before


def test_a_pause_stays_a_pause_when_the_closed_days_change(participant, specialist, administrator, team) -> None:
    agree(participant, specialist)
    until = DAY + timedelta(days=15)
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=NOON)
    change(team, administrator, working_days=[1, 2, 4, 5])
    plans.lay_out_all(at=NOON)
    standing = FollowUp.objects.filter(state=State.OPEN, plan__isnull=False)
    assert all(row.planned_on >= until for row in standing)
    assert standing.count() == len({row.due_on for row in standing}) >= 2


def test_other_settings_move_nothing(participant, specialist, administrator, team) -> None:
    plan = agree(participant, specialist)
    change(team, administrator, name="Harbor House", most_mails_a_day=1)
    plan.refresh_from_db()
    assert plan.planned_until is not None
