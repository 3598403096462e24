"""Two records of one person are put together, and taken apart again as they were."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections

from accounts.access import supervised_teams
from accounts.models import AuditEvent, Role
from caseload.actions import goals as goals_said
from caseload.actions import notes, trust
from caseload.models import (
    Assignment,
    Expectations,
    Goal,
    Merge,
    Participant,
    PeerRequest,
    PhoneNumber,
    RosterPlace,
    Session,
    SignalTalk,
)
from followups.actions import contact, merging
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, FollowUp, Outcome, Reminder
from followups.models.copy import whole_record
from followups.models.merging import MOVES, STAYS, Obstacle, moved_in_words, preview, tables
from followups.models.timeline import page
from tests import factories
from tests.conftest import member

NOON, DAY = factories.NOON, factories.DAY
LATER = NOON + timedelta(days=3)


def about_a_person() -> dict[str, object]:
    """Every table with a participant of its own."""
    models = [model for label in ("caseload", "followups") for model in apps.get_app_config(label).get_models()]
    return {
        model._meta.label: model
        for model in models
        if model is not Participant and any(field.related_model is Participant for field in model._meta.fields)
    }


def everything() -> dict[str, list[dict[str, object]]]:
    """All rows about people, but for the traces and what was merely said about a date."""
    models = [*about_a_person().values(), Participant]
    kept = [model for model in models if model is not Merge]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept}


def something_in_every_table(person, specialist, mark: str = "") -> None:
    """A row in each table that moves, and in those that stay."""
    factories.QuotationFactory(participant=person, text=f"{mark} نفس الشخص 🌱")
    goal = factories.GoalFactory(participant=person, wording=f"{mark} Một căn nhà")
    factories.GoalStepFactory(goal=goal)
    factories.TriedFactory(participant=person)
    factories.ExpectationsFactory(participant=person, theirs=f"{mark} calls")
    factories.SetbackFactory(participant=person)
    factories.ComplaintFactory(participant=person, for_supervisor=True)
    factories.PeerRequestFactory(participant=person)
    factories.BarrierFactory(participant=person)
    factories.ConnectionFactory(participant=person)
    factories.MilestoneFactory(participant=person)
    factories.ReferralFactory(participant=person)
    factories.PhoneNumberFactory(participant=person)
    factories.WinFactory(participant=person)
    factories.SessionDraftFactory(participant=person)
    factories.RosterPlaceFactory(series=factories.GroupSeriesFactory(team=person.team), participant=person)
    said = {"recorded_at": NOON, "recorded_by": specialist}
    person.talks.create(talked_on=DAY, agreed=f"{mark} Fridays", **said)
    person.record_reviews.create(reviewed_on=DAY, recorded_at=NOON, reviewer=specialist)
    session = factories.SessionFactory(participant=person, specialist=specialist, goal=goal, note=f"{mark} note")
    notes.sign(session=session, by=specialist, at=NOON)
    plan = factories.CheckInPlanFactory(participant=person)
    closer = factories.CloserRhythmFactory(participant=person)
    soon = {"owner": specialist, "due_on": DAY + timedelta(days=2)}
    factories.FollowUpFactory(participant=person, plan=plan, flagged_rung=1, flagged_at=NOON, **soon)
    factories.FollowUpFactory(participant=person, closer=closer, **soon)
    factories.FollowUpFactory(participant=person, purpose="promise", what=f"{mark} a book", **soon)
    factories.ContactAttemptFactory(participant=person)


@pytest.fixture
def twin(team, colleague) -> Participant:
    """The same person once more, under another name, walking with a colleague."""
    person = factories.ParticipantFactory(team=team, name_used="Maya Đặng 🌻", legal_name="مايا دانغ")
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


@pytest.fixture
def put(participant, twin, supervisor):
    """Put the twin into the participant's record."""

    def together(at=NOON, kept=participant, merged=twin, by=supervisor) -> Merge:
        return merging.merge(kept=kept, merged=merged, by=by, at=at)

    return together


def test_every_table_about_a_person_moves_or_stays_for_a_reason() -> None:
    assert set(about_a_person()) == set(MOVES) | set(STAYS)
    assert not set(MOVES) & set(STAYS)


@pytest.mark.django_db
def test_no_table_takes_anything_more_for_a_record_put_into_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_not\\_for\\_merged'")
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded == {model._meta.db_table for model in about_a_person().values() if model is not Merge}


def test_everything_that_can_moves_and_is_named_in_the_trace(put, participant, twin, colleague, supervisor) -> None:
    something_in_every_table(twin, colleague)
    of_twin = {model: set(model.objects.filter(participant=twin).values_list("pk", flat=True)) for model in tables()}
    trace = put()

    for model, keys in of_twin.items():
        assert keys, model
        assert set(model.objects.filter(participant=participant).values_list("pk", flat=True)) == keys, model
        assert set(trace.moved[model._meta.db_table]) == {str(key) for key in keys}
    for label in STAYS:
        if label != "caseload.Merge":
            assert apps.get_model(label).objects.filter(participant=twin).exists(), label
    twin.refresh_from_db()
    assert (twin.merged_into, twin.is_active) == (participant, False)
    assert twin.episodes.get().ending_reason == twin.assignments.get().end_reason == "same_person"
    assert not CheckInPlan.objects.running().exists()
    assert CloserRhythm.objects.standing().get().participant == participant
    assert {event.subject_id for event in AuditEvent.objects.filter(facts__merge=str(trace.pk))} == {
        participant.pk,
        twin.pk,
    }


def test_gaps_in_the_profile_are_filled_and_emptied_again(put, participant, twin, supervisor) -> None:
    Participant.objects.filter(pk=participant.pk).update(pronouns="she/her", language="")
    Participant.objects.filter(pk=twin.pk).update(pronouns="they/them", language="Tiếng Việt", good_times="evenings")
    trace = put()
    names = ("name_used", "legal_name", "pronouns", "language", "good_times")
    now = Participant.objects.filter(pk=participant.pk).values_list(*names)
    assert now.get() == ("Maya", "مايا دانغ", "she/her", "Tiếng Việt", "evenings")
    now.update(good_times="mornings")
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert now.get() == ("Maya", "", "she/her", "", "mornings")


def test_a_signed_note_moves_unchanged(put, participant, twin, colleague) -> None:
    session = factories.SessionFactory(participant=twin, specialist=colleague, note="We planned the move. 🌱")
    notes.sign(session=session, by=colleague, at=NOON)
    before = Session.objects.values().get(pk=session.pk)
    put()
    assert Session.objects.values().get(pk=session.pk) == before | {"participant_id": participant.pk}


def test_what_is_owed_is_kept_by_who_walks_with_them(put, participant, twin, specialist, colleague) -> None:
    row = factories.FollowUpFactory(participant=twin, owner=colleague, flagged_rung=1, flagged_at=NOON)
    told = factories.ReminderFactory(followup=row, recipient=colleague)
    put()
    row.refresh_from_db()
    assert (row.participant, row.owner, row.flagged_rung) == (participant, specialist, 0)
    assert Reminder.objects.get(pk=told.pk).recipient == specialist


def test_where_nobody_walks_with_them_nobody_keeps_it_yet(put, participant, twin, colleague) -> None:
    participant.assignments.update(ended_at=NOON, end_reason="back_to_waiting")
    row = factories.FollowUpFactory(participant=twin, owner=colleague)
    put()
    row.refresh_from_db()
    assert row.owner is None


def test_two_rhythms_do_not_ask_twice(put, participant, twin, colleague) -> None:
    factories.CheckInPlanFactory(participant=participant)
    planned = factories.FollowUpFactory(
        participant=twin, owner=colleague, plan=factories.CheckInPlanFactory(participant=twin)
    )
    overdue = factories.FollowUpFactory(participant=twin, plan=planned.plan, due_on=DAY - timedelta(days=3))
    trace = put()
    states = dict(FollowUp.objects.filter(participant=participant).values_list("pk", "state"))
    assert states == {planned.pk: "not_needed", overdue.pk: "open"}
    assert list(trace.before["set_aside"]) == [str(planned.pk)]


def test_what_would_stand_twice_stays_and_is_counted_before(put, participant, twin, supervisor, colleague) -> None:
    series = factories.GroupSeriesFactory(team=twin.team)
    for person in (participant, twin):
        factories.PhoneNumberFactory(participant=person, number="+16175550100")
        factories.GoalFactory(participant=person, wording="Một căn nhà")
        factories.RosterPlaceFactory(series=series, participant=person)
        factories.PeerRequestFactory(participant=person)
    goal = Goal.objects.get(participant=twin)
    session = factories.SessionFactory(participant=twin, specialist=colleague, goal=goal)
    notes.sign(session=session, by=colleague, at=NOON)
    shown = {
        line.title: (line.kept, line.moving, line.staying) for line in preview(supervisor, participant, twin).lines
    }
    assert shown == {
        "Sessions": (0, 1, 0),
        "Goals": (1, 0, 1),
        "Phone numbers": (1, 0, 1),
        "Places in groups": (1, 0, 1),
        "Wishes for another peer": (1, 0, 1),
    }
    put()
    for model in (PhoneNumber, Goal, RosterPlace):
        assert model.objects.get(participant=twin)
    assert Session.objects.get(pk=session.pk).participant == participant

    numbers = dict(whole_record(supervisor, participant).tables)[PhoneNumber]
    assert [row["number"] for row in numbers] == ["+16175550100"] * 2


def test_taken_apart_everything_is_as_it_was(put, participant, twin, specialist, colleague, supervisor) -> None:
    for person, by, mark in ((participant, specialist, "one"), (twin, colleague, "two")):
        something_in_every_table(person, by, mark)
        factories.PhoneNumberFactory(participant=person, number="+16175550100")
    Participant.objects.filter(pk=twin.pk).update(last_contact_at=NOON)
    before = everything()
    trace = put()
    assert everything() != before
    assert Participant.objects.get(pk=participant.pk).last_contact_at == NOON
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert everything() == before


def test_what_was_added_since_stays_and_what_was_done_is_done(put, participant, twin, specialist, supervisor) -> None:
    row = factories.FollowUpFactory(participant=twin)
    goal = factories.GoalFactory(participant=twin)
    trace = put()
    win = factories.WinFactory(participant=participant)
    later = factories.SessionFactory(participant=participant, specialist=specialist, goal=goal)
    notes.sign(session=later, by=specialist, at=LATER)
    FollowUp.objects.filter(pk=row.pk).update(state="done", closed_at=LATER, closed_by=specialist)
    merging.undo(merge=trace, by=supervisor, at=LATER)

    assert participant.wins.get() == win
    assert participant.sessions.get() == later
    goal.refresh_from_db()
    row.refresh_from_db()
    assert (goal.participant, row.participant, row.state) == (twin, twin, "done")
    # With us again, and nothing left that is owed: somebody gets in touch.
    assert FollowUp.objects.standing().get(participant=twin).due_on > DAY


def test_a_peer_who_left_meanwhile_does_not_come_back(put, twin, colleague, supervisor) -> None:
    row = factories.FollowUpFactory(participant=twin, owner=colleague)
    trace = put()
    colleague.memberships.all().delete()
    merging.undo(merge=trace, by=supervisor, at=LATER)
    row.refresh_from_db()
    assert row.owner is None
    assert not Assignment.objects.current().filter(participant=twin).exists()
    assert Participant.objects.unassigned([twin.team]).get() == twin


@pytest.mark.parametrize("days", [30, 31])
def test_it_can_be_taken_apart_for_thirty_days(put, supervisor, days: int) -> None:
    trace, at = put(), NOON + timedelta(days=days)
    if days > 30:
        with pytest.raises(merging.CannotUndo):
            merging.undo(merge=trace, by=supervisor, at=at)
    else:
        for _twice in range(2):
            assert merging.undo(merge=trace, by=supervisor, at=at).undone_at == at
    assert Participant.objects.filter(merged_into=None).count() == (1 if days > 30 else 2)


def test_only_their_supervisor_decides(put, specialist, other_supervisor, supervisor) -> None:
    for by in (specialist, other_supervisor):
        with pytest.raises(merging.CannotMerge):
            put(by=by)
    trace = put()
    with pytest.raises(merging.CannotUndo):
        merging.undo(merge=trace, by=specialist, at=LATER)


def test_twice_is_once_and_a_second_time_begins_anew(put, supervisor) -> None:
    assert put() == put()
    merging.undo(merge=Merge.objects.get(), by=supervisor, at=LATER)
    put(at=LATER + timedelta(days=1))
    assert Merge.objects.count() == 2


def test_what_cannot_be_put_together(put, participant, twin, other_team, team, supervisor) -> None:
    factories.MembershipFactory(user=supervisor, team=other_team, role=Role.SUPERVISOR)
    third = factories.ParticipantFactory(team=team)
    put()
    ended = factories.ParticipantFactory(team=team, is_active=False)
    for kept, merged, why in (
        (participant, participant, Obstacle.GONE),
        (participant, factories.ParticipantFactory(team=other_team), Obstacle.GONE),
        (third, twin, Obstacle.GONE),
        (twin, third, Obstacle.GONE),
        (third, participant, Obstacle.HOLDS_OTHERS),
        (ended, third, Obstacle.WITH_US),
    ):
        with pytest.raises(merging.CannotMerge) as refused:
            put(kept=kept, merged=merged)
        assert refused.value.obstacle == why
    put(merged=third)
    assert participant.merges.count() == 2


def test_a_record_that_ended_long_ago_goes_into_the_new_one(put, participant, team, supervisor) -> None:
    old = factories.ParticipantFactory(team=team, is_active=False)
    old.episodes.update(ended_on=DAY - timedelta(days=20), ending_reason="moved", ended_by=supervisor)
    factories.WinFactory(participant=old)
    before = everything()
    trace = put(merged=old)
    assert participant.wins.count() == 1
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert everything() == before


def test_a_try_from_before_is_not_taken_back_any_more(put, twin, colleague) -> None:
    row = factories.FollowUpFactory(participant=twin, owner=colleague)
    stops = Outcome.objects.filter(effect="stops_all").first()
    tried = contact.record_attempt(
        followup=row, outcome=stops, form_token=factories.new_id(), by=colleague, at=NOON - timedelta(hours=1)
    )
    put()
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=ContactAttempt.objects.get(pk=tried.pk), by=colleague, at=NOON + timedelta(hours=1))


def test_the_story_says_so_and_no_more_when_it_was_undone(put, participant, specialist, supervisor) -> None:
    trace = put()
    told = [entry for entry in page(participant, None, 25)[0] if entry.kind == "merge"]
    assert [(entry.row.day, entry.row.text) for entry in told] == [(DAY, "Vera")]
    assert Merge in dict(whole_record(supervisor, participant).tables)
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert not [entry for entry in page(participant, None, 25)[0] if entry.kind == "merge"]
    assert Merge not in dict(whole_record(supervisor, participant).tables)


def test_as_many_statements_for_twenty_years_as_for_a_week(put, participant, twin, colleague, supervisor) -> None:
    def count(deed) -> int:
        with connection.execute_wrapper(asked := Counter()):
            deed()
        return asked.count

    something_in_every_table(twin, colleague)
    supervised_teams(supervisor)  # asked once a request
    few = [count(put), count(lambda: merging.undo(merge=Merge.objects.get(), by=supervisor, at=LATER))]
    for number in range(30):
        factories.SessionFactory(participant=twin, specialist=colleague)
        factories.FollowUpFactory(participant=twin, owner=colleague, due_on=DAY + timedelta(days=number))
        factories.WinFactory(participant=twin)
    at = LATER + timedelta(days=1)
    many = [
        count(lambda: put(at=at)),
        count(lambda: merging.undo(merge=Merge.objects.standing().get(), by=supervisor, at=at)),
    ]
    assert few == many
    assert max(many) < 110


class Counter:
    count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_of_two_supervisors_who_merge_the_other_way_round_one_is_first(team, supervisor) -> None:
    other = member(team, Role.SUPERVISOR, "Wanda")
    one, two = factories.ParticipantFactory(team=team), factories.ParticipantFactory(team=team)
    barrier, found = threading.Barrier(2), []

    def put_together(kept, merged, by) -> None:
        try:
            barrier.wait(10)
            found.append(merging.merge(kept=kept, merged=merged, by=by, at=NOON))
        except merging.CannotMerge as refused:
            found.append(refused.obstacle)
        finally:
            connections.close_all()

    pairs = ((one, two, supervisor), (two, one, other))
    threads = [threading.Thread(target=put_together, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(type(answer).__name__ for answer in found) == ["Merge", "Obstacle"]
    assert Participant.objects.exclude(merged_into=None).count() == Merge.objects.count() == 1


def test_the_same_long_words_of_a_day_stay_where_they_are(put, participant, twin, specialist, supervisor) -> None:
    said = {"on": DAY, "by": specialist, "at": NOON}
    for person in (participant, twin):
        trust.talk(participant=person, agreed="We meet on Tuesdays", **said)
        goals_said.expect(participant=person, theirs="be kind", ours="call", **said)
    trace = put()
    assert SignalTalk.objects.get(participant=twin)
    assert Expectations.objects.get(participant=twin)
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert SignalTalk.objects.filter(participant=participant).count() == 1


def test_what_asks_after_a_twin_is_set_aside_and_comes_back(put, participant, twin, supervisor) -> None:
    for person in (participant, twin):
        goal = factories.GoalFactory(participant=person, wording="My own place")
        step = factories.GoalStepFactory(goal=goal, text="Call the landlord")
        factories.FollowUpFactory(participant=person, step=step, purpose="goal_step", due_on=DAY + timedelta(days=9))
        day = factories.MilestoneFactory(participant=person, what="Moved in", on=DAY)
        factories.FollowUpFactory(participant=person, milestone=day, purpose="celebration", due_on=DAY)
    trace = put()
    standing = FollowUp.objects.standing().filter(participant=participant)
    assert sorted(standing.values_list("purpose", flat=True)) == ["celebration", "goal_step"]
    assert not FollowUp.objects.standing().filter(participant=twin).exists()
    merging.undo(merge=trace, by=supervisor, at=LATER)
    assert FollowUp.objects.standing().filter(participant=twin).count() == 2


def test_a_wish_for_the_supervisor_alone_that_stayed_is_still_read(
    put, participant, twin, supervisor, specialist
) -> None:
    for person in (participant, twin):
        factories.PeerRequestFactory(participant=person, words="the same", for_supervisor=True)
    trace = put()
    for who, number in ((supervisor, 2), (specialist, 0)):
        tables = dict(whole_record(who, participant).tables)
        assert len(tables.get(PeerRequest, [])) == number
    assert "Wishes for another peer" not in dict(moved_in_words(specialist, trace))
