"""Days somebody wants remembered: on the list when they come near, each year once, on their own date."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caseload.models import Milestone
from followups.actions import milestones, planning
from followups.calendar import comes_round
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


def keep(participant, by, on: date, yearly: bool = True, at=NOON) -> Milestone:
    row = Milestone(what="A year of mornings", on=on, yearly=yearly)
    return milestones.remember(participant=participant, milestone=row, by=by, at=at)


@pytest.mark.parametrize(
    ("on", "today", "next_on"),
    [
        ("2025-05-06", "2026-05-06", "2026-05-06"),
        ("2025-05-06", "2026-05-07", "2027-05-06"),
        ("2024-02-29", "2026-01-01", "2026-02-28"),
        ("2024-02-29", "2026-02-28", "2026-02-28"),
        ("2024-02-29", "2026-03-01", "2027-02-28"),
        ("2024-02-29", "2027-12-31", "2028-02-29"),
        ("2025-12-31", "2026-12-31", "2026-12-31"),
        ("2027-01-01", "2026-05-06", "2027-01-01"),
    ],
)
def test_a_day_comes_round(on: str, today: str, next_on: str) -> None:
    assert comes_round(date.fromisoformat(on), date.fromisoformat(today)) == date.fromisoformat(next_on)


@given(st.dates(date(1930, 1, 1), date(2090, 1, 1)), st.dates(date(1930, 1, 1), date(2090, 1, 1)))
def test_it_always_comes_and_within_a_year_once_it_was(on: date, today: date) -> None:
    coming = comes_round(on, today)
    assert coming >= max(on, today)
    assert on > today or (coming - today).days <= 366
    assert coming.month == on.month
    assert coming.day == on.day or (on.month, on.day, coming.day) == (2, 29, 28)


def test_it_stands_on_the_list_when_it_comes_near_and_on_its_own_day(participant, specialist) -> None:
    sunday = DAY + 4 * ONE_DAY
    row = keep(participant, specialist, sunday.replace(year=2020))
    celebration = FollowUp.objects.get()
    assert (celebration.purpose, celebration.due_on, celebration.owner) == ("celebration", sunday, specialist)
    assert keep(participant, specialist, sunday.replace(year=2020)) == row
    assert FollowUp.objects.count() == 1


def test_one_far_ahead_waits_until_it_is_near_and_comes_each_year_once(participant, specialist) -> None:
    keep(participant, specialist, DAY - 100 * ONE_DAY)
    assert not FollowUp.objects.exists()
    for number in range(0, 800, 5):
        milestones.lay_out_all(at=NOON + number * ONE_DAY)
        milestones.lay_out_all(at=NOON + number * ONE_DAY)
    days = list(FollowUp.objects.order_by("due_on").values_list("due_on", flat=True))
    assert days == [date(2027, 1, 26), date(2028, 1, 26)]


def test_the_29th_of_february_is_kept_in_other_years(participant, specialist) -> None:
    keep(participant, specialist, date(2024, 2, 29))
    milestones.lay_out_all(at=datetime(2027, 2, 10, 15, tzinfo=UTC))
    assert FollowUp.objects.get().due_on == date(2027, 2, 28)


def test_one_that_is_once_does_not_come_back(participant, specialist) -> None:
    keep(participant, specialist, DAY + 3 * ONE_DAY, yearly=False)
    for number in range(0, 500, 7):
        milestones.lay_out_all(at=NOON + number * ONE_DAY)
    assert FollowUp.objects.count() == 1


def test_what_was_settled_is_not_made_again(participant, specialist) -> None:
    keep(participant, specialist, DAY + 3 * ONE_DAY)
    row = FollowUp.objects.get()
    planning.not_needed(followup=row, reason="Quietly", decided_by="participant", by=specialist, at=NOON)
    assert milestones.lay_out_all(at=NOON) == 0
    assert FollowUp.objects.count() == 1


def test_forgotten_it_is_not_needed_any_more(participant, specialist) -> None:
    row = keep(participant, specialist, DAY + 3 * ONE_DAY)
    for _twice in range(2):
        milestones.forget(milestone=row, by=specialist, at=NOON)
    assert FollowUp.objects.get().state == "not_needed"
    assert milestones.lay_out_all(at=NOON + 365 * ONE_DAY) == 0


def test_nobody_is_reminded_after_services_have_ended(participant, specialist) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    factories.end_services(participant)
    assert milestones.lay_out_all(at=NOON + 50 * ONE_DAY) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one(participant, specialist) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        milestones.lay_out_all(at=NOON + 50 * ONE_DAY)
        connection.close()

    threads = [threading.Thread(target=run) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert FollowUp.objects.count() == 1


def test_on_the_page(sign_in, specialist, participant, time_machine) -> None:
    time_machine.move_to(NOON)
    client, address = sign_in(specialist), reverse("milestones", args=[participant.pk])
    assert client.post(address, {"what": "", "on": "1800-01-01"}).context["form"].errors.keys() == {"what", "on"}
    client.post(address, {"what": "Out of the shelter", "on": "2025-05-10", "yearly": "on"})
    assert "Out of the shelter" in client.get(reverse("today")).content.decode()
    client.post(reverse("forget_milestone", args=[Milestone.objects.get().pk]))
    assert "Out of the shelter" not in client.get(address).content.decode()


def test_states_that_cannot_be(participant) -> None:
    row = factories.MilestoneFactory(participant=participant, what="Choir")
    factories.FollowUpFactory(participant=participant, milestone=row)
    for refused, rule in (
        (lambda: factories.MilestoneFactory(participant=participant, what=""), "milestone_has_words"),
        (lambda: factories.MilestoneFactory(participant=participant, what="Choir"), "milestone_once"),
        (lambda: factories.FollowUpFactory(participant=participant, milestone=row), "followup_one_per_milestone_day"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            refused()
