import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.actions import deliveries as account_deeds
from accounts.actions import people
from accounts.actions.deliveries import Again
from accounts.models import AuditEvent, OutgoingEmail, Role
from followups import delivery, reminders
from followups.actions import deliveries as deeds
from followups.models import FollowUp, SweepRun
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
HOUR = timedelta(hours=1)


class Refusing:
    """A mail server that knows nobody."""

    def send_messages(self, messages) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user here")})

    def close(self) -> None:
        pass


def stopped(**fields) -> OutgoingEmail:
    return factories.OutgoingEmailFactory(**{"state": "stopped", "text": "", "finished_at": NOON, **fields})


def queued(ago: timedelta, **fields) -> OutgoingEmail:
    return factories.OutgoingEmailFactory(**{"created_at": NOON - ago, "next_try_at": NOON - ago, **fields})


@pytest.fixture
def reminder(participant, specialist, supervisor, time_machine) -> OutgoingEmail:
    """A reminder that the mail server did not want."""
    time_machine.move_to(NOON, tick=False)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
    reminders.sweep(NOON)
    delivery.deliver(lambda: NOON, Refusing())
    return OutgoingEmail.objects.given_up().get()


@pytest.fixture
def invitation(administrator, team, time_machine) -> OutgoingEmail:
    """An invitation that the mail server did not want."""
    time_machine.move_to(NOON, tick=False)
    people.invite(email="nia@example.org", places=[(Role.SPECIALIST, team.pk)], by=administrator, at=NOON)
    delivery.deliver(lambda: NOON, Refusing())
    return OutgoingEmail.objects.given_up().get()


def press(client, message: OutgoingEmail) -> str:
    return client.post(reverse("try_again", args=[message.pk]), follow=True).content.decode()


def test_it_says_for_whom_and_why_and_nothing_about_participants(sign_in, administrator, reminder, specialist) -> None:
    text = sign_in(administrator).get(reverse("deliveries")).content.decode()
    for words in ("Sam", specialist.email, "Reminder", "after 1 try", "does not know this address"):
        assert words in text
    for word in ("Maya", "Harbor", "SMTPRecipients"):
        assert word not in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("SMTPDataError 554", "did not take the message. (It said 554.)"),
        ("SMTPSenderRefused 550", "does not accept our own address"),
        ("SMTPAuthenticationError 535", "did not accept our user name"),
        ("ConnectionRefusedError", "could not be reached"),
        ("TimeoutError", "could not be reached"),
        ("gaierror", "could not be reached"),
        ("SSLCertVerificationError", "No safe connection"),
        ("gave up", "was stopped each time"),
        ("ValueError", "Something unexpected"),
    ],
)
def test_what_the_server_said_is_put_into_words(sign_in, administrator, error: str, words: str) -> None:
    stopped(last_error=error)
    assert words in sign_in(administrator).get(reverse("deliveries")).content.decode()


def test_a_reminder_is_written_anew_and_leaves(sign_in, administrator, reminder, specialist) -> None:
    client = sign_in(administrator)
    assert "leaves with the next round" in press(client, reminder)
    assert client.get(reverse("deliveries")).context["rows"] == []
    reminders.sweep(NOON)
    assert delivery.deliver(lambda: NOON) == 1
    assert mail.outbox[0].to == [specialist.email]
    assert AuditEvent.objects.filter(action="mail_tried_again", subject_id=reminder.pk).count() == 1


def test_pressing_twice_sends_once(administrator, reminder) -> None:
    first = deeds.try_again(message=reminder, by=administrator, at=NOON)
    reminders.sweep(NOON)
    second = deeds.try_again(message=reminder, by=administrator, at=NOON)
    reminders.sweep(NOON)
    assert (first, second) == (Again.ON_ITS_WAY, Again.NOT_NEEDED)
    assert OutgoingEmail.objects.filter(state="queued").count() == 1


@pytest.mark.parametrize("change", ["settled", "handed on", "left"])
def test_a_reminder_of_nothing_is_not_sent(sign_in, administrator, reminder, participant, specialist, change: str):
    if change == "settled":
        FollowUp.objects.update(state="done", closed_at=NOON)
    elif change == "handed on":
        participant.assignments.update(ended_at=NOON, end_reason="transferred")
    else:
        type(specialist).objects.filter(pk=specialist.pk).update(is_active=False, deactivated_at=NOON)
    assert "not needed any more" in press(sign_in(administrator), reminder)
    reminders.sweep(NOON)
    assert not OutgoingEmail.objects.filter(state="queued").exists()
    assert not OutgoingEmail.objects.given_up().exists()


def test_an_invitation_gets_a_fresh_link(sign_in, administrator, invitation) -> None:
    old = invitation.recipient.invitations.get()
    press(sign_in(administrator), invitation)
    old.refresh_from_db()
    fresh = invitation.recipient.invitations.get(revoked_at=None)
    assert old.revoked_at
    assert people.link_of(fresh) in OutgoingEmail.objects.get(state="queued").text
    assert not OutgoingEmail.objects.given_up().exists()


def test_one_who_has_joined_meanwhile_is_not_invited_again(administrator, invitation) -> None:
    people.accept(
        invitation=invitation.recipient.invitations.get(), name="Nia", credential="", password="a-warm-lamp", at=NOON
    )
    assert account_deeds.try_again(message=invitation, by=administrator, at=NOON) == Again.NOT_NEEDED


def test_a_link_for_a_new_password_cannot_be_sent_again(sign_in, administrator, specialist) -> None:
    message = stopped(recipient=specialist, kind="account")
    client = sign_in(administrator)
    text = client.get(reverse("deliveries")).content.decode()
    assert reverse("try_again", args=[message.pk]) not in text
    assert "They can ask for a new link" in text
    assert "cannot be sent again" in press(client, message)
    assert OutgoingEmail.objects.get().state == "stopped"


def test_what_was_not_given_up_cannot_be_tried_again(sign_in, administrator) -> None:
    message = queued(HOUR)
    page = sign_in(administrator).post(reverse("try_again", args=[message.pk]), follow=True)
    assert page.redirect_chain == [(reverse("deliveries"), 302)]
    before = message.next_try_at
    message.refresh_from_db()
    assert (message.state, message.next_try_at) == ("queued", before)


def test_the_latest_first_page_after_page(sign_in, administrator) -> None:
    person = factories.UserFactory()
    for number in range(120):
        stopped(recipient=person, finished_at=NOON + HOUR * (number % 50))
    client, seen, query = sign_in(administrator), [], "?"
    while query:
        page = client.get(reverse("deliveries") + query)
        seen += [(row.finished_at, row.pk) for row in page.context["rows"]]
        query = page.context["next"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 120
    assert len(client.get(reverse("deliveries") + "?after=nonsense").context["rows"]) == 50


@pytest.mark.parametrize("name", ["deliveries", "staff", "teams"])
def test_the_pages_ask_at_most_twelve_times(
    sign_in, administrator, django_assert_max_num_queries, name: str, team
) -> None:
    for _number in range(60):
        stopped()
    queued(timedelta(days=2))
    client = sign_in(administrator)
    with django_assert_max_num_queries(12):
        client.get(reverse(name))


ALARM = "no e-mail has left"


def said(administrator, sign_in) -> set[str]:
    """The pages on which the alarm stands."""
    client = sign_in(administrator)
    pages = ("deliveries", "staff", "teams")
    return {name for name in pages if ALARM in client.get(reverse(name)).content.decode()}


def test_all_three_pages_raise_the_alarm_and_lead_to_the_deliveries(sign_in, administrator, team, time_machine):
    time_machine.move_to(NOON, tick=False)
    queued(timedelta(days=2))
    queued(HOUR)
    assert said(administrator, sign_in) == {"deliveries", "staff", "teams"}
    text = sign_in(administrator).get(reverse("staff")).content.decode()
    assert "Since 4 May 2026, 14:00 (UTC) no e-mail has left, though 2 were waiting." in text
    assert text.count(f'href="{reverse("deliveries")}"') == 2


@pytest.mark.parametrize(
    ("waited", "state", "gave_up_after", "sent_ago", "count"),
    [
        (timedelta(hours=23), "queued", None, None, 0),
        (timedelta(hours=25), "queued", None, None, 1),
        (timedelta(hours=25), "queued", None, timedelta(hours=23), 0),
        (timedelta(hours=30), "queued", None, timedelta(hours=24), 1),
        # given up after the last try, which is less than a day
        (timedelta(hours=25), "stopped", timedelta(hours=22), None, 1),
        (timedelta(days=3), "stopped", timedelta(hours=22), timedelta(days=1), 0),
        # the server was there, and said never
        (timedelta(hours=25), "stopped", timedelta(minutes=1), None, 0),
        (timedelta(days=30), "stopped", timedelta(hours=22), None, 0),
        (timedelta(hours=25), "cancelled", timedelta(hours=22), None, 0),
    ],
)
def test_when_it_is_time_to_look(db, waited, state, gave_up_after, sent_ago, count: int) -> None:
    begun = NOON - waited
    end = {} if gave_up_after is None else {"finished_at": begun + gave_up_after, "text": ""}
    queued(waited, state=state, **end)
    if sent_ago is not None:
        factories.OutgoingEmailFactory(state="sent", text="", finished_at=NOON - sent_ago, created_at=NOON - sent_ago)
    alarm = OutgoingEmail.objects.alarm(NOON)
    assert (alarm.waiting if alarm else 0) == count
    assert alarm is None or alarm.since == (NOON - sent_ago if sent_ago else begun)


@pytest.mark.parametrize(
    ("error", "people", "sent_ago", "raised"),
    [
        ("SMTPSenderRefused 550", 1, None, True),
        ("SMTPDataError 554", 1, None, True),
        ("SMTPDataError 554", 1, 20 * HOUR, False),
        ("SMTPRecipientsRefused 550", 3, None, True),
        ("SMTPRecipientsRefused 550", 3, 20 * HOUR, False),
        ("SMTPRecipientsRefused 550", 2, None, False),
    ],
)
def test_a_server_that_says_never_to_everything_raises_it_too(db, error, people: int, sent_ago, raised: bool) -> None:
    for hours in range(people):
        gone = NOON - (30 - hours) * HOUR
        stopped(created_at=gone, finished_at=gone + timedelta(minutes=1), last_error=error)
    if sent_ago is not None:
        factories.OutgoingEmailFactory(state="sent", text="", finished_at=NOON - sent_ago, created_at=NOON - sent_ago)
    alarm = OutgoingEmail.objects.alarm(NOON)
    assert (alarm is not None and alarm.waiting == people) == raised


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SPECIALIST])
def test_an_administrator_who_begins_elsewhere_sees_it_there(sign_in, team, time_machine, role: Role) -> None:
    time_machine.move_to(NOON, tick=False)
    queued(timedelta(days=2))
    page = reverse("overdue" if role == Role.SUPERVISOR else "today")
    both = factories.UserFactory()
    factories.MembershipFactory(user=both, team=team, role=role)
    assert ALARM not in sign_in(both).get(page).content.decode()
    factories.MembershipFactory(user=both, team=None, role=Role.ADMINISTRATOR)
    assert ALARM in sign_in(both).get(page).content.decode()


@pytest.mark.parametrize("name", ["deliveries", "staff", "teams"])
def test_a_worker_that_is_dead_is_told_to_administrators_too(sign_in, administrator, team, name: str) -> None:
    client = sign_in(administrator)
    assert "Nobody has been reminded yet" in client.get(reverse(name)).content.decode()
    SweepRun.objects.create(started_at=timezone.now(), finished_at=timezone.now())
    assert "Nobody has been reminded" not in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(("tries", "may_leave_in", "raised"), [(0, HOUR, False), (0, -HOUR, False), (3, HOUR, True)])
def test_what_quiet_hours_hold_back_is_not_stuck(db, tries: int, may_leave_in: timedelta, raised: bool) -> None:
    queued(timedelta(days=3), attempts=tries, next_try_at=NOON + may_leave_in)
    assert (OutgoingEmail.objects.alarm(NOON) is not None) == raised


@pytest.mark.parametrize("kind", ["account", "digest"])
def test_each_kind_that_cannot_be_sent_again_says_why(sign_in, administrator, kind: str) -> None:
    message = stopped(kind=kind)
    client = sign_in(administrator)
    why = "They can ask for a new link" if kind == "account" else "The next one comes by itself"
    assert why in client.get(reverse("deliveries")).content.decode()
    assert why in press(client, message)


def test_one_look_at_the_database_while_all_is_well(db, django_assert_num_queries) -> None:
    factories.OutgoingEmailFactory(state="sent", text="", finished_at=NOON)
    with django_assert_num_queries(1):
        assert OutgoingEmail.objects.alarm(NOON) is None
