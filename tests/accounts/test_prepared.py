"""A question that is put together once gives the same answers as one put together each time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from accounts import prepared as module
from accounts.ids import new_id
from accounts.models import Role, User
from accounts.prepared import Text, prepared
from caseload.models import Participant, Session
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


def counting(ask: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    """The prepared question, and with what its query set was put together."""
    calls: list[tuple[Any, ...]] = []

    def asked(*given: Any) -> QuerySet[Any]:
        calls.append(given)
        return ask(*given)

    return prepared(asked), calls


def logged_since(person: UUID, at: Any, most: int) -> QuerySet[Session]:
    return Session.objects.filter(participant=person, started_at__gte=at).select_related("specialist")[:most]


def seen_by(user: Any) -> QuerySet[Participant]:
    return Participant.objects.visible_to(user).order_by("name_used")


def test_it_is_put_together_once_and_answered_for_other_values(participant, db) -> None:
    other = factories.ParticipantFactory(team=participant.team)
    first = factories.SessionFactory(participant=participant, started_at=NOON)
    second = factories.SessionFactory(participant=other, started_at=NOON - timedelta(days=3))
    ask, calls = counting(logged_since)
    assert ask(participant.pk, NOON, 5) == [first]
    assert ask(other.pk, NOON, 5) == []
    assert ask(other.pk, NOON - timedelta(days=4), 5) == [second]
    assert ask(other.pk, NOON - timedelta(days=4), 5)[0].specialist == second.specialist
    assert len(calls) == 1


def test_anything_but_a_value_shapes_it(participant) -> None:
    for _number in range(3):
        factories.SessionFactory(participant=participant, started_at=NOON)
    ask, calls = counting(logged_since)
    assert [len(ask(participant.pk, NOON, most)) for most in (1, 2, 3, 2)] == [1, 2, 3, 2]
    assert len(calls) == 3


def test_in_more_shapes_than_are_kept_it_is_still_answered(participant, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_SHAPES", 1)
    for _number in range(3):
        factories.SessionFactory(participant=participant, started_at=NOON)
    ask, _calls = counting(logged_since)
    assert [len(ask(participant.pk, NOON, most)) for most in (1, 2, 3)] == [1, 2, 3]


def test_each_is_shown_their_own(team, other_team, participant, specialist, colleague, supervisor) -> None:
    far = factories.ParticipantFactory(team=other_team)
    elsewhere = factories.UserFactory()
    factories.MembershipFactory(user=elsewhere, team=other_team, role=Role.SUPERVISOR)
    both = factories.UserFactory()
    factories.MembershipFactory(user=both, team=team, role=Role.SPECIALIST)
    factories.MembershipFactory(user=both, team=other_team, role=Role.SUPERVISOR)
    same = factories.UserFactory()
    factories.MembershipFactory(user=same, team=team, role=Role.SPECIALIST)
    factories.MembershipFactory(user=same, team=team, role=Role.SUPERVISOR)
    nobody = factories.UserFactory()
    ask, calls = counting(seen_by)
    expected = {
        specialist: [participant],
        colleague: [],
        supervisor: [participant],
        elsewhere: [far],
        both: [far],
        same: [participant],
        nobody: [],
    }
    for _time in range(2):
        for user, people in expected.items():
            assert ask(user) == people == list(seen_by(user)), user.name
    # One for each of: specialist, supervisor, both in two teams, both in one, nobody.
    assert len(calls) == 5


def test_of_a_person_nothing_but_who_they_are_can_be_asked(specialist) -> None:
    with pytest.raises(User.DoesNotExist):
        prepared(lambda user: Participant.objects.filter(name_used=user.name))(specialist)


def test_a_text_can_be_a_value(team) -> None:
    ana, ben = (factories.ParticipantFactory(team=team, name_used=name) for name in ("Ana ’; DROP", "Ben %s $1"))
    ask, calls = counting(lambda name: Participant.objects.filter(name_used=name))
    assert ask(Text(ana.name_used)) == [ana]
    assert ask(Text(ben.name_used)) == [ben]
    assert len(calls) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda person, at: Session.objects.filter(participant=person, started_at__gte=at - timedelta(days=1)),
        lambda person, at: Session.objects.filter(participant=person, started_at__range=(at, at + timedelta(days=1))),
        lambda person, at: Session.objects.filter(participant=person),
        lambda person, at: Session.objects.filter(participant=person, started_at=at, form_token=new_id()),
    ],
    ids=["changed on the way", "changed beside", "left out", "of its own"],
)
def test_a_value_that_would_be_kept_for_the_next_is_refused(ask, db) -> None:
    with pytest.raises(ValueError, match=r"reach the statement|none of the arguments"):
        prepared(ask)(new_id(), NOON)


def test_a_connection_that_is_opened_anew_is_told_again(participant) -> None:
    ask, calls = counting(logged_since)
    assert ask(participant.pk, NOON, 5) == []
    session, names = connection.prepared_names
    connection.prepared_names = (object(), names)  # as after the database was away
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert ask(participant.pk, NOON, 5) == []
    assert connection.prepared_names[0] is session
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_since_the_last_request_is_opened_anew(participant) -> None:
    ask, _calls = counting(logged_since)
    names = ("dbname", "user", "host", "port", "password")
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in names}
    for _request in range(2):
        assert ask(participant.pk, NOON, 5) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        with psycopg2.connect(**parameters) as other:
            other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        connection.close_if_unusable_or_obsolete()  # as Django does before a request
    assert ask(participant.pk, NOON, 5) == []


def test_no_two_values_have_the_same_mark(monkeypatch) -> None:
    days = iter([DAY, DAY, DAY, DAY + timedelta(1)])
    monkeypatch.setattr(module, "mark", lambda _value: next(days))
    assert module.marks([module.parts(DAY), module.parts(DAY)]) == [[DAY], [DAY + timedelta(1)]]


def test_one_answer_is_one_statement(participant) -> None:
    ask, _calls = counting(logged_since)
    with CaptureQueriesContext(connection) as captured:
        ask(participant.pk, NOON, 5)
    assert [query["sql"].split("_")[0] for query in captured] == ["EXECUTE asked"]


@pytest.mark.django_db(transaction=True)
def test_a_row_is_locked_inside_a_transaction_only(participant) -> None:
    ask = prepared(lambda person: Participant.objects.select_for_update().filter(pk=person))
    with transaction.atomic():
        assert ask(participant.pk) == [participant]
    with pytest.raises(TransactionManagementError):
        ask(participant.pk)
