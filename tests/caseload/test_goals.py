"""Goals, steps, what was said and tried: the deeds, and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from caseload.actions import goals as said
from caseload.models import Expectations, Goal, GoalProgress, GoalStep, Session, Tried
from followups.actions import goals as deeds
from followups.actions import planning
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture
def goal(participant, specialist) -> Goal:
    row = Goal(wording="A room with a lock")
    return said.set_goal(participant=participant, goal=row, on=DAY, by=specialist, at=NOON)


def step(goal, by, due_on=None, text="Call the office", asks=True) -> GoalStep:
    return deeds.add_step(goal=goal, step=GoalStep(text=text, due_on=due_on), asks=asks, by=by, at=NOON)


def tick(row, by, at=NOON) -> GoalStep:
    return deeds.tick(step=row, done_by="them", on=DAY, by=by, at=at)


def refused(change, name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


def test_the_same_words_are_one_goal_while_it_is_open(goal, participant, specialist) -> None:
    again = Goal(wording="A room with a lock")
    assert said.set_goal(participant=participant, goal=again, on=DAY, by=specialist, at=NOON) == goal
    deeds.close(goal=goal, state="reached", words="", on=DAY, by=specialist, at=NOON)
    assert said.set_goal(participant=participant, goal=again, on=DAY, by=specialist, at=NOON) != goal


def test_a_step_with_a_day_is_asked_after_on_an_open_day(goal, specialist) -> None:
    saturday = DAY + 3 * ONE_DAY
    row = step(goal, specialist, saturday)
    asked = FollowUp.objects.get(step=row)
    assert (asked.purpose, asked.what) == ("goal_step", "Call the office")
    assert (asked.due_on, asked.planned_on) == (saturday + 2 * ONE_DAY, saturday)


@pytest.mark.parametrize(("due_on", "asks"), [(None, True), (DAY + ONE_DAY, False)])
def test_a_step_nobody_wants_to_be_asked_after_is_not(goal, specialist, due_on, asks: bool) -> None:
    step(goal, specialist, due_on, asks=asks)
    assert not FollowUp.objects.exists()


def test_a_step_sent_twice_is_one(goal, specialist) -> None:
    assert step(goal, specialist, DAY + ONE_DAY) == step(goal, specialist, DAY + ONE_DAY)
    assert FollowUp.objects.count() == 1


def test_ticking_settles_what_asks_after_it_and_a_slip_brings_both_back(goal, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    for _twice in range(2):
        tick(row, specialist)
    asked = FollowUp.objects.get(step=row)
    assert (asked.state, asked.closed_by) == ("done", specialist)
    for _twice in range(2):
        deeds.untick(step=row, by=specialist, at=NOON)
    # The check-in that had come in its place goes again.
    asked = FollowUp.objects.standing().get()
    assert (asked.step, asked.why_here) == (row, "The step was not done after all.")
    row.refresh_from_db()
    assert (asked.is_standing, row.done_on) == (True, None)


def test_a_goal_reached_leaves_nothing_asking_and_can_be_taken_up_again(goal, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    done = step(goal, specialist, DAY + ONE_DAY, text="Find the number")
    tick(done, specialist)
    deeds.close(goal=goal, state="set_aside", words="Not now", on=DAY, by=specialist, at=NOON)
    asked = FollowUp.objects.get(step=row)
    assert (asked.state, asked.decided_by) == ("not_needed", "participant")
    with pytest.raises(said.AlreadyClosed):
        step(goal, specialist, text="Another")
    weeks_later = NOON + 30 * ONE_DAY
    for _twice in range(2):
        assert deeds.take_up_again(goal=goal, by=specialist, at=weeks_later).state == "open"
    asked.refresh_from_db()
    # Friday's; what stood for a day long past is due on the next working day, and says why.
    assert (asked.is_standing, asked.due_on, asked.set_aside) == (True, DAY + 30 * ONE_DAY, False)
    assert (asked.why_here, asked.moved_by) == ("The goal was taken up again.", None)
    assert not FollowUp.objects.standing().filter(step=done).exists()


def test_what_a_contact_settled_earlier_does_not_come_back_with_a_slip(goal, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    FollowUp.objects.update(state="done", closed_at=NOON - ONE_DAY)
    tick(row, specialist)
    deeds.untick(step=row, by=specialist, at=NOON)
    assert not FollowUp.objects.standing().exists()


def test_the_same_words_again_ask_after_the_step_where_nothing_did(goal, specialist) -> None:
    row = step(goal, specialist)
    assert step(goal, specialist, DAY + ONE_DAY) == row
    row.refresh_from_db()
    assert (row.due_on, FollowUp.objects.get().due_on) == (DAY + ONE_DAY, DAY + ONE_DAY)


def test_a_step_gets_another_day_and_its_follow_up_with_it(goal, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    deeds.move_step(step=row, on=DAY + 6 * ONE_DAY, asks=True, by=specialist, at=NOON)
    asked = FollowUp.objects.get()
    assert (asked.due_on, asked.why_here) == (DAY + 6 * ONE_DAY, "The step got another day.")
    planning.reschedule(followup=asked, due_on=DAY + 7 * ONE_DAY, reason="payday", by=specialist, at=NOON)
    row.refresh_from_db()
    assert row.due_on == DAY + 7 * ONE_DAY


def test_a_step_set_aside_asks_no_more_and_may_be_taken_anew(goal, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    for _twice in range(2):
        deeds.drop_step(step=row, on=DAY, by=specialist, at=NOON)
    assert FollowUp.objects.get(step=row).set_aside
    assert tick(row, specialist).done_on is None
    with pytest.raises(said.AlreadyClosed):
        deeds.move_step(step=row, on=DAY, asks=True, by=specialist, at=NOON)
    assert step(goal, specialist, DAY + ONE_DAY) != row


def test_taken_up_again_there_is_still_one_of_it(goal, participant, specialist) -> None:
    deeds.close(goal=goal, state="reached", words="", on=DAY, by=specialist, at=NOON)
    said.set_goal(participant=participant, goal=Goal(wording=goal.wording), on=DAY, by=specialist, at=NOON)
    with pytest.raises(said.AlreadyClosed):
        deeds.take_up_again(goal=goal, by=specialist, at=NOON)


def test_after_services_have_ended_no_step_is_planned(goal, participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(planning.ServicesEnded):
        step(goal, specialist, DAY + ONE_DAY)


def test_an_answer_may_change_and_the_day_with_it(participant, specialist) -> None:
    row = factories.TriedFactory(participant=participant)
    said.answer_tried(tried=row, answer="unsure", on=DAY, by=specialist, at=NOON)
    said.answer_tried(tried=row, answer="helped", on=DAY + ONE_DAY, by=specialist, at=NOON)
    row.refresh_from_db()
    assert (row.answer, row.answered_on) == ("helped", DAY + ONE_DAY)


def test_what_still_holds_is_said_again_on_its_day(participant, specialist) -> None:
    agreed = {"participant": participant, "theirs": "Call", "ours": "Say so", "by": specialist, "at": NOON}
    for on in (DAY, DAY, DAY + ONE_DAY):
        said.expect(on=on, **agreed)
    assert list(Expectations.objects.order_by("agreed_on").values_list("agreed_on", flat=True)) == [DAY, DAY + ONE_DAY]


def test_what_was_said_stays(goal, participant, specialist) -> None:
    details = {"direction": "closer", "words": "Slowly", "review_on": None, "on": DAY, "by": specialist, "at": NOON}
    for _twice in range(2):
        said.say_how_it_goes(goal=goal, **details)
    assert GoalProgress.objects.count() == 1
    refused(lambda: GoalProgress.objects.update(words="x"), "stays as it was")
    factories.ExpectationsFactory(participant=participant)
    refused(lambda: Expectations.objects.update(ours="x"), "stays as it was")
    refused(lambda: Expectations.objects.all()._raw_delete("default"), "stays as it was")


def test_a_session_works_on_nobody_elses_goal(goal, participant) -> None:
    other = factories.ParticipantFactory(team=participant.team)
    session = factories.SessionFactory(participant=other)
    refused(lambda: Session.objects.filter(pk=session.pk).update(goal=goal), "somebody else")


@pytest.mark.parametrize(
    ("model", "fields", "rule"),
    [
        (Goal, {"wording": ""}, "goal_has_words"),
        (Goal, {"state": "reached"}, "goal_closed_when_closed"),
        (Goal, {"closed_on": DAY}, "goal_closed_when_closed"),
        (Goal, {"state": "failed", "closed_on": DAY}, "goal_closed_when_closed"),
        (GoalStep, {"text": ""}, "goalstep_has_words"),
        (GoalStep, {"done_on": DAY}, "goalstep_done_by_somebody"),
        (GoalStep, {"done_by": "them"}, "goalstep_done_by_somebody"),
        (GoalStep, {"done_on": DAY, "done_by": "us", "dropped_on": DAY}, "goalstep_done_or_set_aside"),
        (GoalStep, {"ticked_at": NOON}, "goalstep_done_or_set_aside"),
        (GoalStep, {"done_on": DAY, "done_by": "owl"}, "goalstep_done_by_somebody"),
        (Tried, {"text": ""}, "tried_has_words"),
        (Tried, {"answer": "helped"}, "tried_answered_on_a_day"),
        (Tried, {"answer": "owl", "answered_on": DAY}, "tried_answered_on_a_day"),
    ],
)
def test_states_that_cannot_be(goal, participant, specialist, model, fields, rule: str) -> None:
    step(goal, specialist)
    factories.TriedFactory(participant=participant)
    refused(lambda: model.objects.update(**fields), rule)


def test_rows_that_cannot_be_twice(goal, participant, specialist) -> None:
    row = step(goal, specialist, DAY + ONE_DAY)
    tried = factories.TriedFactory(participant=participant)
    factories.ExpectationsFactory(participant=participant)
    refused(lambda: factories.GoalFactory(participant=participant, wording=goal.wording), "goal_once_while_open")
    refused(lambda: factories.GoalStepFactory(goal=goal, text=row.text), "goalstep_once_while_open")
    refused(lambda: factories.TriedFactory(participant=participant, text=tried.text), "tried_once_a_day")
    refused(lambda: factories.ExpectationsFactory(participant=participant), "expectations_once_a_day")
    refused(lambda: factories.FollowUpFactory(participant=participant, step=row), "followup_one_per_step")
    empty = {"participant": participant, "theirs": "", "ours": ""}
    refused(lambda: factories.ExpectationsFactory(**empty), "expectations_say_something")
    spoken = {"goal": goal, "said_on": DAY, "recorded_at": NOON, "recorded_by": specialist}
    refused(lambda: GoalProgress.objects.create(direction="owl", **spoken), "goalprogress_direction_known")
    GoalProgress.objects.create(direction="same", **spoken)
    refused(lambda: GoalProgress.objects.create(direction="same", **spoken), "goalprogress_said_once")
