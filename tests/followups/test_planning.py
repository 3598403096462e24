import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.ids import new_id
from caseload.models import Method, Participant, Session, SessionDraft, Win
from followups.actions import planning, plans, sessions
from followups.actions.planning import ByPlan, NextContact, NoNextStep
from followups.models import FollowUp, NextStep, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
IN_A_WEEK = NextContact(due_on=DAY + timedelta(days=7), planned_on=DAY + timedelta(days=7))


def unsaved(participant: Participant, **fields) -> Session:
    values = {"method": Method.PHONE, "minutes": 30, "started_at": NOON - timedelta(hours=1), "form_token": new_id()}
    return Session(participant=participant, **{**values, **fields})


def log(participant: Participant, by, session: Session | None = None, what_next=IN_A_WEEK, **details) -> Session:
    session = session or unsaved(participant)
    return sessions.log_session(session=session, what_next=what_next, by=by, at=NOON, **details)


def test_a_session_creates_what_comes_next(participant, specialist) -> None:
    session = log(participant, specialist, win="Slept.")

    followup = session.next_step.followup
    assert (followup.due_on, followup.owner, followup.state) == (IN_A_WEEK.due_on, specialist, State.OPEN)
    assert Win.objects.get(session=session).text == "Slept."
    participant.refresh_from_db()
    assert participant.last_contact_at == session.started_at


def test_or_a_decision_that_there_is_nothing(participant, specialist) -> None:
    session = log(participant, specialist, what_next=NoNextStep("They call us.", "participant"))

    assert session.next_step.followup is None
    assert session.next_step.reason == "They call us."


def test_it_settles_what_was_chosen_and_nothing_else(participant, specialist, colleague) -> None:
    due = factories.FollowUpFactory(participant=participant)
    promise = factories.FollowUpFactory(participant=participant, purpose="promise", what="the bus")
    foreign = factories.FollowUpFactory()

    log(participant, specialist, settles=[due.pk, foreign.pk])

    states = FollowUp.objects.in_bulk([due.pk, promise.pk, foreign.pk])
    assert states[due.pk].state == State.DONE
    assert states[due.pk].closed_by == specialist
    assert states[promise.pk].state == State.OPEN
    assert states[foreign.pk].state == State.OPEN


def test_the_plan_offers_the_next_step(participant, specialist) -> None:
    factories.CheckInPlanFactory(participant=participant, starts_on=DAY)
    session = log(participant, specialist, what_next=ByPlan())

    assert session.next_step.followup.plan is not None
    assert session.next_step.followup.due_on == DAY + timedelta(days=7)


def test_a_page_sent_twice_saves_once(participant, specialist) -> None:
    first = unsaved(participant)
    again = unsaved(participant, form_token=first.form_token)

    assert log(participant, specialist, first).pk == log(participant, specialist, again).pk
    assert Session.objects.count() == NextStep.objects.count() == FollowUp.objects.count() == 1


def test_the_draft_is_gone_with_the_saving(participant, specialist) -> None:
    factories.SessionDraftFactory(author=specialist, participant=participant)
    log(participant, specialist)
    assert not SessionDraft.objects.exists()


def test_nothing_is_saved_when_the_next_step_cannot_be(participant, specialist) -> None:
    due = factories.FollowUpFactory(participant=participant)
    too_long = NextContact(due_on=DAY, planned_on=DAY, what="x" * 301)

    with pytest.raises(Exception, match="too long"):
        log(participant, specialist, what_next=too_long, settles=[due.pk], win="Kept?")

    assert not Session.objects.exists()
    assert not Win.objects.exists()
    due.refresh_from_db()
    assert due.state == State.OPEN


def test_logging_on_a_later_day_is_marked(participant, specialist) -> None:
    # 03:30 UTC on the 6th is still the 5th in New York.
    late = log(participant, specialist, unsaved(participant, started_at=NOON.replace(hour=3, minute=30)))
    same_day = log(participant, specialist, unsaved(participant, started_at=NOON.replace(hour=4, minute=30)))

    assert late.logged_late
    assert not same_day.logged_late


def test_a_late_log_does_not_turn_the_last_contact_back(participant, specialist) -> None:
    log(participant, specialist)
    log(participant, specialist, unsaved(participant, started_at=NOON - timedelta(days=9)))
    participant.refresh_from_db()
    assert participant.last_contact_at == NOON - timedelta(hours=1)


def test_missing_each_other_is_a_try_and_no_contact(participant, specialist) -> None:
    due = factories.FollowUpFactory(participant=participant)
    log(participant, specialist, unsaved(participant, status="no_show", minutes=None), settles=[due.pk])

    due.refresh_from_db()
    participant.refresh_from_db()
    assert due.attempts == 1
    assert due.state == State.DONE
    assert participant.last_contact_at is None


def test_nothing_is_planned_for_somebody_whose_services_ended(participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(planning.ServicesEnded):
        log(participant, specialist)


def test_a_new_date_says_why_and_is_told_anew(participant, specialist) -> None:
    row = factories.FollowUpFactory(participant=participant, flagged_rung=2, flagged_at=NOON)
    moved = planning.reschedule(
        followup=row, due_on=DAY + timedelta(days=3), reason="after payday", by=specialist, at=NOON
    )

    assert (moved.due_on, moved.planned_on, moved.why_here) == (DAY + timedelta(days=3), DAY, "after payday")
    assert (moved.flagged_rung, moved.flagged_at) == (0, None)


def test_what_is_settled_stays_settled(participant, specialist) -> None:
    row = factories.FollowUpFactory(participant=participant, state="done", closed_at=NOON)
    with pytest.raises(planning.AlreadySettled):
        planning.reschedule(followup=row, due_on=DAY, reason="?", by=specialist, at=NOON)
    with pytest.raises(planning.AlreadySettled):
        planning.not_needed(followup=row, reason="?", decided_by="together", by=specialist, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_save_once(participant, specialist) -> None:
    token, errors = new_id(), []
    barrier = threading.Barrier(4)

    def click() -> None:
        try:
            barrier.wait()
            log(participant, specialist, unsaved(participant, form_token=token))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()

    assert not errors
    assert Session.objects.count() == FollowUp.objects.count() == 1


@pytest.mark.parametrize("status", ["no_show", "cancelled_by_them", "cancelled_by_us"])
def test_a_promise_is_still_owed_where_they_did_not_meet(participant, specialist, status: str) -> None:
    promise = factories.FollowUpFactory(participant=participant, purpose="promise", what="the bus")
    log(participant, specialist, unsaved(participant, status=status, minutes=None), settles=[promise.pk])
    promise.refresh_from_db()
    assert (promise.state, promise.attempts) == (State.OPEN, 0)


def test_logged_late_the_plan_goes_on_from_today(participant, specialist) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=DAY - timedelta(days=9))
    plans.lay_out(plan=plan, at=NOON - timedelta(days=10))
    late = unsaved(participant, started_at=NOON - timedelta(days=8))
    assert log(participant, specialist, late, what_next=ByPlan()).next_step.followup.due_on >= DAY
