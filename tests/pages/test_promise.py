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


@pytest.mark.parametrize("name", ["promise_kept", "promise_not_kept"])
def test_only_promises_are_kept_or_not(sign_in, specialist, participant, name: str) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    assert sign_in(specialist).post(reverse(name, args=[row.pk])).status_code == 404
