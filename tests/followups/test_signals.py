"""What is worth a talk: the facts behind each signal, by the team's numbers, and no more after a talk."""

from datetime import UTC, datetime, timedelta

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


def facts(user, at=NOON):
    return worth_a_talk(with_facts(Participant.objects.visible_to(user), user, at), user).first()


def set_silence(participant, days: int) -> None:
    Participant.objects.filter(pk=participant.pk).update(last_contact_at=NOON - days * ONE_DAY)


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


@pytest.mark.parametrize("moved", ["started", "step", "closer", "same", "further", "nothing"])
def test_a_goal_that_does_not_move_is_worth_a_talk(specialist, participant, moved: str) -> None:
    long_ago = DAY - 90 * ONE_DAY
    started = DAY - 10 * ONE_DAY if moved == "started" else long_ago
    goal = factories.GoalFactory(participant=participant, started_on=started)
    if moved == "step":
        factories.GoalStepFactory(goal=goal, done_on=DAY - 5 * ONE_DAY, done_by="them")
    if moved in {"closer", "same", "further"}:
        said = {"direction": moved, "recorded_at": NOON, "recorded_by": specialist}
        GoalProgress.objects.create(goal=goal, said_on=DAY - 5 * ONE_DAY, **said)
    found = facts(specialist)
    assert bool(found) is (moved in {"same", "further", "nothing"})
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
    trust.talk(participant=participant, agreed="We go slower", on=DAY, by=specialist, at=NOON)
    assert facts(specialist) is None
    factories.ComplaintFactory(participant=participant, said_on=DAY + ONE_DAY, recorded_at=NOON + ONE_DAY)
    assert facts(specialist, NOON + ONE_DAY).complained == 1


def test_strangers_see_nothing_and_of_who_has_left_only_what_they_were_not_happy_with(
    supervisor, colleague, participant
) -> None:
    set_silence(participant, 100)
    assert facts(colleague) is None
    assert facts(supervisor).is_quiet
    factories.end_services(participant)
    assert facts(supervisor) is None
    factories.ComplaintFactory(participant=participant)
    found = facts(supervisor)
    assert (found.complained, found.is_quiet, found.is_still) == (1, False, False)


def test_a_supervisor_sees_each_complaint_until_it_is_talked_about(supervisor, specialist, participant, team) -> None:
    RecordRules.objects.create(team=team, complaints_from=3)
    factories.ComplaintFactory(participant=participant, said_on=DAY - 300 * ONE_DAY)
    assert facts(specialist) is None
    assert facts(supervisor).complained == 1
    trust.talk(participant=participant, agreed="We go slower", on=DAY, by=specialist, at=NOON)
    assert facts(supervisor) is None


@pytest.mark.parametrize(("hour", "counts"), [(3, True), (5, False)])
def test_the_day_is_the_teams_own(specialist, participant, hour: int, counts: bool) -> None:
    # Until four in the morning by UTC it is still the evening before in New York.
    factories.ComplaintFactory(participant=participant, said_on=DAY - 89 * ONE_DAY)
    assert bool(facts(specialist, datetime(2026, 5, 7, hour, tzinfo=UTC))) is counts


@pytest.mark.parametrize(
    ("rule", "number", "fact"),
    [
        ("silence_times", 4, "is_quiet"),
        ("unanswered_tries", 5, "tries"),
        ("progress_days", 300, "is_still"),
        ("complaint_days", 30, "complained"),
    ],
)
def test_a_team_sets_its_own_numbers(specialist, participant, team, rule: str, number: int, fact: str) -> None:
    if fact == "is_quiet":
        factories.CheckInPlanFactory(participant=participant)
        set_silence(participant, 20)
    for day in range(4 if fact == "tries" else 0):
        factories.ContactAttemptFactory(participant=participant, at=NOON - day * timedelta(hours=1))
    if fact == "is_still":
        factories.GoalFactory(participant=participant, started_on=DAY - 200 * ONE_DAY)
    if fact == "complained":
        factories.ComplaintFactory(participant=participant, said_on=DAY - 40 * ONE_DAY)
    assert getattr(facts(specialist), fact)
    RecordRules.objects.create(team=team, **{rule: number})
    assert facts(specialist) is None


def test_the_list_is_in_the_order_of_names_and_counts_nobody_up(supervisor, team) -> None:
    for name, complaints in (("Zoe", 1), ("Ada", 1), ("Mia", 5)):
        person = factories.ParticipantFactory(team=team, name_used=name)
        factories.ComplaintFactory.create_batch(complaints, participant=person)
    found = worth_a_talk(with_facts(Participant.objects.visible_to(supervisor), supervisor, NOON), supervisor)
    assert [row.name_used for row in found] == ["Ada", "Mia", "Zoe"]
    assert not [name for name in vars(found[0]) if "score" in name or "rank" in name]
