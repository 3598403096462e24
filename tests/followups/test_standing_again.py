"""What was closed stands again only where it could be settled: after a merge was taken apart, or a try taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.ids import new_id
from accounts.models import User
from caseload.models import EndingReason, Goal, GoalStep, Merge, Milestone, Participant, Referral
from followups.actions import coming_back, contact, ending, goals, merging, milestones, planning, referrals
from followups.models import ContactAttempt, FollowUp, Outcome
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
Put = Callable[[], Merge]


@pytest.fixture
def twin(participant, colleague) -> Participant:
    """Another record of the same person, with a peer of its own."""
    person = factories.ParticipantFactory(team=participant.team)
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


@pytest.fixture
def put(participant, twin, supervisor) -> Put:
    return lambda: merging.merge(kept=participant, merged=twin, by=supervisor, at=NOON)


def step_of(person: Participant, by: User, wording: str = "A flat of my own", text: str = "Call them") -> GoalStep:
    goal = Goal.objects.filter(participant=person, wording=wording).first()
    goal = goal or factories.GoalFactory(participant=person, wording=wording)
    return goals.add_step(goal=goal, step=GoalStep(text=text, due_on=DAY + 5 * ONE_DAY), asks=True, by=by, at=NOON)


def offered_to(person: Participant, by: User) -> Referral:
    offer = factories.ReferralFactory.build(participant=None, recorded_by=None, form_token=new_id())
    return referrals.offer(participant=person, referral=offer, ask_on=DAY + 5 * ONE_DAY, by=by, at=NOON)


def end(person: Participant, by: User) -> None:
    ending.end_services(participant=person, on=DAY, reason=EndingReason.MOVED, by=by, at=NOON + HOUR)


def welcome_back(person: Participant, by: User) -> None:
    first = planning.NextContact(DAY + 2 * ONE_DAY, DAY + 2 * ONE_DAY)
    ending.welcome_back(participant=person, on=DAY, contact=first, specialist=None, by=by, at=NOON + 2 * HOUR)


def stop(person: Participant, by: User) -> ContactAttempt:
    """They asked for no contact, on a check-in."""
    check_in = factories.FollowUpFactory(participant=person, due_on=DAY, owner=by)
    wish = Outcome.objects.get(pk="no_contact")
    return contact.record_attempt(followup=check_in, outcome=wish, form_token=new_id(), by=by, at=NOON + HOUR)


def answer(referral: Referral, state: str, by: User) -> None:
    referral.refresh_from_db()
    asks = DAY + 6 * ONE_DAY if state == "accepted" else None
    said = {"state": state, "why_not": "", "ask_on": asks, "is_barrier": False}
    referrals.answer(referral=referral, **said, by=by, at=NOON + 2 * HOUR)


def settle(step: GoalStep, how: str, by: User) -> None:
    step.refresh_from_db()
    at = NOON + 2 * HOUR
    if how == "ticked":
        goals.tick(step=step, done_by="them", on=DAY, by=by, at=at)
    elif how == "dropped":
        goals.drop_step(step=step, on=DAY, by=by, at=at)
    else:
        goals.close(goal=step.goal, state="reached", words="", on=DAY, by=by, at=at)


@pytest.mark.parametrize("how", ["ticked", "dropped", "closed"])
@pytest.mark.parametrize("closes", ["ended", "stopped"])
def test_taken_apart_nothing_asks_after_a_step_that_is_over(
    put, participant, twin, supervisor, specialist, how: str, closes: str
) -> None:
    step = step_of(twin, specialist)
    trace = put()
    end(participant, supervisor) if closes == "ended" else stop(participant, specialist)
    settle(step, how, specialist)
    merging.undo(merge=trace, by=supervisor, at=NOON + 3 * HOUR)
    assert not FollowUp.objects.standing().filter(step=step).exists()
    assert FollowUp.objects.standing().filter(participant=twin).exists()


def test_taken_apart_what_is_asked_anew_is_asked_once(put, participant, twin, supervisor, specialist) -> None:
    step, referral = step_of(twin, specialist), offered_to(twin, specialist)
    birthday = Milestone(what="Birthday", on=DAY + 10 * ONE_DAY)
    milestones.remember(participant=twin, milestone=birthday, by=specialist, at=NOON)
    trace = put()
    end(participant, supervisor)
    welcome_back(participant, supervisor)
    step.refresh_from_db()
    goals.move_step(step=step, on=DAY + 6 * ONE_DAY, asks=True, by=specialist, at=NOON + 2 * HOUR)
    answer(referral, "accepted", specialist)
    milestones.lay_out_all(at=NOON + 2 * HOUR)
    merging.undo(merge=trace, by=supervisor, at=NOON + 3 * HOUR)
    standing = FollowUp.objects.standing().filter(participant=twin)
    about = {"step": step, "referral": referral, "milestone": birthday}
    assert [standing.filter(**{name: row}).count() for name, row in about.items()] == [1, 1, 1]


def test_taken_apart_what_was_answered_or_forgotten_stays_so(put, participant, twin, supervisor, specialist) -> None:
    referral = offered_to(twin, specialist)
    birthday = Milestone(what="Birthday", on=DAY + 10 * ONE_DAY)
    milestones.remember(participant=twin, milestone=birthday, by=specialist, at=NOON)
    trace = put()
    end(participant, supervisor)
    answer(referral, "got_there", specialist)
    birthday.refresh_from_db()
    milestones.forget(milestone=birthday, by=specialist, at=NOON + 2 * HOUR)
    merging.undo(merge=trace, by=supervisor, at=NOON + 3 * HOUR)
    standing = FollowUp.objects.standing()
    assert not standing.filter(referral=referral).exists()
    assert not standing.filter(milestone=birthday).exists()


def test_taken_apart_a_step_is_asked_after_whose_goal_was_closed_with_the_kept_records(
    put, participant, twin, supervisor, specialist
) -> None:
    kept = factories.GoalFactory(participant=participant, wording="A flat of my own")
    step = step_of(twin, specialist)
    trace = put()
    goals.close(goal=kept, state="reached", words="", on=DAY, by=specialist, at=NOON + HOUR)
    merging.undo(merge=trace, by=supervisor, at=NOON + 3 * HOUR)
    assert FollowUp.objects.standing().get(step=step).participant == twin


@pytest.mark.parametrize("about", ["step", "referral"])
def test_a_wish_taken_back_asks_once_after_what_was_asked_anew(participant, specialist, about: str) -> None:
    step, referral = step_of(participant, specialist), offered_to(participant, specialist)
    wish = stop(participant, specialist)
    if about == "step":
        goals.move_step(step=step, on=DAY + 6 * ONE_DAY, asks=True, by=specialist, at=NOON + 2 * HOUR)
    else:
        answer(referral, "accepted", specialist)
    contact.undo(attempt=wish, by=specialist, at=NOON + 3 * HOUR)
    standing = FollowUp.objects.standing().filter(participant=participant)
    assert [standing.filter(step=step).count(), standing.filter(referral=referral).count()] == [1, 1]
    assert standing.filter(pk=wish.followup_id).exists()


def test_a_wish_taken_back_does_not_ask_after_what_was_answered(participant, specialist) -> None:
    referral = offered_to(participant, specialist)
    wish = stop(participant, specialist)
    answer(referral, "got_there", specialist)
    contact.undo(attempt=wish, by=specialist, at=NOON + 3 * HOUR)
    assert not FollowUp.objects.standing().filter(referral=referral).exists()


def test_what_is_brought_back_asks_after_nothing_of_the_record_put_away(put, participant, twin, specialist) -> None:
    step_of(participant, specialist)
    theirs = step_of(twin, specialist)
    stop(twin, specialist)
    put()
    decided = FollowUp.objects.get(step=theirs)
    back = coming_back.bring_back(followup=decided, by=specialist, at=NOON + 2 * HOUR)
    assert (back.participant, back.step) == (participant, None)
    planning.not_needed(followup=back, reason="met", decided_by="together", by=specialist, at=NOON + 3 * HOUR)


@pytest.mark.parametrize("deed", ["try", "brought back"])
def test_what_was_done_about_what_goes_back_goes_along(
    put, participant, twin, supervisor, specialist, deed: str
) -> None:
    """And so the record that was kept can be put into another one."""
    row = factories.FollowUpFactory(participant=twin, due_on=DAY, owner=specialist)
    if deed == "brought back":
        planning.not_needed(followup=row, reason="met", decided_by="together", by=specialist, at=NOON)
    trace = put()
    row.refresh_from_db()
    if deed == "try":
        no_answer = Outcome.objects.get(pk="no_answer")
        told = {"outcome": no_answer, "form_token": new_id(), "by": specialist, "at": NOON + HOUR}
        made = contact.record_attempt(followup=row, **told)
    else:
        made = coming_back.bring_back(followup=row, by=specialist, at=NOON + HOUR)
    merging.undo(merge=trace, by=supervisor, at=NOON + 2 * HOUR)
    made.refresh_from_db()
    assert made.participant == twin
    third = factories.ParticipantFactory(team=participant.team)
    merging.merge(kept=third, merged=participant, by=supervisor, at=NOON + 3 * HOUR)


def test_of_two_records_put_into_one_the_last_is_taken_apart_first(
    put, participant, twin, supervisor, specialist, sign_in, time_machine
) -> None:
    """The steps of the third hang on the goal that came with the twin."""
    third = factories.ParticipantFactory(team=participant.team)
    step_of(twin, specialist, text="One")
    theirs = step_of(third, specialist, text="Two")
    goal = theirs.goal
    first = put()
    second = merging.merge(kept=participant, merged=third, by=supervisor, at=NOON + HOUR)
    time_machine.move_to(NOON + 2 * HOUR)
    page = sign_in(supervisor).post(reverse("merge", args=[first.pk]), follow=True).content.decode()
    assert "Another record was put into this one since. Undo that first." in page
    for trace in (second, first):
        merging.undo(merge=trace, by=supervisor, at=NOON + 3 * HOUR)
    theirs.refresh_from_db()
    assert theirs.goal == goal
    assert FollowUp.objects.get(step=theirs).participant == third
