"""Moments are shown on the clocks of the team: late in the evening it is still today there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from followups.actions import coming_back, oversight, pausing, planning
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
# Nine in the evening of the 5th in New York, the 6th in UTC.
EVENING = NOON.replace(hour=1)
ONE_DAY = timedelta(days=1)
TOMORROW = DAY + ONE_DAY


@pytest.fixture(autouse=True)
def at_nine_in_the_evening(time_machine) -> None:
    time_machine.move_to(EVENING, tick=False)


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=4))


def text_of(client, name: str, *args) -> str:
    return client.get(reverse(name, args=args)).content.decode()


@pytest.mark.parametrize("where", ["today", "participant"])
def test_the_card_says_you_chose_it_and_on_which_of_your_days(
    sign_in, specialist, participant, due, where: str
) -> None:
    planning.reschedule(followup=due, due_on=DAY, reason="after payday", by=specialist, at=EVENING)
    args = [] if where == "today" else [participant.pk]
    text = text_of(sign_in(specialist), where, *args)
    assert "you chose Wed 6 May on 5 May: after payday" in text


def test_of_anybody_else_it_says_who_chose_it(sign_in, specialist, supervisor, due) -> None:
    planning.reschedule(followup=due, due_on=DAY, reason="after payday", by=supervisor, at=EVENING)
    assert "Vera chose Wed 6 May on 5 May: after payday" in text_of(sign_in(specialist), "today")


def test_of_a_day_that_nobody_chose_it_says_nobody_did(sign_in, specialist, participant, due) -> None:
    pausing.pause(participant=participant, until=DAY + 5 * ONE_DAY, decided_by="together", by=specialist, at=EVENING)
    pausing.resume(participant=participant, decided_by="participant", by=specialist, at=EVENING)
    text = text_of(sign_in(specialist), "today")
    assert "since 5 May: The pause ended early (The participant)." in text
    assert "chose" not in text


def test_a_decision_was_made_on_that_day_wherever_it_is_told(
    sign_in, specialist, supervisor, participant, due, time_machine
) -> None:
    decided = {"reason": "found a group", "decided_by": "together", "by": specialist, "at": EVENING}
    planning.not_needed(followup=due, **decided)
    client = sign_in(specialist)
    assert "Tue 5 May 2026" in text_of(client, "decided")

    coming_back.bring_back(followup=due, by=specialist, at=EVENING)
    for text in (text_of(client, "today"), text_of(client, "participant", participant.pk)):
        assert "decided on 5 May:" in text
    time_machine.move_to(NOON + timedelta(days=3))
    assert "decided on 5 May:" in text_of(sign_in(supervisor), "overdue")


def test_what_was_talked_about_and_told_is_of_that_day(sign_in, supervisor, participant, due) -> None:
    type(participant).objects.update(last_contact_at=EVENING - timedelta(days=1))
    oversight.mark_discussed(followup=due, by=supervisor, at=EVENING)
    client = sign_in(supervisor)
    assert "talked about 5 May" in text_of(client, "overdue")
    table = text_of(client, "overdue_csv")
    assert "2026-05-05" in table
    assert "2026-05-04" in table
    assert "2026-05-06" not in table


def test_a_rhythm_was_agreed_on_that_day(sign_in, specialist, participant) -> None:
    factories.CheckInPlanFactory(participant=participant, created_at=EVENING)
    assert "5 May 2026" in text_of(sign_in(specialist), "check_in_plan", participant.pk)


def test_a_copy_tells_the_time_on_their_clocks(sign_in, specialist, participant) -> None:
    factories.ContactAttemptFactory(participant=participant, at=EVENING, by=specialist)
    factories.WinFactory(participant=participant, text="2026-05-06T01:00")
    text = text_of(sign_in(specialist), "whole_copy", participant.pk)
    assert "5 May 2026, 21:00" in text
    assert "2026-05-06T01:00" in text
