from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from followups.actions import pausing
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
        ({"agreed_by": ""}, "agreed_by"),
        ({"agreed_by": "nobody"}, "agreed_by"),
    ],
)
def test_what_cannot_be_agreed_is_said(sign_in, specialist, address, answers, wrong: str) -> None:
    page = sign_in(specialist).post(address, {**WEEKLY, **answers})
    assert list(page.context["form"].errors) == [wrong]
    assert not CheckInPlan.objects.exists()


def test_nobody_is_taken_for_having_wished_it(sign_in, specialist, address) -> None:
    page = sign_in(specialist).get(address)
    assert page.context["form"]["agreed_by"].value() is None


def test_only_on_the_days_that_were_chosen(sign_in, specialist, address) -> None:
    client = sign_in(specialist)
    client.post(address, {**WEEKLY, "kind": "every_n_days", "every": "1", "weekdays": ["2", "4"]})
    days = FollowUp.objects.standing().values_list("due_on", flat=True)
    assert {day.isoweekday() for day in days} == {2, 4}
    assert CheckInPlan.objects.get().weekdays == [2, 4]


def test_a_plan_ends_with_whose_wish_that_is_and_is_listed_then(sign_in, specialist, participant, address) -> None:
    client, end = sign_in(specialist), reverse("end_plan", args=[participant.pk])
    client.post(address, WEEKLY)
    assert "Who wished for it?" in client.post(end, follow=True).content.decode()
    assert CheckInPlan.objects.running().exists()
    assert client.post(end, {"decided_by": "together"}).status_code == 302
    assert CheckInPlan.objects.get().ended_wish == "together"
    assert "has ended already" in client.post(end, {"decided_by": "together"}, follow=True).content.decode()
    text = client.get(address).content.decode()
    for words in ("Every week", "6 May 2026 – 6 May 2026", "begun: The participant", "ended: Decided together"):
        assert words in text


def test_a_pause_shows_while_it_holds_and_its_days_are_left_out(
    sign_in, specialist, participant, address, time_machine
):
    client = sign_in(specialist)
    client.post(address, WEEKLY)
    until = DAY + timedelta(days=16)
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=NOON)
    page = client.post(address, {**WEEKLY, "kind": "monthly", "starts_on": "2026-05-07", "preview": "1"})
    assert "paused until Fri 22 May" in page.content.decode()
    assert min(page.context["preview"]) >= until
    time_machine.move_to(NOON + timedelta(days=16))
    text = sign_in(specialist).get(address).content.decode()
    assert "paused until" not in text
    assert "end the pause" not in text


def test_the_card_that_asks_whether_to_go_on_leads_to_the_plan(sign_in, specialist, participant, address) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, kind="weekly_12", starts_on=DAY - timedelta(weeks=11))
    question = {"what": "Ask whether they would like to go on", "owner": specialist, "participant": participant}
    factories.FollowUpFactory(plan=plan, due_on=DAY, **question)
    client = sign_in(specialist)
    assert f'href="{address}"' in client.get(reverse("today")).content.decode()
    client.post(address, WEEKLY)
    assert f'href="{address}"' not in client.get(reverse("today")).content.decode()
    assert FollowUp.objects.get(plan=plan).state == "done"
