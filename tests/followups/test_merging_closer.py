"""Of two records put together one closer rhythm goes on, on the record that is kept, until it ends as any other."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.ids import new_id
from caseload.models import Merge, Participant
from followups.actions import closer, contact, merging, pausing, plans
from followups.actions.laying_out import contact_days
from followups.models import CheckInPlan, CloserRhythm, FollowUp
from followups.models.attempts import Effect, Outcome
from followups.models.gaps import back_on
from followups.models.merging import preview
from tests import factories
from tests.followups.test_merging import everything
from tests.followups.test_rests import DEEDS, EXAMPLES, Story, check

NOON, DAY = factories.NOON, factories.DAY  # a Wednesday
ONE_DAY = timedelta(days=1)
SOON = NOON + timedelta(hours=2)
# Of a setback that day, not counting the one who merges: the next day, then every week.
CONTACTS = [DAY + (1 + 7 * week) * ONE_DAY for week in range(5)]


@pytest.fixture
def twin(team, colleague) -> Participant:
    person = factories.ParticipantFactory(team=team, name_used="Maya Đặng 🌻")
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


@pytest.fixture
def begin(specialist):
    def begun(person, occasion="setback", on=DAY, at=NOON, **more) -> CloserRhythm:
        given = {"occasion": occasion, "happened_on": on, "decided_by": "participant", **more}
        return closer.begin(participant=person, by=specialist, at=at, **given)

    return begun


@pytest.fixture
def weekly(specialist):
    def agreed(person, starts_on=DAY + 2 * ONE_DAY) -> CheckInPlan:
        plan = CheckInPlan(kind="weekly", starts_on=starts_on)
        return plans.agree(plan=plan, participant=person, by=specialist, at=NOON)

    return agreed


@pytest.fixture
def put(participant, twin, supervisor):
    def together(at=NOON + timedelta(hours=1)) -> Merge:
        return merging.merge(kept=participant, merged=twin, by=supervisor, at=at)

    return together


def days(person, **of) -> list[date]:
    standing = FollowUp.objects.standing().filter(participant=person, **of)
    return list(standing.order_by("due_on").values_list("due_on", flat=True))


def test_it_comes_along_and_the_plan_rests_meanwhile(put, participant, twin, begin, weekly) -> None:
    plan, rhythm = weekly(participant), begin(twin)
    put()
    plans.lay_out_all(at=NOON + 2 * ONE_DAY)
    rhythm.refresh_from_db()
    assert (rhythm.participant, rhythm.ended_at) == (participant, None)
    assert days(participant, closer=rhythm) == CONTACTS
    planned = days(participant, plan=plan)
    assert planned, "the plan has its next date after it"
    assert min(planned) > rhythm.until
    assert not days(twin)


def test_it_can_be_ended_on_the_record_that_is_kept_and_the_plan_goes_on(
    put, participant, twin, begin, weekly, specialist
) -> None:
    plan = weekly(participant)
    before, rhythm = days(participant), begin(twin)
    put()
    rhythm.refresh_from_db()
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=SOON)
    assert not CloserRhythm.objects.standing().exists()
    assert set(before) <= set(days(participant))
    assert set(days(participant)) == set(days(participant, plan=plan))


def test_what_stands_by_hand_on_a_day_of_it_is_asked_once(put, participant, twin, begin, specialist) -> None:
    begin(twin)
    for on in (CONTACTS[1], CONTACTS[1] + ONE_DAY):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=on)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=CONTACTS[0], purpose="promise")
    put()
    found = days(participant, purpose__in=["check_in", "after_setback"])
    assert found == sorted([*CONTACTS, CONTACTS[1] + ONE_DAY])
    assert days(participant, purpose="promise") == [CONTACTS[0]]


def test_after_a_discharge_the_contacts_come_on_top_of_the_plan(put, participant, twin, begin, weekly) -> None:
    plan = weekly(participant)
    planned, rhythm = days(participant, plan=plan), begin(twin, "hospital_stay")
    put()
    assert days(participant, plan=plan) == [on for on in planned if on not in days(participant, closer=rhythm)]
    assert CloserRhythm.objects.standing().get(participant=participant) == rhythm


def test_a_rest_of_the_kept_record_goes_on(put, participant, twin, begin, weekly, specialist) -> None:
    weekly(participant)
    until = DAY + 20 * ONE_DAY
    pausing.pause(participant=participant, until=until, decided_by="participant", by=specialist, at=NOON)
    begin(twin)
    put()
    assert FollowUp.objects.get(participant=participant, state="paused").due_on == until


def test_of_two_that_of_the_kept_record_goes_on(put, participant, twin, begin, specialist) -> None:
    kept, other = begin(participant), begin(twin, on=DAY - 2 * ONE_DAY)
    # Tried already: what somebody has begun is not taken from them.
    tried = FollowUp.objects.filter(participant=twin).order_by("due_on").last()
    FollowUp.objects.filter(pk=tried.pk).update(attempts=1, due_on=DAY + 2 * ONE_DAY)
    put()
    other.refresh_from_db()
    assert (other.participant, other.ended_at is None) == (participant, False)
    assert CloserRhythm.objects.standing().get() == kept
    # Nobody is called later: what is for today is for today.
    assert days(participant) == sorted([DAY, *CONTACTS, DAY + 2 * ONE_DAY])


def test_what_the_other_has_after_the_end_of_it_still_stands_and_ends_with_it(
    put, participant, twin, begin, specialist
) -> None:
    kept, other = begin(participant, only_soon=True), begin(twin)
    put()
    assert days(participant, closer=kept) == CONTACTS[:1]
    assert days(participant, closer=other) == CONTACTS[1:]
    closer.relax(closer=kept, decided_by="participant", by=specialist, at=SOON)
    assert not days(participant, closer__isnull=False)


def test_two_contacts_after_a_discharge_leave_the_others_but_of_the_same_day(put, participant, twin, begin) -> None:
    kept, other = begin(participant, "hospital_stay"), begin(twin)
    ours = days(participant, closer=kept)
    FollowUp.objects.filter(participant=twin, due_on=CONTACTS[0]).update(due_on=ours[0])
    put()
    assert days(participant, closer=other) == CONTACTS[1:]
    assert days(participant, closer=kept) == ours


def test_the_plan_of_the_other_rests_for_that_of_the_kept_record(put, participant, twin, begin, weekly) -> None:
    kept = begin(participant)
    weekly(twin)
    put()
    assert [on for on in days(participant) if on <= kept.until] == CONTACTS


@pytest.mark.parametrize("which", ["kept", "merged", "both"])
def test_one_that_is_over_by_itself_is_in_nobodys_way(put, participant, twin, begin, supervisor, which: str) -> None:
    long_ago = {"happened_on": DAY - 60 * ONE_DAY, "until": DAY - 30 * ONE_DAY}
    if which != "merged":
        factories.CloserRhythmFactory(participant=participant, **long_ago)
    if which != "kept":
        factories.CloserRhythmFactory(participant=twin, **long_ago)
    holds = None if which == "both" else begin(twin if which == "kept" else participant)
    before = everything()
    trace = put()
    assert not CloserRhythm.objects.filter(participant=twin).exists()
    now = CloserRhythm.objects.standing().filter(participant=participant, until__gte=DAY)
    assert now.first() == holds
    merging.undo(merge=trace, by=supervisor, at=SOON)
    assert everything() == before


@pytest.mark.parametrize("kept_has", [None, "setback", "hospital_stay", "only_soon"])
@pytest.mark.parametrize("other_has", [None, "setback", "emergency_visit"])
def test_taken_apart_each_has_its_own_again(
    put, participant, twin, begin, weekly, supervisor, kept_has, other_has
) -> None:
    for person, has in ((participant, kept_has), (twin, other_has)):
        weekly(person)
        owner = person.assignments.get().specialist
        factories.FollowUpFactory(participant=person, due_on=CONTACTS[2], owner=owner, rests_from=DAY)
        if has is not None:
            begin(person, *([] if has == "only_soon" else [has]), only_soon=has == "only_soon")
    before = everything()
    trace = put()
    assert len(CloserRhythm.objects.standing()) == (1 if kept_has or other_has else 0)
    merging.undo(merge=trace, by=supervisor, at=SOON)
    assert everything() == before


def test_one_ended_in_between_goes_back_ended_and_the_plan_is_as_that_left_it(
    put, participant, twin, begin, weekly, supervisor, specialist
) -> None:
    plan = weekly(participant)
    planned, rhythm = days(participant, plan=plan), begin(twin)
    trace = put()
    rhythm.refresh_from_db()
    closer.relax(closer=rhythm, decided_by="participant", by=specialist, at=SOON)
    merging.undo(merge=trace, by=supervisor, at=SOON)
    rhythm.refresh_from_db()
    assert (rhythm.participant, rhythm.ended_wish) == (twin, "participant")
    assert set(planned) <= set(days(participant, plan=plan))
    assert days(twin), "with us, so somebody gets in touch"


def test_one_agreed_on_since_stays_with_the_kept_record(put, participant, twin, begin, weekly, supervisor) -> None:
    weekly(participant)
    begin(twin, "hospital_stay")
    over = factories.CloserRhythmFactory(
        participant=participant, happened_on=DAY - 60 * ONE_DAY, until=DAY - 30 * ONE_DAY
    )
    trace = put()
    newer = begin(participant, at=SOON)
    merging.undo(merge=trace, by=supervisor, at=SOON + timedelta(hours=1))
    over.refresh_from_db()
    assert CloserRhythm.objects.standing().get(participant=participant) == newer
    assert over.ended_at is not None
    assert days(participant, closer=newer) == CONTACTS


def test_taken_apart_later_what_passed_meanwhile_is_not_asked_for_late(
    put, participant, twin, begin, weekly, supervisor
) -> None:
    plan = weekly(participant)
    begin(twin)
    trace = put()
    later = NOON + 10 * ONE_DAY
    merging.undo(merge=trace, by=supervisor, at=later)
    found = days(participant, plan=plan)
    assert found[0] == DAY + 16 * ONE_DAY
    gaps = [second - first for first, second in pairwise(found)]
    assert max(gaps) == 7 * ONE_DAY


def test_the_numbers_before_say_that_both_come_together(put, participant, twin, begin, supervisor) -> None:
    begin(participant)
    begin(twin)
    lines = {
        line.title: (line.kept, line.moving, line.staying) for line in preview(supervisor, participant, twin).lines
    }
    assert lines["Times of closer contact"] == (1, 1, 0)
    trace = put()
    assert len(trace.moved["followups_closerrhythm"]) == 1


@pytest.mark.django_db
@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), DEEDS), min_size=2, max_size=9))
def test_whatever_was_agreed_before_one_holds_and_taken_apart_all_is_as_it_was(
    team, specialist, supervisor, deeds
) -> None:
    with transaction.atomic():
        stories = [Story(factories.ParticipantFactory(team=team), specialist) for _person in range(2)]
        for story in stories:
            factories.AssignmentFactory(participant=story.participant, specialist=specialist)
            story.agree("weekly", 0)
        for which, (name, *given_to) in deeds:
            getattr(stories[which], name)(*given_to)
        kept, merged = (story.participant for story in stories)
        at = max(story.at for story in stories)
        for plan in CheckInPlan.objects.running():
            plans.lay_out_one(plan.pk, at)
        FollowUp.objects.standing().update(owner=specialist)
        before = everything()
        trace = merging.merge(kept=kept, merged=merged, by=supervisor, at=at)
        twice = FollowUp.objects.standing().filter(participant=kept, closer__ended_at=None, closer__isnull=False)
        assert set(twice.values_list("closer", flat=True)) <= set(
            CloserRhythm.objects.standing().filter(participant=kept).values_list("pk", flat=True)
        )
        merging.undo(merge=trace, by=supervisor, at=at)
        after = everything()
        assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
        transaction.set_rollback(True)


class FreeDays(Story):
    """As a story; what is planned by hand comes on a free day, and somebody is reached now and then."""

    def by_hand(self, later: int) -> None:
        if self.today + timedelta(days=later) not in contact_days(self.participant.pk):
            super().by_hand(later)

    def reached(self) -> None:
        soon = self.contacts().exclude(state="paused").filter(due_on__lte=self.today + timedelta(days=7))
        first = soon.order_by("due_on").first()
        if first is not None:
            done = Outcome.objects.filter(effect=Effect.COMPLETES).order_by("position").first()
            contact.record_attempt(followup=first, outcome=done, form_token=new_id(), by=self.by, at=self.at)


def keeps_its_word(story: Story) -> None:
    """No gap, no day twice, and the plan's check-ins rest as long as a rest holds."""
    check(story)
    found = list(story.contacts().filter(due_on__gte=story.today).values_list("due_on", flat=True))
    assert len(found) == len(set(found)), sorted(found)
    back = back_on(story.participant, story.today)
    if back is not None:
        called = story.contacts().exclude(state="paused").exclude(plan=None).filter(due_on__gte=story.today)
        assert not called.filter(due_on__lt=back).exists()


@pytest.mark.django_db
@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.booleans(), DEEDS), max_size=6),
    st.lists(st.one_of(DEEDS, st.tuples(st.just("reached"))), min_size=1, max_size=4),
)
def test_whatever_is_done_while_they_are_one_nobody_is_dropped_or_called_twice(
    team, specialist, supervisor, before, between
) -> None:
    with transaction.atomic():
        stories = [FreeDays(factories.ParticipantFactory(team=team), specialist) for _person in range(2)]
        for story in stories:
            factories.AssignmentFactory(participant=story.participant, specialist=specialist)
            story.agree("weekly", 0)
        for which, (name, *given_to) in before:
            getattr(stories[which], name)(*given_to)
        kept, other = stories
        for story in stories:
            story.days((max(one.at for one in stories) - story.at).days)
        trace = merging.merge(kept=kept.participant, merged=other.participant, by=supervisor, at=kept.at)
        keeps_its_word(kept)
        rests = back_on(kept.participant, kept.today)
        for name, *given_to in between:
            getattr(kept, name)(*given_to)
            keeps_its_word(kept)
        now, other.at = back_on(kept.participant, kept.today), kept.at
        merging.undo(merge=trace, by=supervisor, at=kept.at)
        assert now in (rests, back_on(kept.participant, kept.today))
        for story in stories:
            keeps_its_word(story)
        transaction.set_rollback(True)
