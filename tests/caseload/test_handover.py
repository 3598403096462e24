from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.models import User
from caseload.actions import handover
from caseload.models import Assignment, Participant
from tests import factories

NOON = factories.NOON


def history(participant: Participant) -> list[tuple[User, str]]:
    rows = Assignment.objects.filter(participant=participant).order_by("pk")
    return [(row.specialist, row.end_reason) for row in rows]


def test_of_two_supervisors_the_second_learns_of_the_first(participant, specialist, colleague, supervisor) -> None:
    third = factories.MembershipFactory(team=participant.team).user
    seen = {"participant": participant, "instead_of": specialist.pk, "by": supervisor, "at": NOON}
    handover.assign(specialist=colleague, **seen)
    with pytest.raises(handover.WalksWithSomebodyElse) as told:
        handover.assign(specialist=third, **seen)

    assert told.value.specialist == colleague
    assert history(participant) == [(specialist, "transferred"), (colleague, "")]


def test_whom_they_walk_with_already_changes_nothing(participant, specialist, supervisor) -> None:
    handover.assign(participant=participant, specialist=specialist, instead_of=None, by=supervisor, at=NOON)
    assert history(participant) == [(specialist, "")]


def test_a_clock_a_little_behind_does_no_harm(participant, specialist, colleague, supervisor) -> None:
    third = factories.MembershipFactory(team=participant.team).user
    case = {"participant": participant, "by": supervisor}
    handover.assign(specialist=colleague, instead_of=specialist.pk, at=NOON + timedelta(seconds=1), **case)
    handover.assign(specialist=third, instead_of=colleague.pk, at=NOON, **case)
    handover.release_all(specialist=third, reason="colleague_left", by=supervisor, at=NOON)
    handover.assign(specialist=specialist, instead_of=None, at=NOON, **case)

    assert [who for who, _why in history(participant)] == [specialist, colleague, third, specialist]
    assert Assignment.objects.current().get(participant=participant).specialist == specialist


@pytest.mark.django_db(transaction=True)
def test_two_at_the_very_same_moment_leave_one(participant, specialist, colleague, supervisor) -> None:
    third = factories.MembershipFactory(team=participant.team).user
    answers = []

    def give(to: User) -> None:
        try:
            handover.assign(participant=participant, specialist=to, instead_of=specialist.pk, by=supervisor, at=NOON)
            answers.append("given")
        except handover.WalksWithSomebodyElse:
            answers.append("told")
        finally:
            connection.close()

    threads = [Thread(target=give, args=[to]) for to in (colleague, third)]
    with transaction.atomic():
        Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["given", "told"]
    assert Assignment.objects.current().filter(participant=participant).count() == 1
