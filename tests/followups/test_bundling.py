"""Which reminders leave by e-mail, in how many messages, and when they wait."""

from datetime import time, timedelta

import pytest

from accounts.models import OutgoingEmail, Team, User
from followups import reminders
from followups.actions import handing_on
from followups.models import FollowUp, Reminder
from followups.reminders import bundling
from tests import factories
from tests.conftest import member

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture
def due(participant, specialist, supervisor) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist)


def mails() -> int:
    return OutgoingEmail.objects.count()


def test_many_make_one_message(due, participant, specialist) -> None:
    for _number in range(25):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    run = reminders.sweep(NOON)
    assert (run.flagged, run.told) == (26, 1)
    assert OutgoingEmail.objects.get().reminders.count() == 26


def test_each_recipient_has_a_message_of_their_own_batch_after_batch(due, team, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "RECIPIENTS", 2)
    for number in range(5):
        user = member(team, "specialist", f"Peer{number}")
        factories.FollowUpFactory(participant__team=team, owner=user)
    assert reminders.sweep(NOON).told == 6
    assert OutgoingEmail.objects.values("recipient").distinct().count() == 6


def test_the_message_names_nobody(due, participant) -> None:
    FollowUp.objects.update(what="the clinic on Main Street")
    reminders.sweep(NOON)
    message = OutgoingEmail.objects.get()
    for secret in (participant.name_used, "clinic", participant.team.name, str(participant.pk)):
        assert secret not in message.subject + message.text + message.html


def test_in_quiet_hours_it_waits_for_the_morning(due) -> None:
    Team.objects.update(quiet_from=time(20), quiet_until=time(8))
    six_in_the_morning = NOON - timedelta(hours=4)
    reminders.sweep(six_in_the_morning)
    assert Reminder.objects.count() == 1  # it stands in the program already
    assert mails() == 0

    reminders.sweep(six_in_the_morning + timedelta(hours=2))
    assert mails() == 1


def test_on_a_closed_day_only_what_was_planned_for_it_is_worth_a_message(due, participant, specialist, team) -> None:
    saturday = NOON + 3 * ONE_DAY
    reminders.sweep(NOON)
    FollowUp.objects.update(flagged_rung=1)
    Reminder.objects.filter(rung__gt=1).delete()
    reminders.sweep(saturday)  # told again, a day late: the worker was away on Friday
    assert (Reminder.objects.count(), mails()) == (2, 1)

    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=saturday.date())
    reminders.sweep(saturday + timedelta(minutes=1))
    assert mails() == 2
    reminders.sweep(saturday + 2 * ONE_DAY)
    assert not Reminder.objects.filter(mailed_at=None, recipient=specialist).exists()


def test_on_a_saturday_nobody_is_told_by_e_mail_of_what_was_passed_on_to_them(
    due, participant, specialist, colleague, supervisor
) -> None:
    saturday = NOON + 3 * ONE_DAY
    reminders.sweep(NOON)
    handing_on.assign(
        participant=participant, specialist=colleague, instead_of=specialist.pk, by=supervisor, at=saturday
    )
    reminders.sweep(saturday)
    assert Reminder.objects.filter(recipient=colleague).exists()
    assert not OutgoingEmail.objects.filter(recipient=colleague).exists()

    reminders.sweep(saturday + 2 * ONE_DAY)
    assert OutgoingEmail.objects.filter(recipient=colleague).exists()


def test_what_a_full_friday_left_over_waits_for_monday(due, participant, specialist) -> None:
    Team.objects.update(most_mails_a_day=1)
    friday = NOON + 2 * ONE_DAY
    FollowUp.objects.update(due_on=friday.date())
    reminders.sweep(friday)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=friday.date())
    told = [mails() for day in (0, 1, 2, 3) if reminders.sweep(friday + day * ONE_DAY + timedelta(hours=1))]
    assert told == [1, 1, 1, 2]


def test_what_was_taken_back_unsent_does_not_count_for_the_day(due, participant, specialist) -> None:
    Team.objects.update(most_mails_a_day=1)
    reminders.sweep(NOON)
    OutgoingEmail.objects.update(state="cancelled", finished_at=NOON, text="", html="")
    factories.FollowUpFactory(participant=participant, owner=specialist)
    assert reminders.sweep(NOON + timedelta(minutes=1)).told == 1


def page_it_leads_to(user: User) -> str:
    text = OutgoingEmail.objects.filter(recipient=user).latest("created_at").text
    return next(line for line in text.splitlines() if line.startswith("http")).split("/", 3)[3]


def test_it_leads_to_where_it_stands(due, specialist, supervisor) -> None:
    reminders.sweep(NOON)
    assert page_it_leads_to(specialist) == "today/"
    reminders.sweep(NOON + 5 * ONE_DAY)
    assert page_it_leads_to(supervisor) == "overdue/"


def test_what_nobody_keeps_stands_among_the_supervisors_notices(due, supervisor, sign_in) -> None:
    FollowUp.objects.update(owner=None)
    reminders.sweep(NOON)
    assert page_it_leads_to(supervisor) == "notices/"
    assert due.participant.name_used in sign_in(supervisor).get("/notices/").content.decode()


def test_whoever_stands_in_is_led_to_their_today_at_each_rung(due, team, specialist, colleague, sign_in) -> None:
    lasts = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **lasts)
    for day in (0, 2, 7):
        reminders.sweep(NOON + day * ONE_DAY)
        assert page_it_leads_to(colleague) == "today/"
    assert set(Reminder.objects.filter(recipient=colleague).values_list("rung", flat=True)) == {1, 2, 4}
    assert sign_in(colleague).get("/today/").status_code == 200


def test_what_wants_no_message_is_seen_to_batch_after_batch(due, participant, specialist, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "BATCH", 2)
    User.objects.filter(pk=specialist.pk).update(remind_by="digest")
    for _number in range(6):
        factories.FollowUpFactory(participant=participant, owner=specialist)
    reminders.sweep(NOON)
    assert not Reminder.objects.filter(mailed_at=None).exists()
    assert mails() == 0


def test_a_day_has_only_so_many(due, participant, specialist) -> None:
    Team.objects.update(most_mails_a_day=2)
    for minute in range(5):
        factories.FollowUpFactory(participant=participant, owner=specialist)
        reminders.sweep(NOON + timedelta(minutes=minute))
    assert mails() == 2
    assert Reminder.objects.filter(mailed_at=None).count() == 3

    reminders.sweep(NOON + ONE_DAY)
    assert mails() == 3
    assert not Reminder.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize("channel", ["app", "digest"])
def test_who_wants_no_single_mails_gets_none(due, specialist, channel: str) -> None:
    User.objects.filter(pk=specialist.pk).update(remind_by=channel)
    reminders.sweep(NOON)
    assert mails() == 0
    assert Reminder.objects.get().mailed_at == NOON


def test_what_was_settled_before_it_left_is_passed_over(due, specialist) -> None:
    Team.objects.update(quiet_from=time(20), quiet_until=time(8))
    reminders.sweep(NOON - timedelta(hours=4))
    FollowUp.objects.update(due_on=DAY + ONE_DAY, flagged_rung=0, flagged_at=None)
    reminders.sweep(NOON)
    assert mails() == 0
    assert not Reminder.objects.filter(mailed_at=None).exists()
