import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from followups.actions import oversight, planning
from followups.models import FollowUp, Reminder
from tests import factories

NOON = factories.NOON


@pytest.fixture
def late(participant, specialist):
    return factories.FollowUpFactory(participant=participant, owner=specialist, flagged_rung=2, flagged_at=NOON)


def test_a_supervisor_takes_over(late, supervisor) -> None:
    taken = oversight.take_over(followup=late, by=supervisor, at=NOON)
    assert (taken.owner, taken.flagged_rung) == (supervisor, 0)


def test_nobody_keeps_what_they_would_not_see(late, colleague, other_supervisor, administrator, supervisor) -> None:
    for stranger in (colleague, other_supervisor, administrator):
        with pytest.raises(oversight.CannotKeep):
            oversight.reassign(followup=late, owner=stranger, by=supervisor, at=NOON)


def test_who_stands_in_is_not_made_its_keeper(late, team, specialist, colleague, supervisor) -> None:
    """It would be out of their sight, and so of everybody's, when the cover ends."""
    now = timezone.now()
    factories.CoverFactory(
        team=team, absent=specialist, cover=colleague, starts_at=now, ends_at=now + timedelta(days=1)
    )
    with pytest.raises(oversight.CannotKeep):
        oversight.reassign(followup=late, owner=colleague, by=supervisor, at=NOON)


def test_a_colleague_is_nudged_as_often_a_day_as_the_team_allows(
    late, team, specialist, participant, supervisor
) -> None:
    team.most_mails_a_day = 1
    team.save(update_fields=["most_mails_a_day"])
    oversight.nudge(followup=late, by=supervisor, at=NOON)
    with pytest.raises(oversight.NudgedAlready):
        oversight.nudge(followup=late, by=supervisor, at=NOON)
    other = factories.FollowUpFactory(participant=participant, team=team, owner=specialist, due_on=late.due_on)
    with pytest.raises(oversight.NudgedEnough):
        oversight.nudge(followup=other, by=supervisor, at=NOON)
    oversight.nudge(followup=other, by=supervisor, at=NOON + timedelta(days=1))
    assert Reminder.objects.count() == 2


def test_a_nudge_goes_to_whoever_stands_in(late, team, specialist, colleague, supervisor) -> None:
    lasts = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **lasts)
    oversight.nudge(followup=late, by=supervisor, at=NOON)
    assert Reminder.objects.get().recipient == colleague


def test_nobody_nudges_themselves_by_way_of_a_colleague(late, team, specialist, supervisor) -> None:
    lasts = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}
    factories.CoverFactory(team=team, absent=specialist, cover=supervisor, **lasts)
    with pytest.raises(oversight.NobodyToNudge):
        oversight.nudge(followup=late, by=supervisor, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_nudges_at_once_are_counted_one_after_the_other(late, team, specialist, supervisor) -> None:
    type(team).objects.update(most_mails_a_day=1)
    of_another = factories.FollowUpFactory(participant__team=team, owner=specialist)
    barrier, refused = threading.Barrier(2), []

    def press(followup: FollowUp) -> None:
        barrier.wait()
        try:
            oversight.nudge(followup=followup, by=supervisor, at=NOON)
        except oversight.NudgedEnough:
            refused.append(followup)
        finally:
            connection.close()

    both = [threading.Thread(target=press, args=[row]) for row in (late, of_another)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(refused) == 1
    assert Reminder.objects.count() == 1


def test_nudging_nobody_or_oneself(late, supervisor) -> None:
    oversight.take_over(followup=late, by=supervisor, at=NOON)
    with pytest.raises(oversight.NobodyToNudge):
        oversight.nudge(followup=late, by=supervisor, at=NOON)
    assert not Reminder.objects.exists()


def test_what_is_settled_is_left_alone(late, supervisor) -> None:
    planning.not_needed(followup=late, reason="met", decided_by="together", by=supervisor, at=NOON)
    for deed in (oversight.take_over, oversight.nudge, oversight.mark_discussed):
        with pytest.raises(planning.AlreadySettled):
            deed(followup=late, by=supervisor, at=NOON)


def test_talking_about_it_is_noted(late, supervisor) -> None:
    noted = oversight.mark_discussed(followup=late, by=supervisor, at=NOON)
    assert (noted.discussed_at, noted.discussed_by) == (NOON, supervisor)
