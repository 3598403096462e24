from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups.actions import handing_on
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture
def told(participant, specialist):
    factories.QuotationFactory(participant=participant, topic="helps", text="Walking by the river")
    factories.QuotationFactory(participant=participant, topic="does_not_help", text="Calls in the morning")
    factories.WinFactory(participant=participant, text="Cooked for six")
    factories.FollowUpFactory(participant=participant, owner=specialist, purpose="promise", what="the bus pass")
    factories.FollowUpFactory(participant=participant, owner=specialist, what="how the move went")
    return participant


def card(sign_in, user, participant):
    return sign_in(user).get(reverse("handoff", args=[participant.pk]))


def test_it_says_their_words_promises_wins_what_to_avoid_and_what_comes_next(sign_in, specialist, told) -> None:
    text = card(sign_in, specialist, told).content.decode()
    order = ["Walking by the river", "What to leave out", "Calls in the morning", "the bus pass", "how the move went"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "Cooked for six" in text


def test_it_travels_with_a_cover_and_ends_with_it(sign_in, team, specialist, colleague, told) -> None:
    assert card(sign_in, colleague, told).status_code == 404
    now = timezone.now()
    cover = factories.CoverFactory(
        team=team,
        absent=specialist,
        cover=colleague,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )
    page = card(sign_in, colleague, told)
    assert page.status_code == 200
    assert reverse("handoff", args=[told.pk]) in sign_in(colleague).get(reverse("today")).content.decode()
    type(cover).objects.filter(pk=cover.pk).update(ends_at=now - timedelta(hours=1))
    assert card(sign_in, colleague, told).status_code == 404


def test_it_travels_with_a_transfer(sign_in, specialist, colleague, supervisor, told) -> None:
    now = timezone.now()
    handing_on.assign(participant=told, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=now)
    assert card(sign_in, colleague, told).status_code == 200
    assert card(sign_in, specialist, told).status_code == 404


@pytest.mark.parametrize(("days", "stands"), [(1, True), (13, True), (15, False)])
def test_the_new_peer_is_led_to_it_from_today_for_a_while(
    sign_in, specialist, colleague, supervisor, told, time_machine, days: int, stands: bool
) -> None:
    address = reverse("handoff", args=[told.pk])
    assert address not in sign_in(specialist).get(reverse("today")).content.decode()
    handing_on.assign(participant=told, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=NOON)
    time_machine.move_to(NOON + timedelta(days=days))
    assert (address in sign_in(colleague).get(reverse("today")).content.decode()) is stands


def test_much_to_say_asks_no_more(sign_in, specialist, told) -> None:
    few = count_queries(sign_in(specialist), reverse("handoff", args=[told.pk]))
    for number in range(20):
        factories.QuotationFactory(participant=told, text=f"Word {number}.")
        factories.WinFactory(participant=told)
        factories.FollowUpFactory(participant=told, owner=specialist)
    assert count_queries(sign_in(specialist), reverse("handoff", args=[told.pk])) == few <= 12
