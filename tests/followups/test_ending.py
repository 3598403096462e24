import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import AuditEvent
from caseload.actions import enrolment, trust
from caseload.actions.enrolment import NotPossible
from caseload.models import Assignment, Participant
from followups.actions import ending, plans
from followups.actions.planning import NextContact
from followups.models import CheckInPlan, FollowUp, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
SOON = NextContact(due_on=DAY + timedelta(days=1), planned_on=DAY + timedelta(days=1))


@pytest.fixture
def end(participant, specialist):
    """End the participant's services on a day."""

    def on_day(on=DAY, reason: str = "moved", at=NOON) -> None:
        ending.end_services(participant=participant, on=on, reason=reason, by=specialist, at=at)

    return on_day


@pytest.fixture
def back(participant, supervisor):
    """Welcome the participant back, waiting for a peer unless one is named."""

    def on_day(on=DAY, specialist=None, at=NOON) -> None:
        ending.welcome_back(participant=participant, on=on, contact=SOON, specialist=specialist, by=supervisor, at=at)

    return on_day


def test_all_that_holds_ends_together(participant, specialist, end) -> None:
    standing = factories.FollowUpFactory(participant=participant, owner=specialist)
    waiting = factories.FollowUpFactory(participant=participant, owner=specialist, state=State.WAITING)
    done = factories.FollowUpFactory(participant=participant, state=State.DONE, closed_at=NOON, closed_by=specialist)
    factories.CheckInPlanFactory(participant=participant)
    end()

    states = dict(FollowUp.objects.values_list("pk", "state"))
    assert states == {standing.pk: State.ENDED, waiting.pk: State.ENDED, done.pk: State.DONE}
    assert not CheckInPlan.objects.running().exists()
    assert Assignment.objects.get().end_reason == "services_ended"
    assert not Participant.objects.active().exists()


def test_a_refused_ending_leaves_everything_as_it_was(participant, specialist, end) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    with pytest.raises(NotPossible):
        end(on=DAY - timedelta(days=91))

    assert FollowUp.objects.standing().count() == 1
    assert Assignment.objects.current().count() == 1
    assert Participant.objects.active().exists()


@pytest.mark.django_db(transaction=True)
def test_an_ending_cut_off_halfway_leaves_everything_as_it_was(participant, specialist, end) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    somebody_else = connection.copy()
    try:
        somebody_else.set_autocommit(False)
        with somebody_else.cursor() as cursor:
            cursor.execute("SELECT 1 FROM followups_followup WHERE id = %s FOR UPDATE", [row.pk])
            connection.cursor().execute("SET lock_timeout = 50")
            with pytest.raises(OperationalError):
                end()
    finally:
        somebody_else.close()
        connection.close()

    assert Participant.objects.active().exists()
    assert participant.episodes.filter(ended_on=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_the_worker_lays_out_meanwhile_ends_too(participant, end) -> None:
    """The worker holds the plan and has written its dates; the ending waits for it and closes them."""
    plan = factories.CheckInPlanFactory(participant=participant)
    laid, ended, waited = threading.Event(), threading.Event(), threading.Event()

    def lay_out() -> None:
        with transaction.atomic():
            plans.lay_out_one(plan.pk, NOON)
            laid.set()
            while not ended.is_set() and not waited.is_set():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
                    waited.set() if cursor.rowcount else None
        connection.close()

    worker = threading.Thread(target=lay_out)
    worker.start()
    assert laid.wait(10)
    end()
    ended.set()
    worker.join(10)
    assert waited.is_set()
    assert FollowUp.objects.count() == 5
    assert not FollowUp.objects.standing().exists()
    assert not CheckInPlan.objects.running().exists()


def test_a_wish_for_another_peer_ends_and_can_be_said_anew(participant, specialist, colleague, end, back) -> None:
    wish = factories.PeerRequestFactory(participant=participant)
    end()
    wish.refresh_from_db()
    assert (wish.answered_by, wish.answer) == (specialist, "Services ended.")
    back(specialist=colleague)
    asked = {"participant": participant, "words": "", "on": DAY, "by": colleague, "at": NOON}
    assert trust.ask_for_another(**asked).pk != wish.pk


def test_what_they_say_later_about_contact_is_kept(participant, supervisor, end, back) -> None:
    def say(answer: str) -> None:
        enrolment.say_contact_after(participant=participant, may_contact=answer, by=supervisor, at=NOON)

    with pytest.raises(NotPossible):
        say("yes")
    end()
    for answer in ("yes", "yes", "no"):
        say(answer)
    assert participant.episodes.get().may_contact == "no"
    said = AuditEvent.objects.filter(action="contact_after_the_end").order_by("pk")
    assert [event.facts["answer"] for event in said] == ["yes", "no"]
    back()
    end(reason="died")
    with pytest.raises(NotPossible):
        say("yes")


def test_nobody_ends_or_comes_back_twice(end, back) -> None:
    with pytest.raises(NotPossible):
        back()
    end()
    with pytest.raises(NotPossible):
        end()
    back()
    with pytest.raises(NotPossible):
        back()


def test_coming_and_going_on_one_day_tells_the_latest(participant, end, back) -> None:
    for reason in ("moved", "own_choice", "goals_reached"):
        end(reason=reason)
        assert Participant.objects.with_episode().get().ending_reason == reason
        back()
    assert Participant.objects.with_episode().get().ended_on is None
    assert participant.episodes.count() == 4


def test_coming_back_is_a_new_beginning_with_somebody_and_a_date(participant, colleague, end, back) -> None:
    end(on=DAY - timedelta(days=3))
    back(specialist=colleague)

    assert Assignment.objects.current().get().specialist == colleague
    assert FollowUp.objects.standing().get().owner == colleague
    assert participant.episodes.filter(ended_on=None).get().started_on == DAY


def test_who_comes_back_waits_since_then(participant, end, back) -> None:
    long_ago = NOON - timedelta(days=80)
    end(on=DAY - timedelta(days=80), at=long_ago)
    back()

    waits = Participant.objects.unassigned([participant.team]).with_waiting_since().get()
    assert waits.waiting_since.isoformat() == "2026-05-06T04:00:00+00:00"  # midnight in New York


def test_who_lost_their_peer_waits_since_then(participant) -> None:
    participant.assignments.update(ended_at=NOON, end_reason="colleague_left")
    assert Participant.objects.unassigned([participant.team]).with_waiting_since().get().waiting_since == NOON
