"""A talk puts to rest what was written down before it, and nothing else."""

from datetime import timedelta

import pytest

from caseload.actions import trust
from caseload.models import Participant
from tests import factories
from tests.followups.test_signals import facts

NOON, DAY = factories.NOON, factories.DAY
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def in_touch(participant) -> None:
    """Nothing stands out to begin with."""
    Participant.objects.filter(pk=participant.pk).update(created_at=NOON - 400 * ONE_DAY, last_contact_at=NOON)


def talk(participant, by, at=NOON, on=DAY) -> None:
    trust.talk(participant=participant, agreed="We go slower", on=on, by=by, at=at)


@pytest.mark.parametrize(
    ("said_on", "recorded_at", "counts"),
    [
        (DAY, NOON - HOUR, False),  # the same day, before
        (DAY, NOON + HOUR, True),  # the same day, after
        (DAY - 3 * ONE_DAY, NOON + HOUR, True),  # said before it, told after it
        (DAY - 3 * ONE_DAY, NOON - ONE_DAY, False),
    ],
)
def test_a_complaint_of_after_the_talk_counts(specialist, participant, said_on, recorded_at, counts: bool) -> None:
    factories.ComplaintFactory(participant=participant, said_on=said_on, recorded_at=recorded_at)
    talk(participant, specialist)
    assert bool(facts(specialist, NOON + 2 * HOUR)) is counts


def test_a_talk_of_yesterday_leaves_what_came_this_morning(specialist, participant) -> None:
    factories.ComplaintFactory(participant=participant, recorded_at=NOON - HOUR)
    factories.ComplaintFactory(participant=participant, said_on=DAY - ONE_DAY, recorded_at=NOON - ONE_DAY)
    talk(participant, specialist, on=DAY - ONE_DAY)
    assert facts(specialist).complained == 1


def test_what_is_for_the_supervisor_alone_is_talked_about_by_who_knows_of_it(
    specialist, supervisor, participant
) -> None:
    factories.ComplaintFactory(participant=participant, for_supervisor=True, recorded_at=NOON - HOUR)
    factories.ComplaintFactory(participant=participant, recorded_at=NOON - HOUR)
    talk(participant, specialist)
    assert facts(specialist, NOON + HOUR) is None
    assert facts(supervisor, NOON + HOUR).complained == 1
    talk(participant, supervisor, at=NOON + 2 * HOUR, on=DAY + ONE_DAY)
    assert facts(supervisor, NOON + 3 * HOUR) is None


def test_a_supervisor_who_walks_with_them_does_not_know_of_it_either(supervisor, team) -> None:
    walked_with = factories.ParticipantFactory(team=team, created_at=NOON - 5 * ONE_DAY)
    factories.AssignmentFactory(participant=walked_with, specialist=supervisor)
    other = factories.MembershipFactory(team=team, role="supervisor").user
    factories.ComplaintFactory(participant=walked_with, for_supervisor=True, recorded_at=NOON - HOUR)
    talk(walked_with, supervisor)
    assert facts(other, NOON + HOUR).complained == 1


def test_tries_of_the_morning_are_talked_about_at_noon_and_those_of_the_afternoon_are_not(
    specialist, participant
) -> None:
    for number in range(1, 4):
        factories.ContactAttemptFactory(participant=participant, at=NOON - number * HOUR)
    assert facts(specialist, NOON).tries == 3
    talk(participant, specialist)
    assert facts(specialist, NOON + HOUR) is None
    for number in range(1, 4):
        factories.ContactAttemptFactory(participant=participant, at=NOON + number * HOUR)
    assert facts(specialist, NOON + 5 * HOUR).tries == 3
