"""What a group's meeting settles: around its day for who was there, next to nothing for who was missed."""

from datetime import timedelta

import pytest

from caseload.models import GroupMeeting, Session
from followups.actions import contact, groups
from followups.actions.groups import Attendance
from followups.actions.planning import ByPlan, NextContact
from followups.models import FollowUp, Outcome, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
IN_A_WEEK = NextContact(due_on=DAY + 7 * ONE_DAY, planned_on=DAY + 7 * ONE_DAY)


@pytest.fixture
def other(team, colleague):
    """Somebody else who comes to the group."""
    person = factories.ParticipantFactory(team=team, name_used="Noa")
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


def meet(participant, other, by, here: bool, days_ago: int = 0) -> Session:
    """A meeting of both, an hour before noon; returns the first one's part."""
    meeting = GroupMeeting(
        team=participant.team,
        name="Circle",
        method="in_person",
        started_at=NOON - timedelta(days=days_ago, hours=1),
        minutes=60,
        form_token=factories.new_id(),
    )
    parts = [
        Attendance(participant.pk, here, "", IN_A_WEEK if here else None),
        Attendance(other.pk, True, "", IN_A_WEEK),
    ]
    groups.log_meeting(meeting=meeting, facilitators=[by], attendances=parts, by=by, at=NOON)
    return Session.objects.get(participant=participant, meeting=meeting)


def owed(participant, days: int = 0, **fields) -> FollowUp:
    fields = {"created_at": NOON - timedelta(days=40), **fields}
    return factories.FollowUpFactory(participant=participant, due_on=DAY + timedelta(days=days), **fields)


def is_done(followup: FollowUp) -> bool:
    followup.refresh_from_db()
    return followup.state == State.DONE


def test_who_was_there_was_in_touch_for_what_was_owed_around_that_day(participant, other, specialist) -> None:
    late, now, soon, later = (owed(participant, days) for days in (-5, 0, 3, 4))
    promise = owed(participant, purpose="promise", what="the bus")
    meet(participant, other, specialist, here=True)
    assert [is_done(row) for row in (late, now, soon, later, promise)] == [True, True, True, False, False]


def test_coming_answers_a_reply_that_was_awaited_whatever_its_day(participant, other, specialist) -> None:
    awaited = owed(participant, 14, state="waiting")
    meet(participant, other, specialist, here=True)
    assert is_done(awaited)


@pytest.mark.parametrize("purpose", ["check_in", "after_setback", "after_discharge"])
def test_who_was_missed_is_still_owed_their_own_contact(participant, other, specialist, purpose: str) -> None:
    own, awaited = owed(participant, purpose=purpose), owed(participant, 2, state="waiting")
    meet(participant, other, specialist, here=False)
    assert not is_done(own)
    assert not is_done(awaited)
    assert (own.attempts, own.due_on) == (0, DAY)


def test_who_is_missed_again_is_asked_after_anew(participant, other, specialist) -> None:
    before = owed(participant, -1, purpose="after_missed")
    part = meet(participant, other, specialist, here=False)
    assert is_done(before)
    assert before.attempts == 1
    again = FollowUp.objects.standing().get(participant=participant)
    assert (again.purpose, again.due_on) == ("after_missed", DAY + ONE_DAY)
    assert part.next_step.followup == again


def test_missed_twice_in_a_day_is_asked_after_once(participant, other, specialist) -> None:
    first, second = (meet(participant, other, specialist, here=False) for _twice in range(2))
    assert FollowUp.objects.filter(participant=participant).count() == 1
    assert first.next_step.followup == second.next_step.followup


def test_logged_two_weeks_late_it_settles_what_was_owed_then(participant, other, specialist) -> None:
    then, now = owed(participant, -14), owed(participant)
    meet(participant, other, specialist, here=True, days_ago=14)
    assert [is_done(then), is_done(now)] == [True, False]


def test_logged_late_it_leaves_what_was_planned_or_tried_since(participant, other, specialist) -> None:
    tried, planned = owed(participant, -14), owed(participant, -12, created_at=NOON - timedelta(days=13))
    contact.record_attempt(
        followup=tried,
        outcome=Outcome.objects.get(pk="message_left"),
        form_token=factories.new_id(),
        by=specialist,
        at=NOON - timedelta(days=13),
    )
    meet(participant, other, specialist, here=True, days_ago=14)
    assert [is_done(tried), is_done(planned)] == [False, False]


def test_the_day_of_the_meeting_is_that_of_the_team(participant, other, specialist) -> None:
    # Eleven in the evening of the 5th in New York is the 6th in UTC; four days on from the 5th is the 9th.
    four_days_on = owed(participant, 3)
    meeting = GroupMeeting(
        team=participant.team,
        name="Late circle",
        method="in_person",
        started_at=NOON.replace(hour=3),
        minutes=30,
        form_token=factories.new_id(),
    )
    parts = [Attendance(participant.pk, True, "", IN_A_WEEK)]
    groups.log_meeting(meeting=meeting, facilitators=[specialist], attendances=parts, by=specialist, at=NOON)
    assert not is_done(four_days_on)


def test_a_rhythm_that_has_come_to_its_end_leaves_the_meeting_be(participant, other, specialist) -> None:
    factories.CheckInPlanFactory(participant=participant, kind="weekly_12", starts_on=DAY - timedelta(weeks=13))
    meeting = GroupMeeting(
        team=participant.team,
        name="Circle",
        method="in_person",
        started_at=NOON - timedelta(hours=1),
        minutes=60,
        form_token=factories.new_id(),
    )
    parts = [Attendance(one.pk, True, "", ByPlan()) for one in (participant, other)]
    groups.log_meeting(meeting=meeting, facilitators=[specialist], attendances=parts, by=specialist, at=NOON)
    assert participant.sessions.get().next_step.followup.due_on == DAY + 7 * ONE_DAY
