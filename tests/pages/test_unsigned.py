"""An owed note: whoever was there signs it whatever became of the record; nobody owes what nobody can sign."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Membership, User
from caseload.actions import notes
from caseload.models import Activity, Session
from tests import factories
from tests.caseload.test_constraints import refused
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def session(participant, specialist) -> Session:
    return factories.SessionFactory(
        participant=participant, specialist=specialist, note="We planned the move.", note_due_on=DAY
    )


def address(name: str, row: Session) -> str:
    return reverse(name, args=[row.pk])


def passed_on(session: Session) -> None:
    session.participant.assignments.update(ended_at=NOON - timedelta(hours=1), end_reason="transferred")


def services_ended(session: Session) -> None:
    factories.end_services(session.participant)


def came_to_a_group(session: Session) -> None:
    met = factories.GroupMeetingFactory(
        team=session.team, facilitators=[session.specialist], started_at=session.started_at, minutes=30
    )
    Session.objects.filter(pk=session.pk).update(meeting=met)
    session.participant.assignments.all().delete()


@pytest.mark.parametrize("become", [came_to_a_group, passed_on, services_ended])
def test_an_owed_note_is_signed_by_its_author_whoever_sees_the_record_now(sign_in, specialist, session, become) -> None:
    become(session)
    client = sign_in(specialist)
    listed = client.get(reverse("notes")).content.decode()
    assert address("rewrite_note", session) in listed
    assert f'href="{address("session", session)}"' not in listed
    assert "We planned the move." in client.get(address("rewrite_note", session)).content.decode()
    given = {"method": "phone", "minutes": "30", "note": "We planned it twice."}
    assert client.post(address("rewrite_note", session), given).url == reverse("notes")
    assert client.post(address("sign_note", session)).url == reverse("notes")
    session.refresh_from_db()
    assert (session.note, session.signed_by) == ("We planned it twice.", specialist)
    # Signed, it belongs to the record alone.
    assert client.get(address("session", session)).status_code == 404
    assert client.get(address("rewrite_note", session)).status_code == 404


def test_a_note_is_nobody_elses_to_sign(sign_in, colleague, session) -> None:
    for name in ("sign_note", "rewrite_note"):
        assert sign_in(colleague).post(address(name, session)).status_code == 404


def deactivated(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False, deactivated_at=NOON)


def left_the_team(user: User) -> None:
    Membership.objects.filter(user=user).delete()


@pytest.mark.parametrize("leave", [deactivated, left_the_team])
def test_the_note_of_somebody_who_left_is_let_be_for_a_reason(sign_in, specialist, supervisor, session, leave) -> None:
    client = sign_in(supervisor)
    assert address("leave_unsigned", session) not in client.get(address("session", session)).content.decode()
    client.post(address("leave_unsigned", session), {"reason": "too soon"})
    assert client.get(reverse("notes")).context["colleagues"]
    leave(specialist)
    assert address("leave_unsigned", session) in client.get(address("session", session)).content.decode()
    assert client.post(address("leave_unsigned", session), {"reason": ""}).context["form"].errors
    for reason in ("Left on 3 May", "another"):
        client.post(address("leave_unsigned", session), {"reason": reason})
    assert not client.get(reverse("notes")).context["colleagues"]
    assert "Left on 3 May" in client.get(address("session", session)).content.decode()
    session.refresh_from_db()
    assert (session.unsigned_because, session.unsigned_by, session.signed_at) == ("Left on 3 May", supervisor, None)
    assert AuditEvent.objects.filter(action="note_left_unsigned").count() == 1


def test_another_teams_supervisor_lets_nothing_be(sign_in, other_supervisor, specialist, session) -> None:
    deactivated(specialist)
    assert sign_in(other_supervisor).post(address("leave_unsigned", session), {"reason": "x"}).status_code == 404
    with pytest.raises(notes.NotYours):
        notes.leave_unsigned(session=session, reason="x", by=other_supervisor, at=NOON)


def test_two_windows_of_one_note_lose_no_words(sign_in, specialist, session) -> None:
    client, where = sign_in(specialist), address("rewrite_note", session)
    seen = client.get(where).context["seen"]
    given = {"method": "phone", "minutes": "30", "seen": seen}
    client.post(where, {**given, "note": "The first window."})
    page = client.post(where, {**given, "note": "The second window.", "sign": "1"})
    text = page.content.decode()
    assert "The first window." in text
    assert "The second window." in text
    session.refresh_from_db()
    assert (session.note, session.signed_at) == ("The first window.", None)
    both = {**given, "seen": page.context["seen"], "note": "The first window. The second window."}
    assert client.post(where, both).status_code == 302
    session.refresh_from_db()
    assert session.note == "The first window. The second window."


def test_the_same_words_from_two_windows_are_no_conflict(sign_in, specialist, session) -> None:
    client, where = sign_in(specialist), address("rewrite_note", session)
    given = {"method": "phone", "minutes": "30", "seen": client.get(where).context["seen"], "note": "Once."}
    assert [client.post(where, given).status_code for _twice in range(2)] == [302, 302]


def test_goal_and_activities_are_written_anew_too(sign_in, specialist, participant, session) -> None:
    goal = factories.GoalFactory(participant=participant)
    foreign = factories.GoalFactory()
    client, where = sign_in(specialist), address("rewrite_note", session)
    activity = Activity.objects.order_by("position").first()
    given = {"method": "phone", "minutes": "30", "note": "We planned the move.", "activities": [activity.pk]}
    assert "goal" in client.post(where, {**given, "goal": foreign.pk}).context["form"].errors
    client.post(where, {**given, "goal": goal.pk})
    session.refresh_from_db()
    assert (session.goal, list(session.activities.all())) == (goal, [activity])
    assert AuditEvent.objects.get(action="note_rewritten").facts == {"fields": ["goal", "activities"]}


def test_a_longer_session_that_reaches_into_another_is_shown_first(sign_in, specialist, participant, session) -> None:
    factories.SessionFactory(
        participant=participant, specialist=specialist, started_at=session.started_at + timedelta(minutes=40)
    )
    client, where = sign_in(specialist), address("rewrite_note", session)
    given = {"method": "phone", "note": "We planned the move."}
    assert client.post(where, {**given, "minutes": "35"}).status_code == 302
    assert "At the same time there is already" in client.post(where, {**given, "minutes": "90"}).content.decode()
    session.refresh_from_db()
    assert session.minutes == 35
    assert client.post(where, {**given, "minutes": "90", "overlap_ok": "1"}).status_code == 302
    session.refresh_from_db()
    assert session.minutes == 90


@pytest.mark.parametrize(
    "fields", [{"unsigned_at": NOON}, {"unsigned_because": "x"}, {"unsigned_at": NOON, "unsigned_because": "x"}]
)
def test_left_unsigned_is_by_somebody_for_a_reason(session, fields) -> None:
    refused(lambda: Session.objects.filter(pk=session.pk).update(**fields), "session_unsigned_for_a_reason")


def test_why_it_stays_without_a_signature_stays(session, supervisor) -> None:
    row = Session.objects.filter(pk=session.pk)
    row.update(unsigned_at=NOON, unsigned_because="Left", unsigned_by=supervisor)
    refused(lambda: row.update(unsigned_because="Other"), "stays as it was written")
    refused(lambda: row.update(unsigned_at=None, unsigned_because="", unsigned_by=None), "stays as it was written")


def test_its_pages_ask_little(sign_in, specialist, supervisor, session) -> None:
    factories.GoalFactory(participant=session.participant)
    assert count_queries(sign_in(specialist), address("rewrite_note", session)) <= 12
    assert count_queries(sign_in(supervisor), address("session", session)) <= 12
    deactivated(specialist)
    assert count_queries(sign_in(supervisor), address("leave_unsigned", session)) <= 12
