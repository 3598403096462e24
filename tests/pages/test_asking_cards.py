"""Cards that ask after a referral or a step: the answer settles them, and being in touch does not."""

import pytest
from django.urls import reverse

from caseload.models import GoalStep, Referral
from followups.actions import planning, sessions
from followups.models import FollowUp
from tests import factories
from tests.pages.test_log_session import answers as session_answers
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def place(participant) -> Referral:
    return factories.ReferralFactory(participant=participant, state="accepted")


@pytest.fixture
def step(participant) -> GoalStep:
    return factories.GoalStepFactory(goal__participant=participant, text="Call the office")


@pytest.fixture
def about_place(place, specialist) -> FollowUp:
    return factories.FollowUpFactory(
        participant=place.participant, owner=specialist, referral=place, purpose="referral", what="The dentist"
    )


@pytest.fixture
def about_step(step, specialist) -> FollowUp:
    return factories.FollowUpFactory(
        participant=step.goal.participant, owner=specialist, step=step, purpose="goal_step", what="Call the office"
    )


@pytest.fixture
def both(about_place, about_step) -> list[FollowUp]:
    return [about_place, about_step]


def test_the_card_asks_and_offers_no_way_around(sign_in, specialist, about_place, about_step) -> None:
    text = sign_in(specialist).get(reverse("today")).content.decode()
    assert f"{reverse('answer_referral', args=[about_place.referral_id])}?next=/today/" in text
    assert reverse("tick_step", args=[about_step.step_id]) in text
    for row in (about_place, about_step):
        assert reverse("reschedule", args=[row.pk]) in text
        assert reverse("not_needed", args=[row.pk]) not in text
    assert 'value="reached"' not in text
    assert 'value="no_answer"' in text


def test_and_so_does_the_record(sign_in, specialist, participant, about_place, about_step) -> None:
    here = reverse("participant", args=[participant.pk])
    text = sign_in(specialist).get(here).content.decode()
    assert f"{reverse('answer_referral', args=[about_place.referral_id])}?next={here}" in text
    assert reverse("tick_step", args=[about_step.step_id]) in text
    assert reverse("not_needed", args=[about_place.pk]) not in text


def test_answered_from_the_card_one_is_back_on_the_day(sign_in, specialist, about_place) -> None:
    client, address = sign_in(specialist), reverse("answer_referral", args=[about_place.referral_id])
    assert 'name="next" value="/today/"' in client.get(address + "?next=/today/").content.decode()
    assert client.post(address, {"state": "got_there", "next": "/today/"}).url == "/today/"
    about_place.refresh_from_db()
    assert (about_place.state, about_place.referral.state) == ("done", "got_there")


def test_ticked_from_the_card_one_is_back_on_the_day(sign_in, specialist, about_step) -> None:
    address = reverse("tick_step", args=[about_step.step_id])
    assert sign_in(specialist).post(address, {"done_by": "together", "next": "/today/"}).url == "/today/"
    about_step.refresh_from_db()
    assert (about_step.state, about_step.step.done_by) == ("done", "together")


def test_reached_settles_neither_and_says_how(sign_in, specialist, both) -> None:
    for row, words in zip(both, ("place on offer", "asks after a step"), strict=True):
        given = {"outcome": "reached", "form_token": factories.new_id()}
        page = sign_in(specialist).post(reverse("record_attempt", args=[row.pk]), given, headers={"HX-Request": "true"})
        assert words in page.content.decode()
        row.refresh_from_db()
        assert row.is_standing
        assert not row.tries.exists()


def test_a_try_without_an_answer_still_counts(sign_in, specialist, about_place) -> None:
    given = {"outcome": "no_answer", "form_token": factories.new_id()}
    sign_in(specialist).post(reverse("record_attempt", args=[about_place.pk]), given)
    about_place.refresh_from_db()
    assert (about_place.attempts, about_place.is_standing) == (1, True)


def test_not_needed_says_what_to_say_instead(sign_in, specialist, both) -> None:
    for row, words in zip(both, ("place on offer", "asks after a step"), strict=True):
        address = reverse("not_needed", args=[row.pk])
        for answer in ("get", "post"):
            page = getattr(sign_in(specialist), answer)(address, {"reason": "x", "decided_by": "together"}, follow=True)
            assert words in page.content.decode()
        with pytest.raises(planning.AsksAfter):
            planning.not_needed(followup=row, reason="x", decided_by="together", by=specialist, at=NOON)


def test_a_session_settles_neither(sign_in, specialist, participant, both) -> None:
    client, address = sign_in(specialist), reverse("log_session", args=[participant.pk])
    assert "This settles" not in client.get(f"{address}?follow_up={both[0].pk}").content.decode()
    client.post(address, session_answers(settles=[str(row.pk) for row in both]))
    session = factories.SessionFactory(participant=participant)
    sessions.settle(participant, [row.pk for row in both], session, specialist, NOON)
    for row in both:
        row.refresh_from_db()
        assert row.is_standing


def test_a_step_gets_a_date_or_is_set_aside_on_the_page_of_goals(sign_in, specialist, about_step) -> None:
    client, page = sign_in(specialist), reverse("goals", args=[about_step.participant_id])
    address = reverse("step_date", args=[about_step.step_id])
    assert address in client.get(page).content.decode()
    assert client.post(address, {"due_on": ""}).context["form"].errors
    assert client.post(address, {"due_on": "2026-05-05"}).context["form"].errors
    assert client.post(address, {"due_on": "2026-05-12", "asks": "on"}).url == page
    about_step.refresh_from_db()
    assert about_step.due_on.isoformat() == about_step.step.due_on.isoformat() == "2026-05-12"

    client.post(reverse("drop_step", args=[about_step.step_id]))
    text = client.get(page).content.decode()
    assert "set aside, 6 May" in text
    assert reverse("tick_step", args=[about_step.step_id]) not in text
    client.post(address, {"due_on": "2026-05-13", "asks": "on"})
    assert not FollowUp.objects.standing().filter(step=about_step.step_id).exists()


def test_many_of_them_ask_no_more(sign_in, specialist, participant, both) -> None:
    few = count_queries(sign_in(specialist), reverse("today"))
    for _number in range(5):
        row = factories.ReferralFactory(participant=participant)
        factories.FollowUpFactory(participant=participant, owner=specialist, referral=row, purpose="referral")
    assert count_queries(sign_in(specialist), reverse("today")) == few <= 12
