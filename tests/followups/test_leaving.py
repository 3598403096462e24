import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.actions import people
from accounts.models import Membership, Role, User
from caseload.models import Assignment, Participant
from followups import reminders
from followups.actions import leaving
from followups.models import FollowUp, Reminder, Rung
from followups.models.ladder import unheard
from tests import factories
from tests.conftest import member

NOON = factories.NOON


def test_people_of_one_who_leaves_wait_and_their_story_stays(participant, specialist, administrator, supervisor):
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    taken_over = factories.FollowUpFactory(owner=specialist)

    assert leaving.deactivate(user=specialist, by=administrator, at=NOON) == 1

    followup.refresh_from_db()
    taken_over.refresh_from_db()
    assert Participant.objects.visible_to(supervisor).unassigned([participant.team]).get() == participant
    assert followup.owner is taken_over.owner is None
    assert Assignment.objects.get(participant=participant).end_reason == "colleague_left"
    assert session.specialist == specialist


def test_a_sign_in_ends_at_once(specialist, administrator, participant, sign_in) -> None:
    client = sign_in(specialist)
    assert client.get("/today/").status_code == 200

    leaving.deactivate(user=specialist, by=administrator, at=NOON)

    assert client.get("/today/").status_code == 302
    assert client.get(f"/participants/{participant.pk}/").status_code == 302


def test_what_was_to_be_sent_to_them_is_not(specialist, administrator) -> None:
    message = factories.OutgoingEmailFactory(recipient=specialist)
    leaving.deactivate(user=specialist, by=administrator, at=NOON)
    message.refresh_from_db()
    assert (message.state, message.text) == ("cancelled", "")


def test_all_or_nothing(participant, specialist, administrator, monkeypatch) -> None:
    def broken(_participants) -> None:
        raise RuntimeError

    monkeypatch.setattr(leaving.handing_on, "nobody_keeps", broken)
    with pytest.raises(RuntimeError):
        leaving.deactivate(user=specialist, by=administrator, at=NOON)

    specialist.refresh_from_db()
    assert specialist.is_active
    assert Assignment.objects.current().filter(participant=participant).exists()


def test_the_last_administrator_stays(administrator) -> None:
    with pytest.raises(people.LastAdministrator):
        leaving.deactivate(user=administrator, by=administrator, at=NOON)
    with pytest.raises(people.LastAdministrator):
        leaving.change_memberships(user=administrator, places=[], by=administrator, at=NOON)


def test_a_closed_administrator_does_not_count(administrator) -> None:
    closed = member(None, Role.ADMINISTRATOR, "Cleo")
    leaving.deactivate(user=closed, by=administrator, at=NOON)
    with pytest.raises(people.LastAdministrator):
        leaving.deactivate(user=administrator, by=administrator, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_close_each_other(administrator) -> None:
    second = member(None, Role.ADMINISTRATOR, "Abe")
    barrier, refused = threading.Barrier(2), []

    def close(user: User, by: User) -> None:
        barrier.wait()
        try:
            leaving.deactivate(user=user, by=by, at=NOON)
        except people.LastAdministrator:
            refused.append(user)
        finally:
            connection.close()

    both = [threading.Thread(target=close, args=pair) for pair in ((administrator, second), (second, administrator))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert len(refused) == 1
    assert User.objects.active().filter(memberships__role=Role.ADMINISTRATOR).count() == 1


def test_coming_back_gives_back_the_roles_not_the_people(participant, specialist, administrator) -> None:
    leaving.deactivate(user=specialist, by=administrator, at=NOON)
    people.reactivate(user=specialist, by=administrator, at=NOON + timedelta(days=1))

    specialist.refresh_from_db()
    assert specialist.is_active
    assert Membership.objects.filter(user=specialist).exists()
    assert not Participant.objects.visible_to(specialist).exists()


def test_who_stops_being_a_specialist_of_a_team_leaves_nobody_behind(participant, specialist, team, administrator):
    factories.FollowUpFactory(participant=participant, owner=specialist)
    places = [(Role.SUPERVISOR, team.pk)]

    assert leaving.change_memberships(user=specialist, places=places, by=administrator, at=NOON) == 1

    assert not Assignment.objects.current().exists()
    assert FollowUp.objects.get().owner is None


@pytest.fixture
def escalated(participant, specialist, supervisor):
    """Told to Vera alone, who supervises the team alone."""
    row = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=NOON.date() - timedelta(days=5))
    reminders.sweep(NOON)
    assert Reminder.objects.get(rung=Rung.SUPERVISOR).recipient == supervisor
    return row


def loses_the_role(how: str, user: User, administrator: User) -> None:
    if how == "leaves":
        leaving.deactivate(user=user, by=administrator, at=NOON)
    else:
        leaving.change_memberships(user=user, places=[], by=administrator, at=NOON)


@pytest.mark.parametrize("how", ["leaves", "changes role"])
def test_what_was_told_to_a_supervisor_who_leaves_is_told_to_the_successor(
    escalated, supervisor, team, administrator, how: str
) -> None:
    loses_the_role(how, supervisor, administrator)
    zoe = member(team, Role.SUPERVISOR, "Zoe")
    reminders.sweep(NOON + timedelta(minutes=1))
    assert Reminder.objects.filter(followup=escalated, recipient=zoe, rung=Rung.SUPERVISOR).count() == 1
    assert Reminder.objects.filter(recipient=escalated.owner).count() == 1


@pytest.mark.parametrize("how", ["leaves", "changes role"])
def test_where_no_supervisor_is_left_it_shows_that_nobody_hears(escalated, supervisor, team, administrator, how: str):
    loses_the_role(how, supervisor, administrator)
    reminders.sweep(NOON + timedelta(minutes=1))
    escalated.refresh_from_db()
    assert (escalated.flagged_rung, escalated.unheard) == (3, True)
    assert unheard([team.pk]) == {team.pk: 1}

    zoe = member(team, Role.SUPERVISOR, "Zoe")
    reminders.sweep(NOON + timedelta(minutes=2))
    assert Reminder.objects.filter(recipient=zoe, rung=Rung.SUPERVISOR).exists()


def test_a_supervisor_who_stays_is_not_told_twice(escalated, supervisor, team, administrator) -> None:
    zoe = member(team, Role.SUPERVISOR, "Zoe")
    leaving.deactivate(user=zoe, by=administrator, at=NOON)
    reminders.sweep(NOON + timedelta(days=1))
    assert Reminder.objects.filter(recipient=supervisor).count() == 1


def test_what_was_told_to_who_stood_in_and_leaves_is_told_to_the_supervisor(
    participant, specialist, supervisor, colleague, team, administrator
) -> None:
    lasts = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}
    factories.CoverFactory(team=team, absent=supervisor, cover=colleague, role="supervisor", **lasts)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=NOON.date() - timedelta(days=5))
    reminders.sweep(NOON)
    assert not Reminder.objects.filter(recipient=supervisor).exists()
    leaving.deactivate(user=colleague, by=administrator, at=NOON)
    reminders.sweep(NOON + timedelta(minutes=1))
    assert Reminder.objects.get(recipient=supervisor).rung == Rung.SUPERVISOR
