"""A closer rhythm and a pause, as they are agreed on the page."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from followups.actions import merging, plans
from followups.models import CheckInPlan, CloserRhythm, FollowUp, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
SETBACK = {"occasion": "setback", "happened_on": "2026-05-06", "decided_by": "participant"}


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def address(name: str, participant) -> str:
    return reverse(name, args=[participant.pk])


def told(answer: str) -> dict[str, object]:
    return {"form_token": factories.new_id(), "answer": answer, "words": "", "happened_on": DAY}


@pytest.mark.parametrize("answer", ["soon", "weekly"])
def test_closer_after_a_setback_was_the_persons_wish(sign_in, specialist, participant, answer: str) -> None:
    sign_in(specialist).post(address("setback", participant), told(answer))
    assert CloserRhythm.objects.get().agreed_by == "participant"


def test_ask_me_later_is_asked_on_the_next_working_day(sign_in, specialist, participant, time_machine) -> None:
    time_machine.move_to(NOON + 2 * ONE_DAY)  # a Friday
    sign_in(specialist).post(address("setback", participant), told("later"))
    asked = FollowUp.objects.get()
    assert (asked.purpose, asked.what) == ("after_setback", "Ask whether being in touch more often would help.")
    assert asked.planned_on == asked.due_on == date(2026, 5, 11)
    assert not CloserRhythm.objects.exists()


def test_the_days_are_shown_before_they_are_agreed(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    page = client.post(address("closer_rhythm", participant), {**SETBACK, "preview": "1"})
    shown = [one.due_on for one in page.context["dates"]]
    assert not CloserRhythm.objects.exists()

    client.post(address("closer_rhythm", participant), SETBACK)
    assert sorted(FollowUp.objects.standing().values_list("due_on", flat=True)) == shown
    assert len(shown) == 5


def test_agreeing_twice_leaves_one(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    for _twice in range(2):
        assert client.post(address("closer_rhythm", participant), SETBACK).status_code == 302
    assert CloserRhythm.objects.standing().count() == 1
    assert FollowUp.objects.standing().count() == 5


def test_a_running_one_is_named_and_ends_with_one_tap(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    client.post(address("closer_rhythm", participant), SETBACK)
    assert "holds until" in client.get(address("closer_rhythm", participant)).content.decode()
    client.post(address("end_closer", participant), {"decided_by": "participant"})
    assert CloserRhythm.objects.get().ended_wish == "participant"
    assert FollowUp.objects.standing().get().due_on == DAY + 7 * ONE_DAY  # nobody is left dangling
    again = client.post(address("end_closer", participant), {"decided_by": "participant"}, follow=True)
    assert "has ended already" in again.content.decode()


def test_one_that_came_with_another_record_is_named_and_ends_here(sign_in, specialist, participant, supervisor) -> None:
    twin = factories.ParticipantFactory(team=participant.team)
    factories.AssignmentFactory(participant=twin, specialist=specialist)
    client = sign_in(specialist)
    client.post(address("closer_rhythm", twin), SETBACK)
    merging.merge(kept=participant, merged=twin, by=supervisor, at=NOON)
    assert "holds until" in client.get(address("closer_rhythm", participant)).content.decode()
    client.post(address("end_closer", participant), {"decided_by": "participant"})
    assert CloserRhythm.objects.get(participant=participant).ended_wish == "participant"


def test_a_pause_until_a_closed_day_says_one_day_everywhere(sign_in, specialist, participant) -> None:
    """The day somebody is in touch again: the team works on Monday, not on Sunday."""
    plans.agree(plan=CheckInPlan(starts_on=DAY), participant=participant, by=specialist, at=NOON)
    client = sign_in(specialist)
    saved = client.post(
        address("pause", participant), {"until": "2026-05-17", "decided_by": "participant"}, follow=True
    )
    assert "ends by itself on Mon 18 May" in saved.content.decode()
    said = {
        "participant": "Paused until 18 May",
        "pause": "Resting until Mon 18 May",
        "check_in_plan": "paused until Mon 18 May",
        "closer_rhythm": "rests until Mon 18 May",
    }
    for page, words in said.items():
        assert words in client.get(address(page, participant)).content.decode(), page
    days = FollowUp.objects.standing().filter(due_on__gt=DAY).order_by("due_on").values_list("due_on", flat=True)
    assert list(days[:2]) == [DAY + 12 * ONE_DAY, DAY + 14 * ONE_DAY]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"occasion": ""}, "occasion"),
        ({"occasion": "birthday"}, "occasion"),
        ({"happened_on": "2026-05-07"}, "happened_on"),
        ({"happened_on": "2025-05-07"}, "happened_on"),
        ({"happened_on": "soon"}, "happened_on"),
        ({"decided_by": ""}, "decided_by"),
    ],
)
def test_what_cannot_be_agreed_is_said(sign_in, specialist, participant, answers, wrong: str) -> None:
    page = sign_in(specialist).post(address("closer_rhythm", participant), {**SETBACK, **answers})
    assert list(page.context["form"].errors) == [wrong]
    assert not CloserRhythm.objects.exists()


def test_a_pause_holds_all_contact_and_ends_by_itself(sign_in, specialist, participant, time_machine) -> None:
    plan = CheckInPlan(kind="weekly", starts_on=DAY)
    plans.agree(plan=plan, participant=participant, by=specialist, at=NOON)
    client = sign_in(specialist)
    client.post(address("pause", participant), {"until": "2026-05-20", "decided_by": "participant"})
    assert not FollowUp.objects.standing().filter(due_on__lt=DAY + 14 * ONE_DAY).exists()
    assert "Maya" not in " ".join(card.participant.name_used for card in cards_of(client, "today"))

    time_machine.move_to(NOON + 14 * ONE_DAY)
    due = cards_of(sign_in(specialist), "today")
    assert [card.participant for card in due] == [participant]
    assert due[0].why_here


def test_a_pause_ends_earlier_with_one_tap(sign_in, specialist, participant) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    client = sign_in(specialist)
    client.post(address("pause", participant), {"until": "2026-08-20", "decided_by": "participant"})
    client.post(address("resume", participant), {"decided_by": "participant"})
    row = FollowUp.objects.standing().get()
    assert (row.state, row.due_on) == (State.OPEN, DAY)


def test_a_pause_without_a_plan_is_shown_and_can_be_ended(sign_in, specialist, participant, time_machine) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    client = sign_in(specialist)
    client.post(address("pause", participant), {"until": "2026-05-20", "decided_by": "participant"})
    assert "Paused until 20 May" in client.get(address("participant", participant)).content.decode()
    assert "End the pause" in client.get(address("pause", participant)).content.decode()
    assert "Who wished for it?" in client.post(address("resume", participant), follow=True).content.decode()
    assert FollowUp.objects.filter(state=State.PAUSED).exists()

    time_machine.move_to(NOON + 15 * ONE_DAY)
    client = sign_in(specialist)
    assert "Paused" not in client.get(address("participant", participant)).content.decode()
    assert "End the pause" not in client.get(address("pause", participant)).content.decode()
    late = client.post(address("resume", participant), {"decided_by": "participant"}, follow=True)
    assert "has ended already" in late.content.decode()
    assert FollowUp.objects.standing().get().due_on == DAY + 14 * ONE_DAY


def test_the_record_says_of_a_rest_what_its_own_page_says(sign_in, specialist, participant, time_machine) -> None:
    time_machine.move_to(factories.NOON, tick=False)
    # What rested has been settled; the plan rests all the same.
    factories.CheckInPlanFactory(participant=participant, paused_until=date(2026, 5, 20))
    client = sign_in(specialist)
    for page, words in (("participant", "Paused until 20 May"), ("pause", "Resting until Wed 20 May 2026")):
        assert words in client.get(address(page, participant)).content.decode()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"until": "2026-05-06"}, "until"),
        ({"until": "2028-05-06"}, "until"),
        ({"until": ""}, "until"),
        ({"decided_by": "nobody"}, "decided_by"),
    ],
)
def test_a_pause_that_cannot_be_is_said(sign_in, specialist, participant, answers, wrong: str) -> None:
    given = {"until": "2026-05-20", "decided_by": "participant", **answers}
    page = sign_in(specialist).post(address("pause", participant), given)
    assert list(page.context["form"].errors) == [wrong]
    assert not FollowUp.objects.filter(state=State.PAUSED).exists()


def cards_of(client, section: str) -> list[FollowUp]:
    return client.get(reverse("today")).context["sections"][section]
