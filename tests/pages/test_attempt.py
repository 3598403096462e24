import pytest
from django.urls import reverse

from followups.models import ContactAttempt, FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def due(participant, specialist, **fields) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY, **fields)


def tapped(outcome: str) -> dict:
    return {"outcome": outcome, "form_token": factories.new_id()}


def test_one_tap_without_javascript(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client = sign_in(specialist)
    address = reverse("record_attempt", args=[row.pk])

    page = client.post(f"{address}?from=today", tapped("message_left"), follow=True)

    row.refresh_from_db()
    assert row.state == "waiting"
    assert "Just done" in page.content.decode()
    undo = reverse("undo_attempt", args=[ContactAttempt.objects.get().pk])
    client.post(f"{undo}?from=today")
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("open", 0)


def test_one_tap_with_javascript_gives_the_card_alone(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    address = reverse("record_attempt", args=[row.pk])
    page = sign_in(specialist).post(address, tapped("reached"), headers={"HX-Request": "true"})
    text = page.content.decode()
    assert text.strip().startswith("<article")
    assert "Wed 13 May" in text
    assert "Undo" in text


def test_two_quick_taps_on_one_card_count_as_the_first(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client, token = sign_in(specialist), {"form_token": factories.new_id()}
    for outcome in ("no_answer", "reached"):
        client.post(reverse("record_attempt", args=[row.pk]), {**token, "outcome": outcome})
    assert ContactAttempt.objects.get().outcome_id == "no_answer"


def test_a_card_settled_elsewhere_is_said_kindly(sign_in, specialist, participant) -> None:
    row = due(participant, specialist, state="done", closed_at=NOON)
    page = sign_in(specialist).post(reverse("record_attempt", args=[row.pk]), tapped("reached"), follow=True)
    assert "settled already" in page.content.decode()
    assert not ContactAttempt.objects.exists()


def test_what_can_no_longer_be_taken_back_is_said_on_the_card(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("reached"))
    attempt = ContactAttempt.objects.get()
    FollowUp.objects.filter(pk=attempt.next_followup_id).update(due_on=DAY)

    page = client.post(reverse("undo_attempt", args=[attempt.pk]), headers={"HX-Request": "true"})

    assert "can no longer be taken back" in page.content.decode()
    assert "can no longer be taken back" not in client.get(reverse("today")).content.decode()


@pytest.mark.parametrize("name", ["record_attempt", "undo_attempt"])
def test_nobody_else_taps_on_it(sign_in, colleague, specialist, participant, name: str) -> None:
    row = due(participant, specialist)
    attempt = factories.ContactAttemptFactory(participant=participant, followup=row, by=specialist)
    key = row.pk if name == "record_attempt" else attempt.pk
    assert sign_in(colleague).post(reverse(name, args=[key]), tapped("reached")).status_code == 404
    assert ContactAttempt.objects.get().undone_at is None


def test_an_unknown_outcome_changes_nothing(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    address = reverse("record_attempt", args=[row.pk])
    assert sign_in(specialist).post(address, tapped("telepathy")).status_code == 404
    assert not ContactAttempt.objects.exists()
