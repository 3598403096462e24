import pytest
from django.urls import reverse

from caseload.models import Quotation, Win
from tests import factories

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def test_words_and_wins_are_added_never_changed(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    quotation = {"topic": "vision", "text": "  Word for word…  ", "said_on": "2026-05-01"}
    for _twice in range(2):
        client.post(reverse("add_words", args=[participant.pk]), quotation)
        client.post(reverse("add_win", args=[participant.pk]), {"text": "Slept.", "happened_on": "2026-05-06"})
    assert Quotation.objects.count() == Win.objects.count() == 1
    page = client.post(reverse("add_win", args=[participant.pk]), {"text": "Soon", "happened_on": "2026-05-07"})
    assert "still to come" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("add_words", ["What is it about?", "What did they say?"]),
        ("add_win", ["What went well?"]),
        ("end_services", ["How does it end?"]),
    ],
)
def test_what_is_missing_is_asked_for_kindly(sign_in, specialist, participant, name: str, told: list[str]) -> None:
    text = sign_in(specialist).post(reverse(name, args=[participant.pk]), {"said_on": "2026-05-06"}).content.decode()
    assert all(words in text for words in told)


def test_editing_keeps_what_was_typed_when_something_is_wrong(sign_in, specialist, participant) -> None:
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya Q.", "phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 0, "phones-0-number": "x"}
    text = sign_in(specialist).post(address, form).content.decode()
    assert "Maya Q." in text
    participant.refresh_from_db()
    assert participant.name_used == "Maya"
    assert '<a href="#id_phones-0-number">Phone number</a>' in text
    assert "not said" in text
    assert "---" not in text
    sign_in(specialist).post(address, {**form, "phones-0-number": "6175550142"})
    participant.refresh_from_db()
    assert participant.name_used == "Maya Q."
    assert participant.phones.get().number == "+16175550142"


def test_emptying_a_number_takes_it_away(sign_in, specialist, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, number="+16175550142", may_call=True, position=0)
    kept = factories.PhoneNumberFactory(participant=participant, number="+16175550143", position=1)
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya", "phones-TOTAL_FORMS": 4, "phones-INITIAL_FORMS": 2}
    first = {"phones-0-number": "", "phones-0-may_call": "on", "phones-0-message": "may_say"}
    sign_in(specialist).post(address, {**form, **first, "phones-1-number": kept.number})
    assert [phone.number for phone in participant.phones.all()] == [kept.number]


def test_a_permission_taken_away_meanwhile_does_not_come_back_unseen(sign_in, specialist, supervisor, participant):
    number = factories.PhoneNumberFactory(participant=participant, number="+16175550142", may_call=True).number
    address = reverse("edit_participant", args=[participant.pk])
    form = {"name_used": "Maya", "phones-TOTAL_FORMS": 3, "phones-INITIAL_FORMS": 1, "phones-0-number": number}
    early, late = sign_in(supervisor), sign_in(specialist)
    seen = late.get(address).context["seen"]
    early.post(address, {**form, "seen": early.get(address).context["seen"]})

    answers = {**form, "phones-0-may_call": "on", "pronouns": "she"}
    page = late.post(address, {**answers, "seen": seen})
    assert "A colleague changed this meanwhile" in page.content.decode()
    assert not participant.phones.get().may_call
    assert page.context["form"]["pronouns"].value() == "she"

    for _twice in range(2):
        assert late.post(address, {**answers, "seen": page.context["seen"]}).status_code == 302
    assert participant.phones.get().may_call
