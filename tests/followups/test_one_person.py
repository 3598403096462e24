"""What belongs together is about one person, also where somebody writes by SQL."""

import pytest
from django.db import transaction

from caseload.models import Goal, Session
from followups.models import CheckInPlan, FollowUp, NextStep
from tests import factories
from tests.followups.test_constraints import refused

NOON = factories.NOON


@pytest.fixture
def other(team):
    return factories.ParticipantFactory(team=team)


REFERS_TO = {
    "plan": factories.CheckInPlanFactory,
    "closer": factories.CloserRhythmFactory,
    "came_from": factories.FollowUpFactory,
    "session": factories.SessionFactory,
    "milestone": factories.MilestoneFactory,
    "referral": factories.ReferralFactory,
}


@pytest.mark.parametrize("name", REFERS_TO)
def test_a_follow_up_refers_to_what_is_the_persons_own(participant, other, name: str) -> None:
    made = factories.FollowUpFactory(participant=participant, **{name: REFERS_TO[name](participant=participant)})
    foreign = REFERS_TO[name](participant=other)
    refused(lambda: factories.FollowUpFactory(participant=participant, **{name: foreign}), "somebody else's")
    refused(lambda: FollowUp.objects.filter(pk=made.pk).update(**{name: foreign}), "somebody else's")


def test_and_so_for_a_step(participant, other) -> None:
    factories.FollowUpFactory(participant=participant, step=factories.GoalStepFactory(goal__participant=participant))
    foreign = factories.GoalStepFactory(goal__participant=other)
    refused(lambda: factories.FollowUpFactory(participant=participant, step=foreign), "somebody else's")


def test_a_session_ends_in_a_next_step_of_the_same_person(participant, other) -> None:
    session = factories.SessionFactory(participant=participant)
    foreign = factories.FollowUpFactory(participant=other)
    given = {"followup": foreign, "reason": "", "decided_by": ""}
    refused(lambda: NextStep.objects.filter(session=session).update(**given), "somebody else's")


def test_a_try_is_about_the_persons_own_follow_up(participant, other) -> None:
    foreign = factories.FollowUpFactory(participant=other)
    for name in ("followup", "next_followup"):
        given = {"followup": factories.FollowUpFactory(participant=participant), name: foreign}
        refused(lambda given=given: factories.ContactAttemptFactory(participant=participant, **given), "somebody else")


@pytest.mark.parametrize("make", [factories.WinFactory, factories.TriedFactory])
def test_a_win_or_what_was_tried_belongs_to_their_session(participant, other, make) -> None:
    foreign = factories.SessionFactory(participant=other)
    refused(lambda: make(participant=participant, session=foreign), "somebody else's")


def test_nothing_changes_hands(participant, other) -> None:
    rows = [
        factories.GoalFactory(participant=participant),
        factories.ReferralFactory(participant=participant),
        factories.BarrierFactory(participant=participant),
        factories.ConnectionFactory(participant=participant),
        factories.TriedFactory(participant=participant),
        factories.PeerRequestFactory(participant=participant),
        factories.SessionFactory(participant=participant),
        participant.episodes.get(),
        participant.assignments.get(),
    ]
    for row in rows:
        moved = type(row).objects.filter(pk=row.pk)
        refused(lambda moved=moved: moved.update(participant=other), "does not change hands")
    with transaction.atomic():
        Goal.objects.update(wording="Another wording")


def test_what_is_written_down_is_of_the_persons_team(participant, other_team, specialist) -> None:
    factories.SessionFactory(participant=participant)
    refused(lambda: Session.objects.update(team=other_team), "of another team")
    refused(lambda: factories.FollowUpFactory(participant=participant, team=other_team), "of another team")
    refused(lambda: factories.CheckInPlanFactory(participant=participant, team=other_team), "of another team")
    refused(lambda: participant.assignments.update(team=other_team), "of another team")
    attempt = {"followup": factories.FollowUpFactory(participant=participant), "team": other_team}
    refused(lambda: factories.ContactAttemptFactory(participant=participant, **attempt), "of another team")
    assert not CheckInPlan.objects.exists()
