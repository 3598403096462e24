"""Did that help? Asked until they can say, of what it was asked of, and what they said may change."""

import pytest
from django.urls import reverse

from caseload.models import Session, Tried
from tests import factories
from tests.pages.test_attempt import due, tapped
from tests.pages.test_log_session import answers
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY
QUESTION = "Did that help?"


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def address(participant) -> str:
    return reverse("log_session", args=[participant.pk])


@pytest.fixture
def tried(participant) -> Tried:
    return factories.TriedFactory(participant=participant, text="Walking at night")


def answered(participant, text: str, answer: str) -> Tried:
    return factories.TriedFactory(participant=participant, text=text, answer=answer, answered_on=DAY)


def test_who_could_not_say_yet_is_asked_again_after_what_was_never_asked(
    sign_in, specialist, participant, address, tried
) -> None:
    unsure = answered(participant, "Tea before bed", "unsure")
    client, page = sign_in(specialist), reverse("goals", args=[participant.pk])
    assert client.get(address).context["form"].asked.pk == tried.pk
    assert "Tea before bed" in client.get(page).content.decode()
    client.post(reverse("answer_tried", args=[tried.pk]), {"answer": "not"})
    assert client.get(address).context["form"].asked.pk == unsure.pk


def test_what_they_said_may_change(sign_in, specialist, participant, tried) -> None:
    client, page = sign_in(specialist), reverse("goals", args=[participant.pk])
    answer = reverse("answer_tried", args=[tried.pk])
    client.post(answer, {"answer": "not"})
    text = client.get(page).content.decode()
    assert "Tried before" in text
    assert answer in text
    client.post(answer, {"answer": "a_little"})
    assert "Worked for them before" in client.get(page).content.decode()
    assert "It helped a little" in client.get(reverse("handoff", args=[participant.pk])).content.decode()


def test_an_answer_is_of_what_the_page_had_asked(sign_in, specialist, participant, address, tried) -> None:
    client = sign_in(specialist)
    assert client.get(address).context["form"]["tried_asked"].value() == str(tried.pk)
    newer = factories.TriedFactory(participant=participant, text="A lamp")
    client.post(address, answers(tried_asked=str(tried.pk), tried_answer="helped"))
    tried.refresh_from_db()
    newer.refresh_from_db()
    assert (tried.answer, newer.answer) == ("helped", "")


@pytest.mark.parametrize("of", ["somebody else", "answered", "nothing", "nonsense"])
def test_an_answer_of_anything_else_is_dropped(sign_in, specialist, participant, address, tried, of: str) -> None:
    other = factories.TriedFactory()
    if of == "answered":
        other = answered(participant, "Tea", "not")
    asked = {"somebody else": other.pk, "answered": other.pk, "nothing": "", "nonsense": "owl"}[of]
    sign_in(specialist).post(address, answers(tried_asked=str(asked), tried_answer="helped"))
    assert Session.objects.exists()
    assert not Tried.objects.filter(answer="helped").exists()


def test_a_draft_keeps_its_answer_for_its_own_question(sign_in, specialist, participant, address, tried) -> None:
    client = sign_in(specialist)
    client.post(f"{address}draft/", answers(tried_asked=str(tried.pk), tried_answer="helped"))
    assert client.get(address).context["form"]["tried_answer"].value() == "helped"
    newer = factories.TriedFactory(participant=participant, text="A lamp", tried_on=DAY)
    form = client.get(address).context["form"]
    assert (form["tried_asked"].value(), form["tried_answer"].value()) == (str(newer.pk), None)


def test_where_they_did_not_meet_nothing_was_tried_or_answered(sign_in, specialist, address, tried) -> None:
    given = answers(status="no_show", tried="Tea", tried_asked=str(tried.pk), tried_answer="helped")
    sign_in(specialist).post(address, given)
    assert list(Tried.objects.values_list("text", "answer")) == [("Walking at night", "")]


def test_reached_from_the_card_it_is_asked_there(sign_in, specialist, participant, tried) -> None:
    client, htmx = sign_in(specialist), {"HX-Request": "true"}
    row = due(participant, specialist)
    tap = reverse("record_attempt", args=[row.pk])
    answer = reverse("answer_tried", args=[tried.pk])
    assert answer not in client.post(tap, tapped("no_answer"), headers=htmx).content.decode()
    assert answer in client.post(tap, tapped("reached"), headers=htmx).content.decode()
    assert client.post(answer, {"answer": "helped", "next": "/today/"}).url == "/today/"


def test_nobody_who_asked_for_no_contact_is_asked(sign_in, specialist, participant, tried) -> None:
    tap = reverse("record_attempt", args=[due(participant, specialist).pk])
    page = sign_in(specialist).post(tap, tapped("no_contact"), headers={"HX-Request": "true"})
    assert QUESTION not in page.content.decode()


def test_what_helped_before_stands_on_card_and_form(sign_in, specialist, participant, address) -> None:
    due(participant, specialist)
    client = sign_in(specialist)
    few = [count_queries(client, one) for one in (reverse("today"), address)]
    answered(participant, "Tea before bed", "a_little")
    answered(participant, "A lamp", "not")
    for one in (reverse("today"), address):
        text = client.get(one).content.decode()
        assert "Tea before bed" in text
        assert "A lamp" not in text
    assert [count_queries(client, one) for one in (reverse("today"), address)] == few
