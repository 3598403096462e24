"""A quiet suggestion while staff type a labelling word; none where it is no word of its own, none in quotations."""

import pytest
from django.urls import reverse

from caseload.models import WordHint
from tests.pages.test_word_hints import TABLE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SUGGESTED = {
    "She said the ADDICT next door left.": "substance use disorder",
    "They are in  denial.": "of two minds",
    "(relapse)": "return to use",
    "He got clean, he says": "is in recovery",
    "non-compliant": "chose otherwise",
    "a former addict": "person in recovery",
}
NO_WORD_OF_ITS_OWN = ("Cleaning the kitchen, addicting songs, clientele", "überclient3 and addictó")


def test_a_labelling_word_in_a_note(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints, note = page.locator(".word-hints").first, page.get_by_label("Note")
    hints.wait_for(state="attached")
    for typed, suggested in SUGGESTED.items():
        note.fill(typed)
        hints.get_by_text(suggested).wait_for()
        assert hints.locator("p").count() == 1, typed
        assert note.input_value() == typed
        for innocent in NO_WORD_OF_ITS_OWN:
            note.fill(innocent)
            hints.locator("p").first.wait_for(state="detached")


@pytest.mark.long
def test_every_word_of_the_table_is_found(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints, note = page.locator(".word-hints").first, page.get_by_label("Note")
    hints.wait_for(state="attached")
    for avoid, prefer in TABLE.items():
        note.fill(f"They said {avoid}, once.")
        for words in prefer:
            hints.get_by_text(f"“{avoid}”").get_by_text(words).wait_for()
        assert hints.locator("p").count() == 1, avoid


def test_what_they_said_is_left_alone_inside_a_note_too(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints, note = page.locator(".word-hints").first, page.get_by_label("Note")
    hints.wait_for(state="attached")
    quoted = 'He calls himself “an addict”, "an alcoholic" and «un addict» , and says “I am clean”.'
    for words in ("addict", "alcoholic"):
        note.fill(f"{quoted} An {words}, I thought.")
        hints.get_by_text(f"“{words}”").wait_for()
        assert hints.locator("p").count() == 1
        note.fill(quoted)
        hints.locator("p").first.wait_for(state="detached")
    # A mark that is never closed hides nothing, and what stands around a quotation is no phrase.
    note.fill('The 5" drug “good” habit of an addict.')
    hints.get_by_text("“addict”").wait_for()
    assert hints.locator("p").count() == 1


def test_one_that_is_put_away_stays_away(open_as, specialist, participant) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints, note = page.locator(".word-hints").first, page.get_by_label("Note")
    hints.wait_for(state="attached")
    note.fill("a former addict")
    hints.get_by_role("button").click()
    assert hints.locator("p").count() == 0
    note.fill("a former addict, and a relapse")
    hints.get_by_text("return to use").wait_for()
    assert hints.locator("p").count() == 1


def test_of_two_that_are_the_same_to_the_browser_one_is_said(open_as, specialist, participant) -> None:
    for number, avoid in enumerate(("Σίσυφος", "σίσυφοσ")):
        WordHint.objects.create(code=f"same-{number}", avoid=avoid, prefer="somebody who tries")
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints, note = page.locator(".word-hints").first, page.get_by_label("Note")
    hints.wait_for(state="attached")
    note.fill("ΣΊΣΥΦΟΣ")
    hints.get_by_text("somebody who tries").wait_for()
    assert hints.locator("p").count() == 1


def test_their_own_words_are_left_alone(open_as, specialist, participant) -> None:
    for name in ("add_words", "setback", "complaint"):
        page = open_as(specialist, reverse(name, args=[participant.pk]))
        assert page.locator("[data-hints]").count() == 0
