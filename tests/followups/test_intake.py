from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from accounts.ids import new_id
from caseload.actions.handover import CannotWalkWith
from caseload.models import Assignment, Participant, PhoneNumber, Quotation, ServiceEpisode
from followups.actions import intake
from followups.actions.planning import NextContact
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
SOON = NextContact(due_on=DAY + timedelta(days=1), planned_on=DAY + timedelta(days=1))


def wren(team, by, **fields):
    """Take somebody in with a number and a few words."""
    case = {
        "participant": Participant(pk=fields.pop("pk", new_id()), team=team, name_used=fields.pop("name", "Wren")),
        "phones": [PhoneNumber(number="+16175550142")],
        "words": [Quotation(topic="vision", text="A dog.", said_on=DAY)],
        "specialist": by,
        "contact": SOON,
        "on": DAY,
        "by": by,
        "at": NOON,
        **fields,
    }
    return intake.take_in(**case)


def test_nobody_is_dangling_from_the_first_minute(team, specialist) -> None:
    person = wren(team, specialist)
    followup = FollowUp.objects.standing().get(participant=person)
    assert (followup.owner, followup.due_on) == (specialist, DAY + timedelta(days=1))
    assert ServiceEpisode.objects.get(participant=person, ended_on=None).started_on == DAY


def test_who_waits_for_a_peer_has_a_first_check_in_too(team, specialist) -> None:
    person = wren(team, specialist, specialist=None)
    assert FollowUp.objects.standing().get(participant=person).owner is None
    assert list(Participant.objects.unassigned([person.team])) == [person]


def test_all_of_it_or_nothing(team, specialist, supervisor) -> None:
    with pytest.raises(CannotWalkWith):
        wren(team, specialist, specialist=supervisor)
    for model in (Participant, PhoneNumber, Quotation, ServiceEpisode, FollowUp, Assignment):
        assert not model.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_take_in_one(team, specialist) -> None:
    key, taken = new_id(), []

    def click() -> None:
        try:
            taken.append(wren(team, specialist, pk=key).pk)
        finally:
            connection.close()

    threads = [Thread(target=click) for _click in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken == [key] * 3
    assert FollowUp.objects.count() == Participant.objects.count() == 1


def test_another_name_with_the_same_id_is_somebody_else(team, specialist, colleague) -> None:
    key = new_id()
    first, other = wren(team, specialist, pk=key), wren(team, specialist, pk=key, name="Otto")
    by_another = wren(team, colleague, pk=key)
    assert len({first.pk, other.pk, by_another.pk}) == 3
