from datetime import timedelta

import pytest
from django.urls import reverse

from followups.models import FollowUp, State
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def promise(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(
        participant=participant, owner=specialist, purpose="promise", what="the bus pass", due_on=DAY
    )


def test_a_promise_is_kept_with_one_tap_on_the_card(sign_in, specialist, promise) -> None:
    client, address = sign_in(specialist), reverse("promise_kept", args=[promise.pk])
    assert address in client.get(reverse("today")).content.decode()
    assert "You kept your word" in client.post(address, follow=True).content.decode()
    assert "settled already" in client.post(address, follow=True).content.decode()
    promise.refresh_from_db()
    assert (promise.state, promise.kept) == (State.DONE, True)


def test_one_that_was_not_kept_is_promised_anew(sign_in, specialist, promise) -> None:
    client, address = sign_in(specialist), reverse("promise_not_kept", args=[promise.pk])
    client.post(address, {"words": "The office was closed", "choice": "week"})
    promise.refresh_from_db()
    again = FollowUp.objects.standing().get()
    assert (promise.kept, promise.closing_reason) == (False, "The office was closed")
    assert (again.purpose, again.what, again.due_on > DAY) == ("promise", "the bus pass", True)


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"words": "", "choice": "week"}, "words"),
        ({"words": "Closed"}, "choice"),
        ({"words": "Closed", "choice": "date"}, "on"),
        ({"words": "Closed", "choice": "date", "on": "2026-05-05"}, "on"),
        ({"words": "Closed", "choice": "date", "on": "2031-05-05"}, "on"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(sign_in, specialist, promise, answers, wrong: str) -> None:
    page = sign_in(specialist).post(reverse("promise_not_kept", args=[promise.pk]), answers)
    assert list(page.context["form"].errors) == [wrong]
    assert answers["words"] in page.content.decode()
    assert FollowUp.objects.standing().get() == promise


def test_a_promise_is_kept_on_the_persons_page_too(sign_in, specialist, promise, participant) -> None:
    client, page = sign_in(specialist), reverse("participant", args=[participant.pk])
    assert f'action="{reverse("promise_kept", args=[promise.pk])}"' in client.get(page).content.decode()
    assert client.post(reverse("promise_kept", args=[promise.pk])).url == page


def test_what_came_of_it_stands_in_the_story_with_both_dates(sign_in, specialist, promise, participant) -> None:
    FollowUp.objects.update(due_on=DAY - timedelta(days=1))
    other = factories.FollowUpFactory(participant=participant, purpose="promise", what="the letter", due_on=DAY)
    client = sign_in(specialist)
    client.post(reverse("promise_kept", args=[promise.pk]))
    client.post(reverse("promise_not_kept", args=[other.pk]), {"words": "It was closed", "choice": "none"})
    text = client.get(reverse("participant", args=[participant.pk])).content.decode()
    assert "kept: due 5 May, done 6 May" in text
    assert "could not be kept: due 6 May, said so 6 May:" in text
    for words in ("the bus pass", "the letter", "It was closed"):
        assert words in text


@pytest.mark.parametrize("where", ["today", "participant"])
@pytest.mark.parametrize("came_of_it", ["promise_kept", "promise_not_kept"])
def test_it_is_taken_back_where_it_was_done(
    sign_in, specialist, promise, participant, where: str, came_of_it: str
) -> None:
    client = sign_in(specialist)
    here = reverse(where, args=[participant.pk] if where == "participant" else [])
    undo = reverse("undo_promise", args=[promise.pk])
    client.post(reverse(came_of_it, args=[promise.pk]), {"words": "It was closed", "choice": "week"})
    assert undo in client.get(here).content.decode()

    for _twice in range(2):
        assert client.post(f"{undo}?next={here}").url == here
    assert FollowUp.objects.get().is_standing
    assert undo not in client.get(here).content.decode()


def test_what_can_no_longer_be_taken_back_is_said(sign_in, specialist, promise, time_machine) -> None:
    client = sign_in(specialist)
    client.post(reverse("promise_kept", args=[promise.pk]))
    time_machine.move_to(NOON + timedelta(hours=25))
    page = sign_in(specialist).post(reverse("undo_promise", args=[promise.pk]), follow=True)
    assert "can no longer be taken back" in page.content.decode()
    promise.refresh_from_db()
    assert promise.kept


@pytest.mark.parametrize("name", ["promise_kept", "promise_not_kept", "undo_promise"])
def test_only_promises_are_kept_or_not(sign_in, specialist, participant, name: str) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    assert sign_in(specialist).post(reverse(name, args=[row.pk])).status_code == 404
