"""Promises are kept or not, decisions can be taken up again, and nobody is given up by silence."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.ids import new_id
from accounts.models import AuditEvent
from caseload.models import SessionStatus
from followups.actions import coming_back, contact, ending, planning, promises, sessions
from followups.models import FollowUp, Outcome, Purpose, State
from followups.models.decided import decisions_for
from followups.models.outreach import so_far
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture
def promise(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(
        participant=participant, owner=specialist, purpose=Purpose.PROMISE, what="ask about the bus"
    )


def test_a_promise_is_kept(promise, specialist) -> None:
    promises.kept(followup=promise, by=specialist, at=NOON)
    promise.refresh_from_db()
    assert (promise.state, promise.kept, promise.closed_by) == (State.DONE, True, specialist)
    with pytest.raises(planning.AlreadySettled):
        promises.kept(followup=promise, by=specialist, at=NOON)


def test_one_that_was_not_kept_says_why_and_is_promised_anew(promise, specialist) -> None:
    again = promises.not_kept(
        followup=promise, words="closed that day", again_on=DAY + 2 * ONE_DAY, by=specialist, at=NOON
    )
    promise.refresh_from_db()
    assert (promise.state, promise.kept, promise.closing_reason) == (State.DONE, False, "closed that day")
    assert (again.purpose, again.what, again.came_from) == (Purpose.PROMISE, "ask about the bus", promise)


def test_that_it_was_kept_is_taken_back(promise, specialist) -> None:
    before = FollowUp.objects.values().get()
    promises.kept(followup=promise, by=specialist, at=NOON)
    for _twice in range(2):
        promises.undo(followup=promise, by=specialist, at=NOON + timedelta(minutes=5))
    assert FollowUp.objects.values().get() == before
    assert AuditEvent.objects.filter(action="promise_taken_back", by=specialist).count() == 1


def not_kept(promise, specialist) -> FollowUp:
    again_on = DAY + 2 * ONE_DAY
    return promises.not_kept(followup=promise, words="closed that day", again_on=again_on, by=specialist, at=NOON)


def test_that_it_was_not_kept_is_taken_back_with_what_was_promised_anew(promise, specialist) -> None:
    before = FollowUp.objects.values().get()
    not_kept(promise, specialist)
    promises.undo(followup=promise, by=specialist, at=NOON + timedelta(minutes=5))
    assert FollowUp.objects.values().get() == before
    assert not_kept(promise, specialist).came_from == promise


def test_a_promise_is_not_owed_twice(promise, specialist) -> None:
    again = not_kept(promise, specialist)
    planning.reschedule(followup=again, due_on=DAY + 9 * ONE_DAY, reason="x", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        promises.undo(followup=promise, by=specialist, at=NOON)
    assert FollowUp.objects.standing().get() == again


def test_only_its_author_or_their_supervisor_takes_it_back_and_only_for_a_day(
    promise, specialist, colleague, supervisor
) -> None:
    promises.kept(followup=promise, by=specialist, at=NOON)
    for by, hours in ((colleague, 0), (specialist, 25)):
        with pytest.raises(contact.CannotUndo):
            promises.undo(followup=promise, by=by, at=NOON + timedelta(hours=hours))
    assert promises.undo(followup=promise, by=supervisor, at=NOON + timedelta(hours=24)).is_standing


def test_what_was_decided_is_no_promise_to_take_back(promise, specialist) -> None:
    planning.not_needed(followup=promise, reason="has one", decided_by="participant", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        promises.undo(followup=promise, by=specialist, at=NOON)


def test_only_a_promise_is_kept(participant, specialist) -> None:
    with pytest.raises(promises.NotAPromise):
        promises.kept(followup=factories.FollowUpFactory(participant=participant), by=specialist, at=NOON)


def test_what_was_decided_comes_back_with_one_click_and_stays_readable(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    planning.not_needed(followup=followup, reason="has found a group", decided_by="together", by=specialist, at=NOON)
    assert decisions_for(specialist).get() == followup

    back = coming_back.bring_back(followup=followup, by=specialist, at=NOON + 3 * ONE_DAY)  # a Saturday
    assert coming_back.bring_back(followup=followup, by=specialist, at=NOON + 3 * ONE_DAY) == back
    assert (back.due_on, back.owner, back.came_from) == (DAY + 5 * ONE_DAY, specialist, followup)
    assert not decisions_for(specialist).exists()
    followup.refresh_from_db()
    assert (followup.state, followup.closing_reason) == (State.NOT_NEEDED, "has found a group")


@pytest.mark.django_db(transaction=True)
def test_brought_back_by_several_presses_at_one_moment_it_is_back_once(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    planning.not_needed(followup=followup, reason="found a group", decided_by="together", by=specialist, at=NOON)
    errors, barrier = [], threading.Barrier(4)

    def press() -> None:
        try:
            barrier.wait()
            coming_back.bring_back(followup=followup, by=specialist, at=NOON)
            coming_back.bring_person_back(participant=participant, by=specialist, at=NOON)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thumbs = [threading.Thread(target=press) for _ in range(4)]
    for thumb in thumbs:
        thumb.start()
    for thumb in thumbs:
        thumb.join()
    assert not errors
    assert FollowUp.objects.standing().count() == 1


def test_only_a_decision_comes_back(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, state=State.DONE, closed_at=NOON)
    with pytest.raises(coming_back.NothingDecided):
        coming_back.bring_back(followup=followup, by=specialist, at=NOON)
    factories.end_services(participant)
    with pytest.raises(coming_back.NothingDecided):
        coming_back.bring_person_back(participant=participant, by=specialist, at=NOON)


def test_a_person_with_nothing_planned_comes_back_once(participant, specialist) -> None:
    first = coming_back.bring_person_back(participant=participant, by=specialist, at=NOON)
    assert coming_back.bring_person_back(participant=participant, by=specialist, at=NOON) == first
    assert first.due_on == DAY


def missed(participant, specialist, what_next, at=NOON) -> None:
    session = factories.SessionFactory.build(
        participant=participant,
        team=participant.team,
        specialist=specialist,
        status=SessionStatus.NO_SHOW,
        minutes=None,
        started_at=at - timedelta(hours=1),
    )
    sessions.log_session(session=session, what_next=what_next, by=specialist, at=at)


IN_TWO_WEEKS = planning.NextContact(due_on=DAY + 14 * ONE_DAY, planned_on=DAY + 14 * ONE_DAY)


def test_a_missed_meeting_makes_its_own_follow_up_on_the_next_working_day(participant, specialist) -> None:
    friday = NOON + 2 * ONE_DAY
    missed(participant, specialist, IN_TWO_WEEKS, at=friday)
    row = FollowUp.objects.get(purpose=Purpose.AFTER_MISSED)
    assert (row.due_on, row.owner) == (DAY + 5 * ONE_DAY, specialist)
    assert FollowUp.objects.standing().count() == 2

    missed(participant, specialist, IN_TWO_WEEKS, at=friday + timedelta(hours=2))
    assert FollowUp.objects.filter(purpose=Purpose.AFTER_MISSED).count() == 1


def test_a_contact_chosen_for_that_day_is_it(participant, specialist) -> None:
    tomorrow = planning.NextContact(due_on=DAY + ONE_DAY, planned_on=DAY + ONE_DAY)
    missed(participant, specialist, tomorrow)
    assert FollowUp.objects.get().purpose == Purpose.AFTER_MISSED


@pytest.mark.parametrize(("decided_by", "looked_for"), [("specialist", 1), ("participant", 0)])
def test_staff_do_not_decide_that_nobody_asks_after_them(participant, specialist, decided_by, looked_for) -> None:
    missed(participant, specialist, planning.NoNextStep(reason="not there", decided_by=decided_by))
    assert FollowUp.objects.count() == looked_for


def try_to_reach(followup, outcome: str, by, day: int) -> None:
    contact.record_attempt(
        followup=followup, outcome=Outcome.objects.get(pk=outcome), form_token=new_id(), by=by, at=NOON + day * ONE_DAY
    )


def stop(followup, by, decided_by="supervisor") -> FollowUp:
    at = NOON + 5 * ONE_DAY
    return planning.not_needed(followup=followup, reason="no way found", decided_by=decided_by, by=by, at=at)


def test_three_tries_on_three_days_in_two_ways_before_a_supervisor_may_stop(
    participant, specialist, supervisor
) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist, purpose=Purpose.AFTER_MISSED)
    for day in range(3):
        with pytest.raises(planning.TooSoonToStop):
            stop(followup, supervisor)
        try_to_reach(followup, "no_answer", specialist, day)
    assert (so_far(participant).tries, so_far(participant).ways) == (3, 1)
    with pytest.raises(planning.TooSoonToStop):
        stop(followup, supervisor)
    try_to_reach(followup, "text_sent", specialist, 2)

    with pytest.raises(planning.TooSoonToStop):
        stop(followup, specialist, decided_by="specialist")
    assert stop(followup, supervisor).state == State.NOT_NEEDED


def test_the_person_may_say_so_at_any_time(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist, purpose=Purpose.AFTER_MISSED)
    assert stop(followup, specialist, decided_by="participant").state == State.NOT_NEEDED


def test_services_do_not_end_by_silence_either(participant, specialist, supervisor) -> None:
    with pytest.raises(planning.TooSoonToStop):
        ending.end_services(participant=participant, on=DAY, reason="contact_lost", by=supervisor, at=NOON)
    participant.refresh_from_db()
    assert participant.is_active


def test_the_card_of_a_new_date_says_who_chose_it_and_when(participant, specialist) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    try_to_reach(followup, "no_answer", specialist, 0)
    followup.refresh_from_db()
    assert (followup.moved_by, followup.moved_at, followup.why_here) == (specialist, NOON, "No answer")
