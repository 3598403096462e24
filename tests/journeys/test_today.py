"""Taps that do not get through, and slips of the thumb: nobody may think something was saved that was not."""

import pytest
from django.urls import reverse
from django.utils import timezone

from caseload.models import Session
from followups.calendar import local_date
from followups.models import ContactAttempt, FollowUp
from tests import factories
from tests.journeys.test_specialist import chip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    today = local_date(timezone.now(), participant.team.time_zone)
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=today)


def test_without_a_network_a_tap_says_it_was_not_saved_and_can_be_repeated(open_as, specialist, due) -> None:
    page = open_as(specialist, "/today/")
    page.context.set_offline(True)
    page.get_by_role("button", name="No answer").click()
    page.get_by_text("could not be saved").wait_for()

    page.context.set_offline(False)
    page.get_by_role("button", name="No answer").click()
    page.get_by_text("Next date").wait_for()
    assert not page.get_by_text("could not be saved").is_visible()
    assert ContactAttempt.objects.count() == 1


@pytest.mark.parametrize("gone", ["sessionid", None], ids=["sign-in", "all cookies"])
def test_signed_out_a_tap_says_so(open_as, specialist, due, gone: str | None) -> None:
    page = open_as(specialist, "/today/")
    page.context.clear_cookies(name=gone)
    page.get_by_role("button", name="Reached").click()
    page.get_by_text("You are signed out").wait_for()
    assert not ContactAttempt.objects.exists()


def test_calling_is_one_tap(open_as, specialist, due, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, number="+16175550142")
    link = open_as(specialist, "/today/").locator("article").get_by_role("link", name="Call")
    assert link.get_attribute("href") == "tel:+16175550142"


def test_a_slip_to_missed_and_back_proposes_nothing(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    chip(page, "They could not make it")
    chip(page, "Held")
    assert page.locator("[name=next_choice]:checked").count() == 0
    assert page.locator("[name=purpose][value=check_in]").is_checked()


def test_what_was_chosen_by_hand_stays_chosen(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    chip(page, "In two weeks")
    chip(page, "They could not make it")
    assert page.locator("[name=next_choice][value=two_weeks]").is_checked()


def write(page, words: str) -> None:
    page.get_by_label("Note").fill(words)
    chip(page, "In a week")
    # By the key: going back scrolls the page to where it was, maybe just under the pointer.
    page.get_by_role("button", name="Save", exact=True).press("Enter")


def test_going_back_after_saving_begins_a_new_session(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    write(page, "First.")
    page.get_by_text("Saved.").first.wait_for()
    page.go_back()
    page.get_by_label("Note").wait_for()
    write(page, "Second.")
    page.get_by_role("heading", name="At the same time there is already").wait_for()
    page.get_by_label("Both times are right").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").first.wait_for()
    assert sorted(Session.objects.values_list("note", flat=True)) == ["First.", "Second."]
