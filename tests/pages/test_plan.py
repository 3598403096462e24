from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from followups.models import CheckInPlan, FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
WEEKLY = {"kind": "weekly", "starts_on": "2026-05-08", "agreed_by": "participant"}
KINDS = [code for code, _label in CheckInPlan.kind.field.choices]


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def address(participant) -> str:
    return reverse("check_in_plan", args=[participant.pk])


@pytest.mark.parametrize("kind", KINDS)
def test_ten_days_are_shown_and_they_are_what_is_laid_out(sign_in, specialist, address, kind: str) -> None:
    client = sign_in(specialist)
    given = {**WEEKLY, "kind": kind, "every": "9"}
    shown = client.post(address, {**given, "preview": "1"}).context["preview"]
    assert not CheckInPlan.objects.exists()
    assert len(shown) == len(set(shown)) == 10
    assert all(day.weekday() < 5 for day in shown)

    client.post(address, given)
    laid_out = list(FollowUp.objects.standing().order_by("due_on").values_list("due_on", flat=True))
    assert laid_out
    assert laid_out == shown[: len(laid_out)]
    assert client.get(address).context["coming"] == shown


def test_another_rhythm_leaves_no_duplicate(sign_in, specialist, participant, address) -> None:
    client = sign_in(specialist)
    client.post(address, WEEKLY)
    client.post(address, {**WEEKLY, "kind": "every_n_days", "every": "3"})
    client.post(address, WEEKLY)
    days = list(FollowUp.objects.standing().order_by("due_on").values_list("planned_on", flat=True))
    assert len(days) == len(set(days))
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}
    assert CheckInPlan.objects.running().count() == 1


def test_who_wished_for_it_is_kept_and_shown(sign_in, specialist, address) -> None:
    client = sign_in(specialist)
    client.post(address, WEEKLY)
    assert CheckInPlan.objects.get().agreed_by == "participant"
    assert "The participant" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"kind": "sometimes"}, "kind"),
        ({"kind": "every_n_days", "every": ""}, "every"),
        ({"kind": "every_n_days", "every": "0"}, "every"),
        ({"starts_on": "2026-05-05"}, "starts_on"),
        ({"starts_on": "2028-05-05"}, "starts_on"),
        ({"weekdays": ["9"]}, "weekdays"),
    ],
)
def test_what_cannot_be_agreed_is_said(sign_in, specialist, address, answers, wrong: str) -> None:
    page = sign_in(specialist).post(address, {**WEEKLY, **answers})
    assert list(page.context["form"].errors) == [wrong]
    assert not CheckInPlan.objects.exists()
