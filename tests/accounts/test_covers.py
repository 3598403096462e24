"""Standing in: with which role, from when to when, and what ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.access import Permission, standing_of
from accounts.actions import cover
from accounts.models import Cover, Membership, User
from caseload.models import Participant
from followups.actions import leaving
from followups.models import FollowUp
from tests import factories
from tests.conftest import member

DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def stand_in(team, absent: User, instead: User, now, role: str = "specialist", begins: int = -1, lasts: int = 7):
    starts_at = now + begins * DAY
    period = {"starts_at": starts_at, "ends_at": starts_at + lasts * DAY}
    return cover.stand_in(team=team, absent=absent, cover=instead, role=role, by=absent, at=now, **period)


def sees(user: User, participant: Participant) -> bool:
    return Participant.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=participant.pk).exists()


@pytest.mark.parametrize(("begins", "lasts", "sees_now"), [(-1, 7, True), (1, 7, False), (-9, 7, False)])
def test_sight_begins_and_ends_with_the_cover(team, specialist, colleague, participant, now, begins, lasts, sees_now):
    factories.FollowUpFactory(participant=participant, owner=specialist)
    stand_in(team, specialist, colleague, now, begins=begins, lasts=lasts)
    assert sees(colleague, participant) is sees_now
    fresh = User.objects.get(pk=colleague.pk)
    assert FollowUp.objects.visible_to(fresh).owned_by(fresh).exists() is sees_now


def test_a_cover_is_not_handed_further(team, specialist, colleague, participant, now) -> None:
    third = member(team, "specialist", "Lee")
    stand_in(team, specialist, colleague, now)
    stand_in(team, colleague, third, now)
    assert sees(colleague, participant)
    assert not sees(third, participant)


def test_a_supervisor_is_stood_in_for_with_all_they_may_do(team, supervisor, colleague, participant, now) -> None:
    assert not sees(colleague, participant)
    row = stand_in(team, supervisor, colleague, now, role="supervisor")
    assert sees(colleague, participant)
    assert standing_of(User.objects.get(pk=colleague.pk)).has(Permission.SUPERVISE)
    cover.end(cover=row, by=supervisor, at=now)
    assert not sees(colleague, participant)
    assert not standing_of(User.objects.get(pk=colleague.pk)).has(Permission.SUPERVISE)


def test_who_may_not_be_lent_a_role_is_refused(team, other_team, specialist, supervisor, administrator, now) -> None:
    stranger = member(other_team, "specialist", "Noa")
    elsewhere = member(other_team, "supervisor", "Oda")
    for absent, instead, role in (
        (specialist, stranger, "specialist"),  # of another team
        (specialist, supervisor, "specialist"),  # sees them anyway
        (supervisor, stranger, "supervisor"),
        (supervisor, administrator, "supervisor"),
        (administrator, specialist, "specialist"),  # holds no such role
        (specialist, specialist, "specialist"),  # nobody stands in for themselves
        (supervisor, supervisor, "supervisor"),
    ):
        with pytest.raises(cover.CannotStandIn):
            stand_in(team, absent, instead, now, role=role)
    assert stand_in(team, supervisor, elsewhere, now, role="supervisor").cover == elsewhere


def test_a_role_that_is_lent_is_not_lent_on_and_so_never_lengthened(team, supervisor, colleague, now) -> None:
    stand_in(team, supervisor, colleague, now, role="supervisor")
    lent = User.objects.get(pk=colleague.pk)
    later = {"starts_at": now, "ends_at": now + 300 * DAY}
    with pytest.raises(cover.CannotStandIn):
        cover.stand_in(team=team, absent=supervisor, cover=lent, role="supervisor", by=lent, at=now, **later)
    third = member(team, "specialist", "Lee")
    with pytest.raises(cover.CannotStandIn):
        cover.stand_in(team=team, absent=supervisor, cover=third, role="supervisor", by=lent, at=now, **later)
    absent = member(team, "specialist", "Pat")
    assert cover.stand_in(team=team, absent=absent, cover=third, by=lent, at=now, **later)
    assert Cover.objects.filter(role="supervisor").count() == 1


def test_what_a_supervisor_keeps_stands_on_the_today_of_who_stands_in(team, supervisor, colleague, participant, now):
    row = factories.FollowUpFactory(participant=participant, owner=supervisor)
    running = stand_in(team, supervisor, colleague, now, role="supervisor")
    kept = FollowUp.objects.visible_to(colleague).owned_by(colleague)
    assert kept.get() == row
    cover.end(cover=running, by=supervisor, at=now)
    assert not FollowUp.objects.visible_to(User.objects.get(pk=colleague.pk)).owned_by(colleague).exists()


def test_pressing_twice_makes_one(team, specialist, colleague, now) -> None:
    assert stand_in(team, specialist, colleague, now) == stand_in(team, specialist, colleague, now)
    assert Cover.objects.count() == 1


def test_one_that_has_not_begun_is_taken_away_and_one_that_runs_ends(team, specialist, colleague, now) -> None:
    later, running = stand_in(team, specialist, colleague, now, begins=30), stand_in(team, specialist, colleague, now)
    for _twice in range(2):
        cover.end(cover=later, by=specialist, at=now)
        cover.end(cover=running, by=specialist, at=now)
    assert Cover.objects.get().ends_at == now


@pytest.mark.parametrize("why", ["leaves", "changes role"])
def test_what_one_may_no_longer_do_ends(team, other_team, specialist, colleague, administrator, participant, now, why):
    stand_in(team, specialist, colleague, now)
    if why == "leaves":
        leaving.deactivate(user=colleague, by=administrator, at=now)
    else:
        leaving.change_memberships(user=colleague, places=[("supervisor", other_team.pk)], by=administrator, at=now)
    assert not Cover.objects.filter(ends_at__gt=now).exists()
    assert not sees(colleague, participant)


def test_a_stand_in_whose_own_role_is_gone_sees_nobody(team, specialist, colleague, participant, now) -> None:
    stand_in(team, specialist, colleague, now)
    Membership.objects.filter(user=colleague).delete()
    assert not sees(colleague, participant)


@pytest.mark.parametrize("why", ["leaves", "changes role"])
def test_a_role_one_no_longer_holds_is_lent_no_more(
    team, other_team, supervisor, colleague, administrator, participant, now, why
) -> None:
    stand_in(team, supervisor, colleague, now, role="supervisor")
    if why == "leaves":
        leaving.deactivate(user=supervisor, by=administrator, at=now)
    else:
        leaving.change_memberships(user=supervisor, places=[("supervisor", other_team.pk)], by=administrator, at=now)
    assert not sees(colleague, participant)
    assert not standing_of(User.objects.get(pk=colleague.pk)).has(Permission.SUPERVISE)


def test_a_cover_that_still_fits_goes_on_when_roles_change(team, specialist, colleague, administrator, now) -> None:
    stand_in(team, specialist, colleague, now)
    for user in (specialist, colleague):
        both = [("specialist", team.pk), ("supervisor", team.pk)]
        leaving.change_memberships(user=user, places=both, by=administrator, at=now)
    assert Cover.objects.filter(ends_at__gt=now).count() == 1


def test_sight_through_a_supervisors_cover_has_its_days(team, supervisor, colleague, participant, now) -> None:
    for begins, lasts in ((1, 7), (-9, 7)):
        stand_in(team, supervisor, colleague, now, role="supervisor", begins=begins, lasts=lasts)
    assert not sees(colleague, participant)
    assert not standing_of(User.objects.get(pk=colleague.pk)).has(Permission.SUPERVISE)


def test_the_same_two_have_each_day_once(team, specialist, colleague, now) -> None:
    first = stand_in(team, specialist, colleague, now)
    assert stand_in(team, specialist, colleague, now) == first
    with pytest.raises(cover.StandsInAlready):
        stand_in(team, specialist, colleague, now, begins=2)
    assert stand_in(team, specialist, colleague, now, begins=6) != first
