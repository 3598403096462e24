from datetime import timedelta

import pytest
from django.utils import timezone

from caseload.models import Assignment, Participant
from followups.actions import handing_on
from followups.models import FollowUp
from tests import factories

NOW = timezone.now()


def sees(user) -> set:
    return set(Participant.objects.visible_to(user))


def test_who_sees_whom(participant, specialist, colleague, supervisor, other_supervisor, administrator) -> None:
    assert sees(specialist) == sees(supervisor) == {participant}
    assert sees(colleague) == sees(other_supervisor) == sees(administrator) == set()


@pytest.mark.parametrize(
    ("first", "last", "seen"), [(-1, 1, True), (-5, -1, False), (1, 5, False)], ids=["now", "over", "to come"]
)
def test_cover_begins_and_ends(participant, specialist, colleague, team, first: int, last: int, seen: bool) -> None:
    factories.CoverFactory(
        team=team,
        absent=specialist,
        cover=colleague,
        starts_at=NOW + timedelta(days=first),
        ends_at=NOW + timedelta(days=last),
    )
    factories.FollowUpFactory(participant=participant, owner=specialist)

    assert (sees(colleague) == {participant}) == seen
    assert FollowUp.objects.visible_to(colleague).owned_by(colleague).exists() == seen


def test_cover_in_one_team_opens_no_other(participant, specialist, colleague, other_team) -> None:
    for user in (specialist, colleague):
        factories.MembershipFactory(user=user, team=other_team)
    factories.CoverFactory(
        team=other_team,
        absent=specialist,
        cover=colleague,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
    )
    assert sees(colleague) == set()


def test_after_a_transfer_the_former_specialist_sees_nothing(participant, specialist, colleague, supervisor) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    handing_on.assign(participant=participant, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=NOW)

    row.refresh_from_db()
    assert sees(specialist) == set()
    assert sees(colleague) == {participant}
    assert row.owner == colleague
    history = Assignment.objects.filter(participant=participant).order_by("started_at")
    assert [(one.specialist, one.end_reason) for one in history] == [(specialist, "transferred"), (colleague, "")]


def test_a_specialist_who_left_the_team_sees_nobody_of_it(participant, specialist) -> None:
    specialist.memberships.all().delete()
    assert sees(specialist) == set()


def test_a_role_in_one_team_is_none_in_another(participant, other_supervisor, other_team) -> None:
    elsewhere = factories.ParticipantFactory(team=other_team)
    assert sees(other_supervisor) == {elsewhere}


def test_only_active_specialists_of_the_team_are_given_somebody(
    participant, specialist, other_supervisor, supervisor, colleague
):
    case = {"participant": participant, "instead_of": specialist.pk, "by": supervisor, "at": NOW}
    for stranger in (other_supervisor, supervisor):
        with pytest.raises(handing_on.handover.CannotWalkWith):
            handing_on.assign(specialist=stranger, **case)
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False, deactivated_at=NOW)
    with pytest.raises(handing_on.handover.CannotWalkWith):
        handing_on.assign(specialist=colleague, **case)
