import pytest
from django.urls import reverse

from followups.models import FollowUp, State
from tests import factories

NOON = factories.NOON
ANSWERS = {
    "not_needed": {"reason": "They call us.", "decided_by": "participant"},
    "reschedule": {"choice": "week", "reason": "after payday"},
}


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


@pytest.mark.parametrize("name", ANSWERS)
def test_one_settled_elsewhere_is_said_kindly(sign_in, specialist, due, name: str) -> None:
    FollowUp.objects.filter(pk=due.pk).update(state=State.DONE, closed_at=NOON)
    client, address = sign_in(specialist), reverse(name, args=[due.pk])

    for page in (client.get(address, follow=True), client.post(address, ANSWERS[name], follow=True)):
        assert "settled already" in page.content.decode()
    due.refresh_from_db()
    assert due.state == State.DONE


def test_pressing_twice_keeps_the_first_decision(sign_in, specialist, due) -> None:
    client, address = sign_in(specialist), reverse("not_needed", args=[due.pk])
    client.post(address, ANSWERS["not_needed"])
    page = client.post(address, {**ANSWERS["not_needed"], "reason": "Another"}, follow=True)

    due.refresh_from_db()
    assert "settled already" in page.content.decode()
    assert (due.state, due.closing_reason) == (State.NOT_NEEDED, "They call us.")


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, "choice"),
        ({"choice": "date"}, "on"),
        ({"choice": "date", "on": "2026-05-05"}, "on"),
        ({"choice": "date", "on": "2028-05-05"}, "on"),
        ({"choice": "week", "reason": ""}, "reason"),
    ],
)
def test_a_new_date_needs_a_day_to_come_and_a_reason(sign_in, specialist, due, answers: dict, wrong: str) -> None:
    page = sign_in(specialist).post(reverse("reschedule", args=[due.pk]), {"reason": "after payday", **answers})
    assert wrong in page.context["form"].errors
    due.refresh_from_db()
    assert due.due_on == factories.DAY


@pytest.mark.parametrize("name", ANSWERS)
def test_from_today_it_leads_back_to_today_and_never_elsewhere(sign_in, specialist, due, name: str) -> None:
    address = reverse(name, args=[due.pk])
    card = sign_in(specialist).get(reverse("today")).content.decode()
    assert f'{address}?next={reverse("today")}"' in card
    page = sign_in(specialist).post(address, {**ANSWERS[name], "next": "https://elsewhere.example/"})
    assert page.url == reverse("participant", args=[due.participant_id])
