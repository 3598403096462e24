"""Whatever was done while two records were one: taken apart nobody is dropped, called twice, or called in a rest."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from accounts.ids import new_id
from caseload.models import EndingReason, Merge
from followups.actions import closer, contact, ending, merging, pausing, planning
from followups.models import CloserRhythm, FollowUp, Outcome
from followups.models.gaps import back_on
from tests import factories
from tests.followups import test_merging_closer as closer_ones
from tests.followups.test_merging import everything

# The same two records, and what they have.
twin, put, begin, weekly = closer_ones.twin, closer_ones.put, closer_ones.begin, closer_ones.weekly
days = closer_ones.days
NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
SOON, LATER = NOON + timedelta(hours=2), NOON + timedelta(hours=3)
# The first contact after a setback that day, and the plan's first date that falls together with its contacts.
NEXT_DAY = DAY + ONE_DAY
CALLED = ["check_in", "after_missed", "after_setback", "after_discharge"]


@pytest.fixture
def undo(supervisor):
    def undone(trace: Merge, at=LATER) -> None:
        merging.undo(merge=trace, by=supervisor, at=at)

    return undone


@pytest.fixture
def rest(specialist):
    def resting(person, until: date, at=NOON) -> None:
        pausing.pause(participant=person, until=until, decided_by="participant", by=specialist, at=at)

    return resting


def called(person, **of) -> list[date]:
    """The days on which somebody calls."""
    return days(person, purpose__in=CALLED, **of)


def by_hand(person, on: date, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=person, due_on=on, owner=specialist)


def weeks(first: date, count: int) -> list[date]:
    return [first + number * WEEK for number in range(count)]


def test_a_rest_agreed_on_meanwhile_holds_for_the_record_that_is_kept(
    put, participant, twin, begin, weekly, rest, undo
) -> None:
    plan, until = weekly(participant), DAY + 20 * ONE_DAY
    begin(twin)
    theirs = called(twin)
    trace = put()
    rest(participant, until, at=SOON)
    undo(trace)
    assert back_on(participant, DAY) == until
    found = called(participant)
    assert found[0] == DAY + 23 * ONE_DAY, "the plan's first date after it"
    assert set(found) == set(called(participant, plan=plan))
    # What was added since stays with the record that is kept; the other one goes on.
    assert (back_on(twin, DAY), called(twin)) == (None, theirs)


def test_a_rest_holds_also_where_nothing_else_is_left_of_the_record(put, participant, twin, begin, rest, undo) -> None:
    begin(twin)
    trace = put()
    rest(participant, DAY + 20 * ONE_DAY, at=SOON)
    undo(trace)
    assert days(participant, state="paused") == days(participant) == [DAY + 20 * ONE_DAY]
    assert back_on(participant, DAY) == DAY + 20 * ONE_DAY


def test_a_rest_ended_early_after_it_lets_come_back_what_it_held(
    put, participant, twin, begin, weekly, rest, undo, specialist
) -> None:
    weekly(participant)
    before = called(participant)
    begin(twin)
    trace = put()
    rest(participant, DAY + 20 * ONE_DAY, at=SOON)
    undo(trace)
    pausing.resume(participant=participant, decided_by="participant", by=specialist, at=LATER)
    assert called(participant)[: len(before)] == before


@pytest.mark.parametrize("how", ["ended", "replaced", "services"])
@pytest.mark.parametrize("kept_has_a_plan", [True, False])
def test_the_other_one_is_called_in_its_rhythm_whatever_became_of_its_closer_one(
    put, participant, twin, begin, weekly, undo, specialist, supervisor, how: str, kept_has_a_plan: bool
) -> None:
    if kept_has_a_plan:
        weekly(participant)
    plan = weekly(twin)
    rhythm = begin(twin)
    trace = put()
    rhythm.refresh_from_db()
    if how == "ended":
        closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=SOON)
    elif how == "replaced":
        begin(participant, "hospital_stay", at=SOON)
    else:
        reason = EndingReason.MOVED
        ending.end_services(participant=participant, on=DAY, reason=reason, by=supervisor, at=SOON)
    undo(trace)
    plan.refresh_from_db()
    rhythm.refresh_from_db()
    assert plan.ended_at is None
    assert (rhythm.participant, rhythm.ended_at is None) == (twin, how == "services")
    found = called(twin)
    assert DAY < found[0] <= DAY + WEEK
    assert max(later - sooner for sooner, later in pairwise(found)) <= WEEK
    if how != "services":
        assert called(participant)[0] <= DAY + WEEK


def test_without_a_plan_a_check_in_comes_in_a_week_also_beside_a_celebration(
    put, participant, twin, begin, weekly, undo, specialist
) -> None:
    weekly(participant)
    rhythm = begin(twin)
    factories.FollowUpFactory(
        participant=twin,
        owner=specialist,
        milestone=factories.MilestoneFactory(participant=twin),
        purpose="celebration",
        due_on=DAY + 90 * ONE_DAY,
    )
    trace = put()
    rhythm.refresh_from_db()
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=SOON)
    undo(trace)
    assert called(twin) == [DAY + WEEK]
    assert days(twin, purpose="celebration") == [DAY + 90 * ONE_DAY]


def test_what_stands_by_hand_on_a_day_that_comes_back_is_asked_once(
    put, participant, twin, begin, weekly, undo, specialist
) -> None:
    weekly(participant, starts_on=NEXT_DAY + WEEK)
    begin(twin)
    trace = put()
    planned = planning.NextContact(NEXT_DAY + WEEK, NEXT_DAY + WEEK)
    planning.schedule(participant=participant, contact=planned, by=specialist, at=SOON)
    undo(trace)
    assert max(Counter(called(participant)).values()) == 1
    assert called(participant)[:2] == weeks(NEXT_DAY + WEEK, 2)


def test_of_two_on_a_day_the_heavier_one_stays_and_the_other_comes_back(
    put, participant, twin, begin, weekly, undo, specialist
) -> None:
    weekly(participant, starts_on=NEXT_DAY + WEEK)
    begin(participant, "hospital_stay")
    weekly(twin)
    begin(twin)
    before = everything()
    trace = put()
    assert max(Counter(called(participant)).values()) == 1
    assert set(weeks(NEXT_DAY + WEEK, 4)) <= set(called(participant, purpose="after_setback"))
    rhythm = CloserRhythm.objects.standing().get(participant=participant)
    undo(trace)
    assert everything() == before
    trace = put(at=LATER)
    rhythm.refresh_from_db()
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=LATER)
    assert called(participant)[:2] == weeks(NEXT_DAY + WEEK, 2), "the plan goes on where they stood in for it"


@pytest.mark.parametrize("kept_has", ["hand", "hand and closer"])
@pytest.mark.parametrize("other_has", ["hand", "plan"])
def test_of_equal_ones_that_of_the_kept_record_stays(
    put, participant, twin, begin, weekly, undo, specialist, colleague, kept_has: str, other_has: str
) -> None:
    on = DAY + 2 * ONE_DAY
    ours = by_hand(participant, on, specialist)
    if kept_has == "hand and closer":
        begin(participant, "hospital_stay")
        FollowUp.objects.filter(participant=participant, purpose="after_discharge", due_on=on).delete()
    if other_has == "hand":
        by_hand(twin, on, colleague)
    else:
        weekly(twin)
    before = everything()
    trace = put()
    assert FollowUp.objects.standing().get(participant=participant, due_on=on) == ours
    undo(trace)
    assert everything() == before


@pytest.mark.parametrize(("ours", "theirs"), [(None, 20), (20, None), (20, 29), (29, 20), (20, 20)])
@pytest.mark.parametrize("kept_has_a_plan", [True, False])
def test_a_rest_of_either_holds_for_both_until_the_later_day(
    put, participant, twin, begin, weekly, rest, undo, ours, theirs, kept_has_a_plan: bool
) -> None:
    if kept_has_a_plan:
        weekly(participant)
    factories.FollowUpFactory(
        participant=twin,
        owner=twin.assignments.get().specialist,
        milestone=factories.MilestoneFactory(participant=twin),
        purpose="celebration",
        due_on=DAY + ONE_DAY,
    )
    begin(twin)
    for person, length in ((participant, ours), (twin, theirs)):
        if length:
            rest(person, DAY + length * ONE_DAY)
    before = everything()
    trace = put()
    until = DAY + max(ours or 0, theirs or 0) * ONE_DAY
    assert back_on(participant, DAY) == until
    assert called(participant)[:1] == days(participant, state="paused", purpose__in=CALLED) == [until]
    assert days(participant, purpose="celebration") == [until]
    undo(trace)
    assert everything() == before


def test_a_rest_of_the_other_one_goes_back_to_it_and_the_kept_one_is_called(
    put, participant, twin, begin, weekly, rest, undo, specialist
) -> None:
    weekly(participant)
    before = called(participant)
    begin(twin)
    rest(twin, DAY + 20 * ONE_DAY)
    theirs = called(twin)
    trace = put()
    by_hand(participant, DAY + 40 * ONE_DAY, specialist)
    undo(trace)
    assert (back_on(participant, DAY), back_on(twin, DAY)) == (None, DAY + 20 * ONE_DAY)
    assert called(participant) == sorted([*before, DAY + 40 * ONE_DAY])
    assert called(twin) == theirs


def test_a_rest_ended_meanwhile_has_ended_for_both(
    put, participant, twin, begin, weekly, rest, undo, specialist
) -> None:
    weekly(participant)
    weekly(twin)
    rest(twin, DAY + 20 * ONE_DAY)
    trace = put()
    pausing.resume(participant=participant, decided_by="participant", by=specialist, at=SOON)
    undo(trace)
    assert (back_on(participant, DAY), back_on(twin, DAY)) == (None, None)
    for person in (participant, twin):
        assert called(person)[0] <= DAY + WEEK
        assert max(Counter(called(person)).values()) == 1


@pytest.fixture
def no_contact(specialist):
    def asked(followup: FollowUp) -> None:
        followup.refresh_from_db()
        stops = Outcome.objects.filter(effect="stops_all").first()
        contact.record_attempt(followup=followup, outcome=stops, form_token=new_id(), by=specialist, at=SOON)

    return asked


def test_who_asked_for_no_contact_is_looked_at_together_and_not_called(
    put, participant, twin, begin, weekly, undo, no_contact
) -> None:
    weekly(participant)
    plan = weekly(twin)
    begin(twin)
    trace = put()
    no_contact(FollowUp.objects.standing().filter(participant=participant, purpose="after_setback").earliest("due_on"))
    undo(trace)
    plan.refresh_from_db()
    assert plan.ended_at is not None
    for person in (participant, twin):
        review = FollowUp.objects.standing().get(participant=person)
        assert (review.purpose, review.due_on, review.owner) == ("review", DAY, None)
        assert review.what


def test_asked_for_on_what_the_kept_record_had_the_other_one_goes_on(
    put, participant, twin, begin, undo, no_contact, specialist
) -> None:
    ours = by_hand(participant, DAY + 2 * ONE_DAY, specialist)
    rhythm = begin(twin)
    before = called(twin)
    trace = put()
    no_contact(ours)
    undo(trace)
    rhythm.refresh_from_db()
    assert FollowUp.objects.standing().get(participant=participant).purpose == "review"
    assert (called(twin), rhythm.ended_at) == (before, None)
