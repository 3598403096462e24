"""Days somebody wants remembered: on the list when they come near, each year once, on their own date."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from caseload.actions import enrolment
from caseload.models import Milestone
from followups import tasks
from followups.actions import contact, ending, milestones, planning
from followups.calendar import comes_round
from followups.models import ContactAttempt, FollowUp, Outcome
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
    assert FollowUp.objects.get(milestone=row).state == "not_needed"
    assert milestones.lay_out_all(at=NOON + 365 * ONE_DAY) == 0


def test_nobody_is_reminded_after_services_have_ended(participant, specialist) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    factories.end_services(participant)
    assert milestones.lay_out_all(at=NOON + 50 * ONE_DAY) == 0


def stop_all(participant, by) -> ContactAttempt:
    row = factories.FollowUpFactory(participant=participant)
    outcome, token = Outcome.objects.get(pk="no_contact"), factories.new_id()
    return contact.record_attempt(followup=row, outcome=outcome, form_token=token, by=by, at=NOON)


def test_whoever_asked_for_no_contact_is_left_in_peace(participant, specialist) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    stop_all(participant, specialist)
    later = NOON + 50 * ONE_DAY
    assert milestones.lay_out_all(at=later) == 0
    keep(participant, specialist, DAY + 3 * ONE_DAY)
    review = FollowUp.objects.standing().get()
    planning.not_needed(followup=review, reason="As they wish", decided_by="participant", by=specialist, at=NOON)
    assert milestones.lay_out_all(at=later) == 0
    # Somebody is in touch again, as the person wishes: their days count again.
    factories.FollowUpFactory(participant=participant)
    assert milestones.lay_out_all(at=later) == 1


def test_taken_back_the_days_count_again(participant, specialist) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    contact.undo(attempt=stop_all(participant, specialist), by=specialist, at=NOON)
    assert milestones.lay_out_all(at=NOON + 50 * ONE_DAY) == 1


def test_nothing_is_kept_for_somebody_whose_services_ended_meanwhile(participant, specialist) -> None:
    factories.end_services(participant)
    with pytest.raises(planning.ServicesEnded):
        keep(participant, specialist, DAY + 3 * ONE_DAY)


def test_whoever_comes_back_before_the_day_is_congratulated(participant, specialist) -> None:
    keep(participant, specialist, DAY + 10 * ONE_DAY)
    ending.end_services(participant=participant, on=DAY, reason="goals_reached", by=specialist, at=NOON)
    assert FollowUp.objects.get().state == "ended"
    enrolment.open_episode(participant=participant, on=DAY, by=specialist, at=NOON)
    for _twice in range(2):
        milestones.lay_out_all(at=NOON + ONE_DAY)
    assert FollowUp.objects.standing().get().due_on == DAY + 10 * ONE_DAY


def test_one_that_cannot_be_laid_out_does_not_stop_the_others(participant, specialist, caplog) -> None:
    keep(participant, specialist, DAY + 60 * ONE_DAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION spoilt() RETURNS trigger AS $$ BEGIN IF NEW.what = 'Spoilt' THEN RAISE 'spoilt';"
            " END IF; RETURN NEW; END; $$ LANGUAGE plpgsql;"
            "CREATE TRIGGER spoilt BEFORE INSERT ON followups_followup FOR EACH ROW EXECUTE FUNCTION spoilt()"
        )
    spoilt = {"participant": participant, "what": "Spoilt"}
    factories.MilestoneFactory(pk=uuid.UUID(int=0), on=DAY + 60 * ONE_DAY, **spoilt)
    factories.MilestoneFactory(pk=uuid.UUID(int=2**128 - 1), on=DAY + 61 * ONE_DAY, **spoilt)
    assert milestones.lay_out_all(at=NOON + 50 * ONE_DAY) == 1
    assert "cannot be put on the list" in caplog.text


def test_the_worker_puts_them_on_the_list(participant, specialist) -> None:
    keep(participant, specialist, timezone.now().date() + 10 * ONE_DAY)
    FollowUp.objects.all().delete()  # where the machine's clock is near the story's
    assert tasks.plan_ahead() == 1
    assert FollowUp.objects.get().purpose == "celebration"


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
    once = client.post(address, {"what": "Out of the shelter", "on": "2026-05-05"})
    assert "This day has passed" in once.content.decode()
    assert not Milestone.objects.exists()
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
