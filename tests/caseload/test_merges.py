"""The database holds the trace of two records put together, whoever writes to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Team, User
from caseload.actions import notes
from caseload.models import Merge, Participant, Session, Setback, Win
from tests import factories

NOON = factories.NOON


def refused(change, name: str) -> None:
    """Assert that the database refuses a change, by the constraint or trigger of that name."""

    def all_of_it() -> None:
        with transaction.atomic():
            change()
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as found:
        all_of_it()
    assert found.value.__cause__.diag.constraint_name == name


@pytest.fixture
def twin(team: Team) -> Participant:
    person = factories.ParticipantFactory(team=team, is_active=False)
    person.episodes.all().delete()
    return person


@pytest.fixture
def trace(participant: Participant, twin: Participant, supervisor: User):
    """Write down a merge by hand, of these rows."""

    def of_rows(*rows, kept=participant, merged=twin, **fields) -> Merge:
        moved: dict[str, list[str]] = {}
        for row in rows:
            moved.setdefault(row._meta.db_table, []).append(str(row.pk))
        fields = {"team": kept.team, "at": NOON, "by": supervisor} | fields
        return Merge.objects.create(kept=kept, merged=merged, moved=moved, **fields)

    return of_rows


def put_into(kept: Participant | None, merged: Participant) -> None:
    Participant.objects.filter(pk=merged.pk).update(merged_into=kept)


def sql(statement: str, *params: object) -> None:
    connection.cursor().execute(statement, params)


def test_the_trace_and_the_record_say_the_same(participant, twin, trace) -> None:
    refused(lambda: put_into(participant, twin), "participant_merged_by_a_merge")
    refused(trace, "participant_merged_by_a_merge")
    merge = trace()
    put_into(participant, twin)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused(lambda: put_into(None, twin), "participant_merged_by_a_merge")
    undone = {"undone_at": NOON, "undone_by": merge.by}
    refused(lambda: Merge.objects.filter(pk=merge.pk).update(**undone), "participant_merged_by_a_merge")


def test_a_record_does_not_come_to_be_merged(participant, team) -> None:
    new = {"team": team, "is_active": False, "merged_into": participant}
    refused(lambda: factories.ParticipantFactory(**new, episode=False), "participant_merged_by_a_merge")


def test_the_trace_stays_but_may_be_undone_once(participant, twin, trace, supervisor) -> None:
    merge = trace()
    put_into(participant, twin)
    rows = Merge.objects.filter(pk=merge.pk)
    refused(lambda: rows.update(moved={"caseload_win": []}), "merge_stays")
    refused(lambda: rows.update(at=NOON - timedelta(days=1)), "merge_stays")
    refused(lambda: sql("DELETE FROM caseload_merge"), "merge_stays")
    refused(lambda: rows.update(undone_at=NOON), "merge_undone_at_and_by_paired")
    before = {"undone_at": NOON - timedelta(days=1), "undone_by": supervisor}
    refused(lambda: rows.update(**before), "merge_undone_at_and_by_paired")
    put_into(None, twin)
    rows.update(undone_at=NOON, undone_by=supervisor)
    refused(lambda: rows.update(undone_at=None, undone_by=None), "merge_stays")


def test_two_records_of_one_team_and_no_chains(participant, twin, trace, team, other_team, supervisor) -> None:
    foreign = factories.ParticipantFactory(team=other_team, is_active=False)
    third = factories.ParticipantFactory(team=team, is_active=False)
    refused(lambda: trace(merged=participant), "merge_of_two_records")
    refused(lambda: trace(merged=foreign), "merge_within_a_team")
    refused(lambda: trace(undone_at=NOON, undone_by=supervisor), "merge_within_a_team")
    refused(lambda: put_into(participant, foreign), "participant_merged_within_team")
    refused(lambda: put_into(twin, twin), "participant_merged_into_another")
    refused(lambda: put_into(twin, participant), "participant_merged_is_not_active")
    trace()
    refused(trace, "merge_once_at_a_time")
    put_into(participant, twin)
    refused(lambda: put_into(twin, third), "participant_merged_within_team")
    factories.end_services(participant)
    refused(lambda: put_into(third, participant), "participant_merged_within_team")
    refused(lambda: Participant.objects.filter(pk=twin.pk).update(is_active=True), "participant_merged_is_not_active")
    moved = Participant.objects.filter(pk=participant.pk)
    refused(lambda: moved.update(team=other_team), "participant_merged_within_team")


def test_what_is_final_changes_hands_only_as_the_trace_says(participant, twin, trace, specialist, team) -> None:
    rows = [factories.SetbackFactory(participant=twin) for _two in range(2)]
    session = factories.SessionFactory(participant=twin, specialist=specialist)
    notes.sign(session=session, by=specialist, at=NOON)
    third = factories.ParticipantFactory(team=team)
    setbacks, sessions = Setback.objects.filter(pk=rows[0].pk), Session.objects.filter(pk=session.pk)
    refused(lambda: setbacks.update(participant=participant), "caseload_setback_stays")
    refused(lambda: sessions.update(participant=participant), "session_signed_is_final")

    trace(rows[0], session)
    refused(lambda: Setback.objects.filter(pk=rows[1].pk).update(participant=participant), "caseload_setback_stays")
    refused(lambda: setbacks.update(participant=third), "caseload_setback_stays")
    refused(lambda: setbacks.update(participant=participant, words="other words"), "caseload_setback_stays")
    refused(lambda: sessions.update(participant=participant, note="other words"), "session_signed_is_final")
    refused(lambda: sql("DELETE FROM caseload_setback WHERE id = %s", rows[0].pk), "caseload_setback_stays")
    setbacks.update(participant=participant)
    sessions.update(participant=participant)
    put_into(participant, twin)
    put_into(None, twin)  # back only where it was undone
    refused(lambda: setbacks.update(participant=twin), "caseload_setback_stays")
    refused(lambda: sessions.update(participant=twin), "session_signed_is_final")
    put_into(participant, twin)


def test_a_session_works_on_a_goal_of_the_same_person_or_of_their_other_record(participant, twin, trace) -> None:
    goal, session = factories.GoalFactory(participant=twin), factories.SessionFactory(participant=participant)
    sessions = Session.objects.filter(pk=session.pk)
    refused(lambda: sessions.update(goal=goal), "session_goal_of_same_person")
    trace()
    put_into(participant, twin)
    sessions.update(goal=goal)
    stranger = factories.GoalFactory()
    refused(lambda: sessions.update(goal=stranger), "session_goal_of_same_person")


def test_a_record_put_into_another_takes_nothing_more(participant, twin, trace) -> None:
    trace()
    put_into(participant, twin)
    refused(lambda: factories.WinFactory(participant=twin), "caseload_win_not_for_merged")
    refused(lambda: factories.FollowUpFactory(participant=twin), "followups_followup_not_for_merged")
    win = factories.WinFactory(participant=participant)
    refused(lambda: Win.objects.filter(pk=win.pk).update(participant=twin), "caseload_win_not_for_merged")
