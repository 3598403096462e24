"""What is worth a talk: the facts behind each signal, by the team's numbers, and no more after a talk."""

from datetime import date, timedelta

import pytest

from caseload.actions import trust
from caseload.models import GoalProgress, Participant, RecordRules
from followups.models import CheckInPlan
from followups.models.signals import with_facts, worth_a_talk
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_touch(participant, db) -> None:
    """Nothing stands out to begin with."""
    Participant.objects.filter(pk=participant.pk).update(
        created_at=NOON - 400 * ONE_DAY, last_contact_at=NOON - 2 * ONE_DAY
    )


def facts(user, at=NOON, on: date = DAY):
    return worth_a_talk(with_facts(Participant.objects.visible_to(user), user, at, on)).first()


def talk(participant, by, on=DAY) -> None:
    trust.talk(participant=participant, agreed="We go slower", on=on, by=by, at=NOON)


def test_where_all_is_well_nothing_stands_out(specialist, participant) -> None:
    assert facts(specialist) is None


@pytest.mark.parametrize(
    ("days", "from_number", "counts"), [(0, 1, True), (89, 1, True), (90, 1, False), (0, 2, False)]
)
def test_complaints_count_within_the_teams_window(specialist, participant, team, days, from_number, counts) -> None:
    RecordRules.objects.create(team=team, complaints_from=from_number)
    factories.ComplaintFactory(participant=participant, said_on=DAY - days * ONE_DAY)
    assert bool(facts(specialist)) is counts


def test_what_is_for_the_supervisor_alone_is_no_fact_for_the_specialist(specialist, supervisor, participant) -> None:
    factories.ComplaintFactory(participant=participant, for_supervisor=True)
    assert facts(specialist) is None
    assert facts(supervisor).complained == 1


@pytest.mark.parametrize(
    ("kind", "quiet", "is_quiet"),
    [("weekly", 14, False), ("weekly", 15, True), ("every_two_weeks", 28, False), ("every_two_weeks", 29, True),
     ("monthly", 62, False), ("monthly", 63, True), ("every_n_days", 10, False), ("every_n_days", 11, True),
     (None, 30, False), (None, 31, True)],
)  # fmt: skip
def test_silence_is_measured_by_the_agreed_rhythm(specialist, participant, kind, quiet: int, is_quiet: bool) -> None:
    if kind:
        CheckInPlan.objects.filter(participant=participant).delete()
        factories.CheckInPlanFactory(participant=participant, kind=kind, every=5)
    Participant.objects.filter(pk=participant.pk).update(last_contact_at=NOON - quiet * ONE_DAY)
    found = facts(specialist)
    assert bool(found) is is_quiet
    assert found is None or found.is_quiet


@pytest.mark.parametrize(("tries", "counts"), [(2, False), (3, True)])
def test_tries_without_an_answer_count_since_anybody_was_reached(
    specialist, participant, tries: int, counts: bool
) -> None:
    factories.ContactAttemptFactory(participant=participant, at=NOON - 20 * ONE_DAY)
    factories.SessionFactory(participant=participant, started_at=NOON - 10 * ONE_DAY)
    for number in range(tries):
        factories.ContactAttemptFactory(participant=participant, at=NOON - number * ONE_DAY)
    assert bool(facts(specialist)) is counts


def test_a_try_taken_back_does_not_count(specialist, participant) -> None:
    for number in range(3):
        undone = {"undone_at": NOON, "undone_by": specialist} if number == 0 else {}
        factories.ContactAttemptFactory(participant=participant, at=NOON - number * ONE_DAY, **undone)
    assert facts(specialist) is None


@pytest.mark.parametrize("moved", ["started", "step", "said", "nothing"])
def test_a_goal_that_does_not_move_is_worth_a_talk(specialist, participant, moved: str) -> None:
    long_ago = DAY - 90 * ONE_DAY
    started = DAY - 10 * ONE_DAY if moved == "started" else long_ago
    goal = factories.GoalFactory(participant=participant, started_on=started)
    if moved == "step":
        factories.GoalStepFactory(goal=goal, done_on=DAY - 5 * ONE_DAY, done_by="them")
    if moved == "said":
        said = {"direction": "same", "recorded_at": NOON, "recorded_by": specialist}
        GoalProgress.objects.create(goal=goal, said_on=DAY - 5 * ONE_DAY, **said)
    found = facts(specialist)
    assert bool(found) is (moved == "nothing")
    assert found is None or found.moved_on == long_ago


def test_without_an_open_goal_nothing_has_to_move(specialist, participant) -> None:
    long_ago = DAY - 300 * ONE_DAY
    factories.GoalFactory(participant=participant, started_on=long_ago, state="reached", closed_on=long_ago)
    assert facts(specialist) is None


def test_after_a_talk_only_what_is_new_counts(specialist, participant) -> None:
    factories.ComplaintFactory(participant=participant, said_on=DAY - ONE_DAY)
    factories.GoalFactory(participant=participant, started_on=DAY - 200 * ONE_DAY)
    for number in range(3):
        factories.ContactAttemptFactory(participant=participant, at=NOON - (number + 1) * ONE_DAY)
    Participant.objects.filter(pk=participant.pk).update(last_contact_at=NOON - 80 * ONE_DAY)
    found = facts(specialist)
    assert (found.complained, found.is_quiet, found.tries, found.is_still) == (1, True, 3, True)
    talk(participant, specialist)
    assert facts(specialist) is None
    factories.ComplaintFactory(participant=participant, said_on=DAY + ONE_DAY)
    assert facts(specialist, NOON + ONE_DAY, DAY + ONE_DAY).complained == 1


def test_whose_services_ended_and_strangers_are_not_listed(supervisor, colleague, participant) -> None:
    factories.ComplaintFactory(participant=participant)
    assert facts(colleague) is None
    assert facts(supervisor)
    factories.end_services(participant)
    assert facts(supervisor) is None
