"""What a team's closed days, working days, zone or rule mean changes what stands already."""

from datetime import date, timedelta

from followups.actions import pausing, planning, plans, teams
from followups.models import FollowUp, State
from tests import factories
from tests.followups.test_plans import agree, dates

NOON, DAY = factories.NOON, factories.DAY


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


def test_a_day_that_has_its_contact_from_elsewhere_takes_no_second_one(
    participant, specialist, administrator, team
) -> None:
    agree(participant, specialist)
    later = DAY + timedelta(weeks=2)
    factories.FollowUpFactory(participant=participant, due_on=later + timedelta(days=1))
    change(team, administrator, closed=(later,))
    standing = dates(participant)
    assert standing.count(later + timedelta(days=1)) == 1
    moved = FollowUp.objects.get(planned_on=later)
    assert moved.set_aside
    change(team, administrator)
    moved.refresh_from_db()
    assert (moved.due_on, moved.set_aside, moved.why_here) == (later, False, "")


def test_a_moved_date_says_why(participant, specialist, administrator, team) -> None:
    agree(participant, specialist)
    later = DAY + timedelta(weeks=2)
    change(team, administrator, closed=(later,))
    assert "moved from 20 May" in FollowUp.objects.get(planned_on=later).why_here
