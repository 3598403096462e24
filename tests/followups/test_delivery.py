import contextlib
import smtplib
from datetime import time, timedelta

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.core import mail

from accounts.models import OutgoingEmail, User
from followups import delivery, reminders
from followups.actions import pausing
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture
def queued(participant, specialist, supervisor) -> OutgoingEmail:
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
    reminders.sweep(NOON)
    return OutgoingEmail.objects.get()


def deliver(at=NOON, **kwargs) -> int:
    return delivery.deliver(lambda: at, **kwargs)


def state(message: OutgoingEmail) -> tuple[str, int]:
    message.refresh_from_db()
    return message.state, message.attempts


def test_it_leaves_once_with_its_own_id(queued, specialist) -> None:
    assert deliver() == 1
    assert deliver() == 0
    (sent,) = mail.outbox
    assert sent.to == [specialist.email]
    assert sent.extra_headers["Message-ID"] == queued.message_id
    assert state(queued) == ("sent", 1)
    assert queued.text == ""


@pytest.mark.parametrize("change", ["settled", "moved", "transferred", "left", "ended"])
def test_it_is_asked_again_before_it_leaves(queued, participant, specialist, change: str) -> None:
    if change == "settled":
        FollowUp.objects.update(state="done", closed_at=NOON)
    elif change == "moved":
        FollowUp.objects.update(due_on=DAY + timedelta(days=5))
    elif change == "transferred":
        participant.assignments.update(ended_at=NOON, end_reason="transferred")
    elif change == "left":
        User.objects.filter(pk=specialist.pk).update(is_active=False, deactivated_at=NOON)
    else:
        FollowUp.objects.update(state="ended", closed_at=NOON)

    assert deliver() == 0
    assert not mail.outbox
    assert state(queued)[0] == "cancelled"


class Failing:
    """A mail server that refuses in its own way."""

    def __init__(self, error: BaseException) -> None:
        self.error, self.asked = error, 0

    def send_messages(self, messages) -> int:
        self.asked += 1
        raise self.error

    def close(self) -> None:
        pass


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), smtplib.SMTPDataError(451, b"greylisted")])
def test_a_passing_failure_is_tried_again_later(queued, error: Exception) -> None:
    assert deliver(server=Failing(error)) == 0
    assert state(queued) == ("queued", 1)
    assert deliver(NOON + timedelta(seconds=30)) == 0
    assert deliver(NOON + timedelta(minutes=2)) == 1


def test_a_final_refusal_is_stopped_and_visible(queued) -> None:
    deliver(server=Failing(smtplib.SMTPRecipientsRefused({"x": (550, b"unknown")})))
    assert state(queued) == ("stopped", 1)
    assert queued.last_error.startswith("SMTPRecipientsRefused")
    assert "@" not in queued.last_error


def test_it_is_given_up_after_three_days_and_not_before(queued, team) -> None:
    type(team).objects.update(working_days=[1, 2, 3, 4, 5, 6, 7])
    tried = []
    while state(queued)[0] == "queued":
        tried.append(queued.next_try_at)
        deliver(tried[-1] - timedelta(seconds=1), server=Failing(SystemExit()))
        deliver(tried[-1], server=Failing(TimeoutError()))
    minutes = [(at - NOON).total_seconds() / 60 for at in tried]
    assert minutes == [0, 1, 6, 21, 81, 321, 801, 1521, 2241, 2961, 3681, 4401]  # 73 hours
    assert state(queued) == ("stopped", 12)
    assert queued.last_error == "TimeoutError"


def others_waiting(number: int) -> list[OutgoingEmail]:
    """So many that come after the reminder."""
    later = NOON + timedelta(seconds=1)
    return [factories.OutgoingEmailFactory(kind="account", next_try_at=later) for _number in range(number)]


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (TimeoutError(), 1),
        (ConnectionRefusedError(), 1),
        (smtplib.SMTPServerDisconnected("gone"), 1),
        (smtplib.SMTPConnectError(421, b"busy"), 1),
        (smtplib.SMTPAuthenticationError(535, b"who are you?"), 1),
        (smtplib.SMTPSenderRefused(530, b"sign in first", "us"), 1),
        (smtplib.SMTPDataError(451, b"greylisted"), 4),
        (smtplib.SMTPRecipientsRefused({"x": (550, b"unknown")}), 4),
    ],
)
def test_a_server_that_is_not_there_is_asked_once_a_round(queued, error: Exception, asked: int) -> None:
    others, server = others_waiting(3), Failing(error)
    deliver(NOON + timedelta(seconds=1), server=server)
    assert server.asked == asked
    if asked == 1:
        assert {state(other) for other in others} == {("queued", 0)}
        assert not OutgoingEmail.objects.exclude(leased_until=None).exists(), "the rest is free again"


def test_a_round_ends_where_the_server_is_slow(queued) -> None:
    """Each look at the clock costs ten seconds here: the rest waits for the next round."""
    others_waiting(30)
    looks = iter(range(10_000))
    sent = delivery.deliver(lambda: NOON + timedelta(seconds=10 * next(looks)))
    assert 0 < sent < 5
    assert not OutgoingEmail.objects.exclude(leased_until=None).exists()


def test_the_end_of_the_workers_time_is_no_failure_of_the_message(queued) -> None:
    others = others_waiting(2)
    with pytest.raises(SoftTimeLimitExceeded):
        deliver(NOON + timedelta(seconds=1), server=Failing(SoftTimeLimitExceeded()))
    assert state(queued) == ("queued", 1)
    assert queued.last_error == ""
    assert {(state(other), other.leased_until) for other in others} == {(("queued", 0), None)}


def test_one_bad_message_does_not_stop_the_others(queued, specialist) -> None:
    for _number in range(3):
        factories.OutgoingEmailFactory(recipient=specialist, kind="account", subject="fine")
    OutgoingEmail.objects.filter(pk=queued.pk).update(subject="two\nlines")
    assert deliver() == 3
    assert state(queued)[0] == "queued"


def test_a_lease_keeps_others_away_until_it_ends(queued) -> None:
    assert len(delivery.claim(NOON)) == 1
    assert delivery.claim(NOON + timedelta(seconds=119)) == []
    (again,) = delivery.claim(NOON + timedelta(seconds=121))
    assert (again.pk, again.attempts) == (queued.pk, 0), "being claimed is no try"


def test_a_message_that_kills_its_worker_every_time_is_given_up_alone(queued) -> None:
    others, at = others_waiting(2), NOON
    for tries in range(1, 6):
        with pytest.raises(SystemExit):
            deliver(at, server=Failing(SystemExit()))
        assert state(queued) == ("queued", tries)
        OutgoingEmail.objects.filter(pk__in=[other.pk for other in others]).update(next_try_at=at + timedelta(days=9))
        at += timedelta(minutes=3)
    assert deliver(at) == 0
    assert state(queued) == ("stopped", 5)
    assert queued.last_error == "gave up"
    assert {state(other) for other in others} == {("queued", 0)}


def test_an_answer_between_two_crashes_begins_the_count_anew(queued) -> None:
    at = NOON
    for error in (SystemExit(), SystemExit(), TimeoutError(), SystemExit(), SystemExit(), SystemExit()):
        with contextlib.suppress(SystemExit):
            deliver(at, server=Failing(error))
        at += timedelta(hours=5)
    assert deliver(at) == 1


def test_one_whose_asking_always_raises_does_not_hold_up_the_others_and_is_given_up(queued, team) -> None:
    """Its team has a zone that nobody knows: neither the day nor the quiet hours can be told."""
    (other,), at = others_waiting(1), NOON
    type(team).objects.update(time_zone="Nowhere/Atlantis")
    assert deliver(at + timedelta(seconds=1)) == 1
    assert state(other) == ("sent", 1)
    for _try in range(4):
        at += timedelta(hours=5)
        assert deliver(at) == 0
    assert state(queued) == ("stopped", 5)


def test_after_a_crash_the_others_go_first(queued, team) -> None:
    other = factories.OutgoingEmailFactory(kind="account", next_try_at=NOON + timedelta(seconds=1))
    with pytest.raises(SystemExit):
        deliver(NOON + timedelta(seconds=2), server=Failing(SystemExit()))
    first, second = delivery.claim(NOON + timedelta(minutes=3))
    assert (first.pk, first.attempts, second.pk, second.attempts) == (other.pk, 0, queued.pk, 1)


def test_a_worker_whose_lease_went_to_another_does_not_send(queued) -> None:
    (mine,) = delivery.claim(NOON)
    (theirs,) = delivery.claim(NOON + timedelta(minutes=3))
    assert not delivery.begin(mine, NOON + timedelta(minutes=3))
    for write in (
        lambda: delivery.release([mine]),
        lambda: delivery.put_back(mine, TimeoutError(), NOON),
        lambda: delivery.close(mine, "cancelled", NOON),
    ):
        write()
        queued.refresh_from_db()
        assert (queued.state, queued.leased_until, queued.last_error) == ("queued", theirs.leased_until, "")


def test_a_lease_holds_while_its_own_message_is_being_sent(queued) -> None:
    """Claimed with others, it comes last: its time counts from its own beginning."""
    (mine,) = delivery.claim(NOON)
    assert delivery.begin(mine, NOON + timedelta(seconds=110))
    assert delivery.claim(NOON + timedelta(seconds=225)) == []
    (theirs,) = delivery.claim(NOON + timedelta(seconds=231))
    assert (theirs.pk, theirs.attempts) == (queued.pk, 1)


def test_settled_between_the_two_questions_it_is_cancelled(queued) -> None:
    FollowUp.objects.update(state="done", closed_at=NOON)
    assert delivery.quiet_until(queued, NOON) is None
    assert deliver() == 0
    assert state(queued)[0] == "cancelled"


def test_a_retry_at_night_waits_for_the_morning_and_is_no_try(queued, team) -> None:
    type(team).objects.update(quiet_from=time(20), quiet_until=time(8))
    midnight = NOON + timedelta(hours=14)
    assert deliver(midnight) == 0
    assert state(queued) == ("queued", 0)
    assert queued.next_try_at == NOON + timedelta(hours=22)  # eight in the morning in New York
    assert deliver(NOON + timedelta(hours=22)) == 1


@pytest.mark.parametrize("closed", ["weekend", "the team's own", "public holiday"])
def test_what_was_told_on_a_working_day_waits_out_closed_days(queued, team, closed: str) -> None:
    """Queued on Wednesday for Tuesday's date; the mail server is back when the team is closed."""
    at = NOON + timedelta(days=3 if closed == "weekend" else 1)
    if closed == "the team's own":
        team.closed_days.create(on=at.date())
    elif closed == "public holiday":
        type(team).objects.update(holiday_country="US")
        at = at.replace(day=25)  # Memorial Day
    assert deliver(at) == 0
    assert state(queued) == ("queued", 0)
    assert deliver(at + timedelta(days=1 if closed == "the team's own" else 2)) == 1


def test_what_was_planned_for_a_closed_day_leaves_on_it(participant, specialist, team) -> None:
    saturday = NOON + timedelta(days=3)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=saturday.date())
    reminders.sweep(saturday)
    assert deliver(saturday + timedelta(hours=1)) == 1


def test_a_pause_in_the_meantime_takes_it_back(queued, participant, specialist) -> None:
    until = DAY + timedelta(days=20)
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=NOON)
    assert deliver() == 0
    assert state(queued)[0] == "cancelled"


def test_a_cover_that_has_ended_takes_it_back(participant, specialist, colleague, team) -> None:
    lasts = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}
    cover = factories.CoverFactory(team=team, absent=specialist, cover=colleague, **lasts)
    factories.FollowUpFactory(participant=participant, owner=specialist)
    reminders.sweep(NOON)
    message = OutgoingEmail.objects.get(recipient=colleague)
    type(cover).objects.filter(pk=cover.pk).update(ends_at=NOON.replace(year=2021))
    assert deliver() == 0
    assert state(message)[0] == "cancelled"
