"""A specialist's day on a phone, with the click budgets of the product design."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from caseload.models import Session, SessionDraft, Win
from followups.calendar import local_date
from followups.models import FollowUp
from tests import factories
from tests.journeys.conftest import DESK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def due(participant, specialist) -> FollowUp:
    factories.QuotationFactory(participant=participant, text="A key of my own.")
    factories.PhoneNumberFactory(participant=participant)
    today = local_date(timezone.now(), participant.team.time_zone)
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=today)


def chip(page, words: str) -> None:
    """Tap a chip: its whole area is the control."""
    page.locator(".choice-chips .form-check", has_text=words).first.locator("input").check()


class Clicks:
    """Counts what a thumb does."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def tap(self, words: str, role: str = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=words).first.click()

    def chip(self, words: str) -> None:
        self.count += 1
        chip(self.page, words)


def test_logging_a_tally_takes_at_most_six_clicks(open_as, specialist, due) -> None:
    page = open_as(specialist, "/today/")
    clicks = Clicks(page)

    clicks.count += 1
    page.locator("article").get_by_role("link", name="Log a session").click()
    clicks.chip("Phone")
    clicks.chip("45 min")
    clicks.chip("Goal-setting")
    clicks.chip("In a week")
    clicks.tap("Save")
    page.wait_for_url("**/today/")

    session = Session.objects.get()
    assert (session.method, session.minutes, session.strands) == ("phone", 45, ["goals"])
    assert clicks.count <= 6
    due.refresh_from_db()
    assert due.state == "done"


def test_an_outcome_is_one_tap_and_can_be_undone_in_place(open_as, specialist, due) -> None:
    page = open_as(specialist, "/today/")
    page.get_by_role("button", name="No answer").click()
    page.get_by_text("No answer.", exact=True).wait_for()
    assert page.evaluate("document.activeElement.tagName") == "ARTICLE"
    due.refresh_from_db()
    assert due.attempts == 1

    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("button", name="No answer").wait_for()
    due.refresh_from_db()
    assert (due.attempts, due.state) == (0, "open")


def test_without_scripts_the_same_buttons_work(open_as, specialist, due) -> None:
    page = open_as(specialist, "/today/", scripts=False)
    page.get_by_role("button", name="Message left").click()
    page.get_by_text("Just done").wait_for()
    due.refresh_from_db()
    assert due.state == "waiting"


def test_without_scripts_a_session_is_logged(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]), scripts=False)
    chip(page, "In two weeks")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    assert Session.objects.count() == 1


def test_typing_survives_a_closed_tab_and_another_device(open_as, specialist, participant) -> None:
    address = reverse("log_session", args=[participant.pk])
    page = open_as(specialist, address)
    page.get_by_label("Note").fill("We sat on the steps and")
    page.get_by_text("Draft kept").wait_for(timeout=10_000)
    page.close()

    elsewhere = open_as(specialist, address, size=DESK)
    assert elsewhere.get_by_label("Note").input_value() == "We sat on the steps and"
    assert SessionDraft.objects.count() == 1
    local = "JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage)])"
    assert elsewhere.evaluate(local) == "[[],[]]"


def test_leaving_the_tab_keeps_what_was_typed_a_moment_ago(open_as, specialist, participant) -> None:
    address = reverse("log_session", args=[participant.pk])
    page = open_as(specialist, address)
    page.get_by_label("Note").fill("Typed and gone")
    page.goto("/today/")
    deadline = time.monotonic() + 8
    while not SessionDraft.objects.exists() and time.monotonic() < deadline:
        page.reload()
    page.goto(address)
    assert page.get_by_label("Note").input_value() == "Typed and gone"


def test_an_ended_sign_in_is_said_and_nothing_is_lost(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    page.context.clear_cookies()
    page.get_by_label("Note").fill("Still here")
    page.get_by_text("You are signed out").wait_for(timeout=10_000)
    assert page.get_by_label("Note").input_value() == "Still here"


def test_a_missed_meeting_proposes_the_next_working_day(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    chip(page, "They could not make it")
    assert page.locator("[name=next_choice][value=tomorrow]").is_checked()
    assert page.locator("[name=purpose][value=after_missed]").is_checked()
    assert not page.get_by_text("How long").first.is_visible()


def test_a_double_click_saves_once(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    chip(page, "In a week")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.get_by_text("Saved.").first.wait_for()
    assert Session.objects.count() == FollowUp.objects.filter(participant=participant).count() == 1


def test_a_win_is_one_tap_and_a_sentence(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("participant", args=[participant.pk]))
    page.get_by_role("link", name="A win").click()
    page.locator("[name=text]").fill("Slept six hours.")
    page.keyboard.press("Enter")
    page.get_by_text("A win, kept").wait_for()
    assert Win.objects.get().text == "Slept six hours."


def test_the_keyboard_alone_is_enough(open_as, specialist, due) -> None:
    page = open_as(specialist, "/today/", size=DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.get_by_role("button", name="Reached").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Reached.", exact=True).wait_for()
    due.refresh_from_db()
    assert due.state == "done"


def test_a_group_of_twelve_with_two_absent_takes_three_clicks_and_one_for_each(open_as, specialist, team) -> None:
    series = factories.GroupSeriesFactory(team=team, name="Tuesday circle", facilitators=[specialist])
    for number in range(12):
        person = factories.ParticipantFactory(team=team, name_used=f"Person{number:02}")
        factories.RosterPlaceFactory(series=series, participant=person)
    clicks = Clicks(open_as(specialist, "/today/"))
    clicks.tap("Groups", role="link")
    clicks.page.get_by_role("heading", name="Groups").wait_for()
    clicks.tap("Log a meeting", role="link")
    for name in ("Person03", "Person07"):
        clicks.count += 1
        clicks.page.get_by_label(name).uncheck()
    clicks.tap("Save")
    clicks.page.get_by_text("Saved, for everybody.").wait_for()
    assert clicks.count == 3 + 2
    assert Session.objects.filter(status="held").count() == 10
    assert Session.objects.filter(status="no_show").count() == 2


def test_a_setback_with_an_agreed_closer_rhythm_takes_three_clicks(open_as, specialist, participant) -> None:
    clicks = Clicks(open_as(specialist, reverse("participant", args=[participant.pk])))
    clicks.tap("A hard stretch", role="link")
    clicks.page.get_by_role("heading", name="A hard stretch").wait_for()
    clicks.chip("every week for four weeks")
    clicks.tap("Keep it")
    clicks.page.get_by_text("Kept, in their words.").wait_for()
    assert clicks.count == 3
    assert FollowUp.objects.standing().filter(purpose="after_setback").count() == 5
