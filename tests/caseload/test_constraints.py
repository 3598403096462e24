"""The database refuses broken states of the caseload, whoever writes them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from caseload.actions import notes
from caseload.models import Agreement, Assignment, Participant, RecordRules, ServiceEpisode, Session
from tests import factories


def refused(change, name: str) -> None:
    """Assert that the database refuses a change, by that rule."""

    def all_of_it() -> None:
        with transaction.atomic():
            change()
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=name):
        all_of_it()


def test_one_specialist_at_a_time(participant: Participant, colleague: User) -> None:
    refused(
        lambda: factories.AssignmentFactory(participant=participant, specialist=colleague),
        "assignment_one_specialist_at_a_time",
    )


def test_one_specialist_at_a_time_in_the_past_too(participant: Participant, colleague: User) -> None:
    earlier = factories.NOON - timedelta(days=80)
    refused(
        lambda: factories.AssignmentFactory(
            participant=participant,
            specialist=colleague,
            started_at=earlier,
            ended_at=earlier + timedelta(days=1),
            end_reason="transferred",
        ),
        "assignment_one_specialist_at_a_time",
    )


def test_a_transfer_at_the_same_moment_fits(participant: Participant, colleague: User) -> None:
    participant.assignments.update(ended_at=factories.NOON, end_reason="transferred")

    factories.AssignmentFactory(participant=participant, specialist=colleague, started_at=factories.NOON)

    assert Assignment.objects.current().get(participant=participant).specialist == colleague


def test_an_assignment_ends_for_a_reason(participant: Participant) -> None:
    refused(lambda: participant.assignments.update(ended_at=factories.NOON), "assignment_end_has_reason")


def test_an_assignment_does_not_end_before_it_began(participant: Participant) -> None:
    before = factories.NOON - timedelta(days=91)
    refused(
        lambda: participant.assignments.update(ended_at=before, end_reason="transferred"), "assignment_end_has_reason"
    )


def test_an_assignment_that_goes_on_has_no_reason_to_end(participant: Participant) -> None:
    refused(lambda: participant.assignments.update(end_reason="transferred"), "assignment_end_has_reason")


def test_nobody_covers_for_themselves(specialist: User) -> None:
    refused(
        lambda: factories.CoverFactory(
            absent=specialist,
            cover=specialist,
            starts_at=factories.NOON,
            ends_at=factories.NOON + timedelta(days=1),
        ),
        "cover_is_somebody_else",
    )


def test_a_cover_lasts(specialist: User) -> None:
    refused(
        lambda: factories.CoverFactory(absent=specialist, starts_at=factories.NOON, ends_at=factories.NOON),
        "cover_ends_after_start",
    )


def test_one_episode_is_open(participant: Participant) -> None:
    refused(
        lambda: ServiceEpisode.objects.create(participant=participant, started_on=factories.DAY),
        "serviceepisode_(one_open|do_not_overlap)",
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"number": "555 0100"}, "phonenumber_is_e164"),
        ({"number": ""}, "phonenumber_is_e164"),
        ({"message": "may_say"}, "phonenumber_message_says_what"),
    ],
)
def test_a_number_that_cannot_be_called(participant: Participant, fields: dict[str, str], rule: str) -> None:
    phone = factories.PhoneNumberFactory(participant=participant)
    refused(lambda: type(phone).objects.filter(pk=phone.pk).update(**fields), rule)


def test_a_number_stands_once_with_a_person(participant: Participant) -> None:
    phone = factories.PhoneNumberFactory(participant=participant)
    refused(
        lambda: factories.PhoneNumberFactory(participant=participant, number=phone.number),
        "phonenumber_once_per_participant",
    )


def test_an_episode_ends_with_a_reason_and_an_author(participant: Participant) -> None:
    refused(
        lambda: participant.episodes.update(ended_on=factories.DAY, ending_reason="moved"),
        "serviceepisode_end_has_reason_and_author",
    )


def test_episodes_do_not_overlap(participant: Participant) -> None:
    factories.end_services(participant)
    refused(
        lambda: ServiceEpisode.objects.create(participant=participant, started_on=factories.DAY - timedelta(days=1)),
        "serviceepisode_do_not_overlap",
    )


def test_a_person_has_a_name(participant: Participant) -> None:
    refused(lambda: Participant.objects.filter(pk=participant.pk).update(name_used=""), "participant_has_a_name")


def test_a_number_is_kept_in_one_form(participant: Participant) -> None:
    refused(lambda: factories.PhoneNumberFactory(participant=participant, number="617 555 0101"), "is_e164")


def test_a_message_that_may_say_something_says_what(participant: Participant) -> None:
    refused(lambda: factories.PhoneNumberFactory(participant=participant, message="may_say"), "message_says_what")


def test_a_quotation_has_words(participant: Participant) -> None:
    refused(lambda: factories.QuotationFactory(participant=participant, text=""), "quotation_has_words")


def test_a_win_has_words(participant: Participant) -> None:
    refused(lambda: factories.WinFactory(participant=participant, text=""), "win_has_words")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"logged_at": factories.NOON - timedelta(days=2)}, "session_not_in_the_future"),
        ({"strands": ["goals", "skills", "advocacy"]}, "session_at_most_two_strands"),
        ({"strands": ["storytelling"]}, "session_strands_known"),
        ({"minutes": None}, "session_minutes_where_they_met"),
        ({"minutes": 0}, "session_minutes_where_they_met"),
        ({"minutes": 1441}, "session_minutes_where_they_met"),
        ({"status": "no_show", "minutes": 30}, "session_minutes_where_they_met"),
    ],
)
def test_a_session_says_what_can_be(participant: Participant, fields: dict, rule: str) -> None:
    session = factories.SessionFactory(participant=participant)
    refused(lambda: Session.objects.filter(pk=session.pk).update(**fields), rule)


def test_one_form_is_saved_once(participant: Participant) -> None:
    session = factories.SessionFactory(participant=participant)
    refused(lambda: factories.SessionFactory(participant=participant, form_token=session.form_token), "form_token")


def test_a_draft_exists_once_for_its_author(participant: Participant, specialist: User) -> None:
    factories.SessionDraftFactory(author=specialist, participant=participant)
    refused(lambda: factories.SessionDraftFactory(author=specialist, participant=participant), "sessiondraft_one_each")


def test_a_signed_note_is_signed_by_who_was_there(participant: Participant, specialist: User, colleague: User) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    signed = {"signed_at": factories.NOON, "signed_by": colleague, "signed_name": "Kim"}
    refused(lambda: Session.objects.filter(pk=session.pk).update(**signed), "session_signed_by_who_was_there")


def test_only_anothers_signed_note_is_marked_read(participant: Participant, specialist: User, colleague: User) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    marked = "INSERT INTO caseload_sessionreview (session_id, reviewer_id, read_at) VALUES (%s, %s, now())"

    def mark(by: User) -> None:
        connection.cursor().execute(marked, [session.pk, by.pk])

    refused(lambda: mark(colleague), "is not signed")
    notes.sign(session=session, by=specialist, at=factories.NOON)
    refused(lambda: mark(specialist), "the reader's own")
    mark(colleague)


def test_nobody_agrees_with_a_note_that_may_still_change(participant: Participant, specialist: User) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    said = {"session": session, "agrees": True, "said_on": factories.DAY, "recorded_at": factories.NOON}
    refused(lambda: Agreement.objects.create(**said, recorded_by=specialist), "is not signed")


def test_who_led_a_signed_meeting_stays(participant: Participant, specialist: User, colleague: User) -> None:
    met = factories.GroupMeetingFactory(team=participant.team, facilitators=[specialist])
    part = {"participant": participant, "specialist": specialist, "meeting": met}
    session = factories.SessionFactory(**part, started_at=met.started_at, minutes=60)
    met.facilitators.add(colleague)
    notes.sign(session=session, by=specialist, at=factories.NOON)
    link = met.facilitators.through.objects
    other = factories.UserFactory()
    refused(lambda: link.create(groupmeeting=met, user=other), "so is who led it")
    refused(lambda: link.filter(user=colleague).delete(), "so is who led it")
    refused(lambda: link.filter(user=colleague).update(user=other), "so is who led it")


def test_what_came_after_a_signed_session_stays(participant: Participant, specialist: User) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    change = "UPDATE followups_nextstep SET reason = %s WHERE session_id = %s"
    connection.cursor().execute(change, ["They will call", session.pk])
    notes.sign(session=session, by=specialist, at=factories.NOON)
    refused(lambda: connection.cursor().execute(change, ["Nothing", session.pk]), "so is what came next")
    delete = "DELETE FROM followups_nextstep WHERE session_id = %s"
    refused(lambda: connection.cursor().execute(delete, [session.pk]), "so is what came next")


@pytest.mark.parametrize("words", ["", " \n\t "])
def test_a_team_that_wants_words_has_them_under_every_signature(
    participant: Participant, specialist: User, words: str
) -> None:
    met = factories.SessionFactory(participant=participant, specialist=specialist, note=words)
    missed = factories.SessionFactory(participant=participant, specialist=specialist, status="no_show", minutes=None)
    RecordRules.objects.create(team=participant.team, narrative_required=True)
    signed = {"signed_at": factories.NOON, "signed_by": specialist, "signed_name": "Sam"}
    refused(lambda: Session.objects.filter(pk=met.pk).update(**signed), "wants words")
    assert Session.objects.filter(pk=missed.pk).update(**signed) == 1
