"""What is signed stays; what is added stands below it. The database refuses anything else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from caseload.actions import notes
from caseload.models import Activity, NoteAddition, RecordReview, RecordRules, Session, SessionReview
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture
def session(participant, specialist) -> Session:
    return factories.SessionFactory(
        participant=participant, specialist=specialist, note="We planned the move.", note_due_on=DAY
    )


@pytest.fixture
def signed(session, specialist) -> Session:
    type(specialist).objects.filter(pk=specialist.pk).update(credential="CPS")
    specialist.refresh_from_db()
    return notes.sign(session=session, by=specialist, at=NOON)


def addition(session, by, **given) -> NoteAddition:
    details = {"kind": "correction", "text": "It was Tuesday.", "reason": "Wrong day", "form_token": factories.new_id()}
    return notes.add(session=session, by=by, at=NOON + timedelta(hours=1), **{**details, **given})


def refused(change, name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


def sql(statement: str, *given: object) -> None:
    connection.cursor().execute(statement, given)


def test_a_signature_is_name_credential_and_time_as_they_were(signed, specialist) -> None:
    type(specialist).objects.filter(pk=specialist.pk).update(name="Somebody Else", credential="")
    signed.refresh_from_db()
    assert (signed.signature, signed.signed_at) == ("Sam, CPS", NOON)


def test_signing_twice_keeps_the_first(signed, specialist) -> None:
    assert notes.sign(session=signed, by=specialist, at=NOON + timedelta(days=1)).signed_at == NOON


def test_only_who_was_there_signs_or_writes_anew(session, supervisor, colleague) -> None:
    for other in (supervisor, colleague):
        with pytest.raises(notes.NotYours):
            notes.sign(session=session, by=other, at=NOON)
        with pytest.raises(notes.NotYours):
            notes.rewrite(session=session, fields={"note": "x"}, seen="", by=other, at=NOON)


def test_before_it_is_signed_it_is_written_anew_and_afterwards_not(session, specialist) -> None:
    seen = notes.note_mark(session)
    notes.rewrite(session=session, fields={"note": "We planned it together."}, seen=seen, by=specialist, at=NOON)
    session.refresh_from_db()
    assert session.note == "We planned it together."
    notes.sign(session=session, by=specialist, at=NOON)
    with pytest.raises(notes.AlreadySigned):
        notes.rewrite(session=session, fields={"note": "x"}, seen=seen, by=specialist, at=NOON)


def test_words_are_wanted_only_where_the_team_says_so_and_they_met(participant, specialist, team) -> None:
    tally = factories.SessionFactory(participant=participant, specialist=specialist)
    missed = factories.SessionFactory(participant=participant, specialist=specialist, status="no_show", minutes=None)
    RecordRules.objects.create(team=team, narrative_required=True)
    with pytest.raises(notes.NeedsWords):
        notes.sign(session=tally, by=specialist, at=NOON)
    assert notes.sign(session=missed, by=specialist, at=NOON).signed_at
    RecordRules.objects.update(narrative_required=False)
    assert notes.sign(session=tally, by=specialist, at=NOON).signed_at


@pytest.mark.parametrize(
    "change",
    [
        "note = 'other'",
        "minutes = 5",
        "started_at = started_at - interval '1 hour'",
        "method = 'video'",
        "place = 'office'",
        "strands = '{goals}'",
        "shared_experience = true",
        "signed_at = NULL, signed_by_id = NULL, signed_name = '', signed_credential = ''",
        "signed_name = 'Another'",
        "participant_id = gen_random_uuid()",
        "status = 'cut_short'",
    ],
)
def test_nothing_of_a_signed_note_changes_even_by_sql(signed, change: str) -> None:
    statement = "UPDATE caseload_session SET " + change + " WHERE id = %s"  # noqa: S608 – the changes stand above
    refused(lambda: sql(statement, signed.pk), "is signed")


def test_a_signed_note_is_not_deleted_and_its_activities_stay(signed) -> None:
    refused(lambda: sql("DELETE FROM caseload_session WHERE id = %s", signed.pk), "is signed")
    refused(lambda: signed.activities.add(Activity.objects.first()), "is signed")


def test_activities_of_a_signed_note_are_not_taken_away(session, specialist) -> None:
    session.activities.add(Activity.objects.first())
    notes.sign(session=session, by=specialist, at=NOON)
    refused(lambda: session.activities.clear(), "is signed")


@pytest.mark.parametrize(
    "fields",
    [
        {"signed_at": NOON},
        {"signed_name": "Sam"},
        {"signed_at": NOON, "signed_name": "Sam"},
        {"signed_at": NOON - timedelta(days=30), "signed_name": "Sam", "signed_by": 1},
    ],
)
def test_half_a_signature_is_none(session, specialist, fields) -> None:
    fields = {name: specialist if name == "signed_by" else value for name, value in fields.items()}
    refused(lambda: Session.objects.filter(pk=session.pk).update(**fields), "session_signed_by_somebody")


def test_a_place_nobody_knows(session) -> None:
    refused(lambda: Session.objects.filter(pk=session.pk).update(place="moon"), "session_place_known")


def test_an_addition_has_kind_author_and_date_and_stays(signed, supervisor) -> None:
    row = addition(signed, supervisor)
    assert (row.author_name, row.kind, row.written_at) == ("Vera", "correction", NOON + timedelta(hours=1))
    signed.refresh_from_db()
    assert signed.note == "We planned the move."
    refused(lambda: sql("UPDATE caseload_noteaddition SET text = 'x' WHERE id = %s", row.pk), "stays as it was")
    refused(lambda: sql("DELETE FROM caseload_noteaddition WHERE id = %s", row.pk), "stays as it was")


def test_an_addition_sent_twice_is_one(signed, specialist) -> None:
    token = factories.new_id()
    assert addition(signed, specialist, form_token=token) == addition(signed, specialist, form_token=token)


def test_nothing_is_added_to_what_is_not_signed(session, specialist) -> None:
    with pytest.raises(notes.NotSigned):
        addition(session, specialist)
    row = {"session": session, "kind": "addendum", "text": "x", "reason": "y", "written_at": NOON}
    who = {"author": specialist, "author_name": "Sam", "form_token": factories.new_id()}
    refused(lambda: NoteAddition.objects.create(**row, **who), "is not signed")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"kind": "guess"}, "noteaddition_kind_known"),
        ({"text": ""}, "noteaddition_says_something"),
        ({"reason": ""}, "noteaddition_says_why"),
        ({"kind": "addendum", "reason": ""}, "noteaddition_says_why"),
    ],
)
def test_an_addition_that_says_nothing(signed, specialist, given, rule: str) -> None:
    refused(lambda: addition(signed, specialist, **given), rule)


def test_a_late_entry_needs_no_reason(signed, specialist) -> None:
    assert addition(signed, specialist, kind="late_entry", reason="").pk


def test_a_note_is_marked_read_once_by_another_supervisor(signed, specialist, supervisor) -> None:
    with pytest.raises(notes.NotYours):
        notes.mark_read(session=signed, by=specialist, at=NOON)
    first = notes.mark_read(session=signed, by=supervisor, at=NOON)
    assert notes.mark_read(session=signed, by=supervisor, at=NOON + timedelta(days=1)).read_at == first.read_at
    refused(lambda: SessionReview.objects.update(read_at=NOON + timedelta(days=9)), "stays as it was")


def test_an_unsigned_note_is_not_marked_read(session, supervisor) -> None:
    with pytest.raises(notes.NotSigned):
        notes.mark_read(session=session, by=supervisor, at=NOON)


def test_a_record_is_looked_through_by_its_supervisor_once_a_day(participant, specialist, supervisor) -> None:
    with pytest.raises(notes.NotYours):
        notes.review_record(participant=participant, on=DAY, words="", by=specialist, at=NOON)
    for _twice in range(2):
        notes.review_record(participant=participant, on=DAY, words="Goals", by=supervisor, at=NOON)
    row = RecordReview.objects.get()
    refused(lambda: RecordReview.objects.filter(pk=row.pk).update(words="x"), "stays as it was")
    again = {"participant": participant, "reviewer": supervisor, "reviewed_on": DAY, "recorded_at": NOON}
    refused(lambda: RecordReview.objects.create(**again), "recordreview_once_a_day_and_reviewer")


@pytest.mark.parametrize(
    ("start", "minutes", "overlaps"),
    [(0, 30, True), (-29, 30, True), (-30, 30, False), (30, 10, False), (29, 10, True), (-600, 1440, True)],
)
def test_touching_ends_do_not_overlap(participant, specialist, start: int, minutes: int, overlaps: bool) -> None:
    factories.SessionFactory(participant=participant, specialist=specialist, started_at=NOON, minutes=30)
    began = NOON + timedelta(minutes=start)
    found = Session.objects.all().overlapping(began, began + timedelta(minutes=minutes))
    assert found.exists() is overlaps
