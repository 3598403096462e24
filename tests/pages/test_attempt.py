from datetime import timedelta

import pytest
from django.urls import reverse

from followups.actions import closer, contact
from followups.models import ContactAttempt, FollowUp, Outcome
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
    told = client.post(f"{undo}?from=today", follow=True)
    assert "Taken back." in told.content.decode()
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


def test_after_a_wrong_number_a_new_one_is_asked_for(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client, edit = sign_in(specialist), reverse("edit_participant", args=[participant.pk])
    assert edit not in client.get(reverse("today")).content.decode()

    htmx = {"HX-Request": "true"}
    card = client.post(reverse("record_attempt", args=[row.pk]), tapped("wrong_number"), headers=htmx).content.decode()
    assert "No more calls to it" in card
    assert edit in card
    # So does the card of the next day, until another try says otherwise.
    assert "No more calls to it" in client.get(reverse("today")).content.decode()
    client.post(reverse("record_attempt", args=[row.pk]), tapped("no_answer"))
    assert edit not in client.get(reverse("today")).content.decode()


def test_the_wrong_number_is_no_link_until_it_is_another_one(sign_in, specialist, participant) -> None:
    number = factories.PhoneNumberFactory(participant=participant, number="+16175550142")
    row = due(participant, specialist)
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("wrong_number"))
    client.post(reverse("record_attempt", args=[row.pk]), tapped("letter_sent"))
    text = client.get(reverse("today")).content.decode()
    assert "<s>(617) 555-0142</s>" in text
    assert "tel:" not in text

    type(number).objects.update(number="+16175550143")
    assert "tel:+16175550143" in client.get(reverse("today")).content.decode()


def test_of_two_numbers_none_is_struck_out(sign_in, specialist, participant) -> None:
    for last in (2, 3):
        factories.PhoneNumberFactory(participant=participant, number=f"+1617555014{last}")
    row = due(participant, specialist)
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("wrong_number"))
    text = client.get(reverse("today")).content.decode()
    assert text.count("tel:") == 2
    assert "<s>" not in text


def story(client, participant) -> str:
    return client.get(reverse("participant", args=[participant.pk])).content.decode()


def test_a_try_is_taken_back_from_the_story_and_stays_there_as_taken_back(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("no_answer"))
    undo = reverse("undo_attempt", args=[ContactAttempt.objects.get().pk])
    assert undo in story(client, participant)
    assert "taken back" not in story(client, participant)

    page = client.post(undo)
    assert page.url == reverse("participant", args=[participant.pk])
    told = story(client, participant)
    assert "Taken back." in told
    assert "taken back" in told
    assert undo not in story(client, participant)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due_on) == ("open", 0, DAY)


def test_reached_late_keeps_the_day_it_was_due_and_tells_both(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    FollowUp.objects.update(due_on=DAY - timedelta(days=3))
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("reached"))
    row.refresh_from_db()
    assert row.due_on == DAY - timedelta(days=3)
    assert "due 3 May, done 6 May" in story(client, participant)


@pytest.mark.parametrize(("hours", "offered"), [(0, True), (24, True), (25, False)])
def test_it_is_offered_as_long_as_it_is_possible(
    sign_in, specialist, participant, time_machine, hours: int, offered: bool
) -> None:
    row = due(participant, specialist)
    client = sign_in(specialist)
    time_machine.move_to(NOON, tick=False)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("no_answer"))
    undo = reverse("undo_attempt", args=[ContactAttempt.objects.get().pk])
    time_machine.move_to(NOON + timedelta(hours=hours), tick=False)
    client = sign_in(specialist)
    assert (undo in story(client, participant)) == offered
    assert (undo in client.get(reverse("today")).content.decode()) == offered


def test_of_a_colleagues_try_only_supervisors_are_offered_it(
    sign_in, specialist, supervisor, colleague, participant
) -> None:
    row, no_answer = due(participant, specialist), Outcome.objects.get(pk="no_answer")
    made = {"form_token": factories.new_id(), "by": colleague, "at": NOON}
    attempt = contact.record_attempt(followup=row, outcome=no_answer, **made)
    undo = reverse("undo_attempt", args=[attempt.pk])
    assert undo not in story(sign_in(specialist), participant)
    assert undo in story(sign_in(supervisor), participant)


def test_it_is_not_offered_where_it_would_not_work(sign_in, specialist, participant, time_machine) -> None:
    time_machine.move_to(NOON, tick=False)
    row, client = due(participant, specialist), sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), tapped("away"))
    undo = reverse("undo_attempt", args=[ContactAttempt.objects.get().pk])
    assert undo in story(client, participant)
    # It ends the rest; what rested is not as the try left it.
    agreed = {"occasion": "setback", "happened_on": NOON.date(), "decided_by": "participant"}
    closer.begin(participant=participant, by=specialist, at=NOON, **agreed)
    assert undo not in story(client, participant)
    assert undo not in client.get(reverse("today")).content.decode()


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
