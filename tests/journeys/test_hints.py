"""A quiet suggestion while staff type a labelling word; none where it is no word of its own, none in quotations."""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("She said the ADDICT next door left.", "substance use disorder"),
        ("They are in  denial.", "of two minds"),
        ("(relapse)", "return to use"),
        ("He got clean, he says", "is in recovery"),
        ("non-compliant", "chose otherwise"),
        ("a former addict", "person in recovery"),
        ("Cleaning the kitchen, addicting songs, clientele", ""),
        ("überclient3 and addictó", ""),
    ],
)
def test_a_labelling_word_in_a_note(open_as, specialist, participant, typed: str, suggested: str) -> None:
    page = open_as(specialist, reverse("log_session", args=[participant.pk]))
    hints = page.locator(".word-hints").first
    hints.wait_for(state="attached")
    note = page.get_by_label("Note")
    if suggested:
        note.fill(typed)
        hints.get_by_text(suggested).wait_for()
        assert hints.locator("p").count() == 1
        hints.get_by_role("button").click()
        assert hints.locator("p").count() == 0
    else:
        note.fill("relapse")
        hints.locator("p").first.wait_for()
        note.fill(typed)
        hints.locator("p").first.wait_for(state="detached")
    assert note.input_value() == typed


def test_their_own_words_are_left_alone(open_as, specialist, participant) -> None:
    for name in ("add_words", "setback", "complaint"):
        page = open_as(specialist, reverse(name, args=[participant.pk]))
        assert page.locator("[data-hints]").count() == 0
