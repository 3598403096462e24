"""A copy of everything about a person, and nothing about anybody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.ids import new_id
from accounts.models import AuditEvent
from caseload.actions import notes
from caseload.models import (
    Activity,
    Agreement,
    BarrierChange,
    GoalProgress,
    Participant,
    RecordReview,
    Session,
    SessionReview,
    SignalTalk,
)
from followups.actions import merging, oversight
from followups.models import FollowUp, NextStep, Outcome
from followups.models.copy import DONE, LEADS, LEFT_OUT
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY
# Half past nine in New York on the day before, by UTC on the day itself.
EVENING = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)


def leads_to_a_person(model, depth: int = 2) -> bool:
    """Whether a chain of at most two references leads to a participant."""
    related = [field.related_model for field in model._meta.fields if field.is_relation]
    return Participant in related or (depth > 1 and any(leads_to_a_person(one, depth - 1) for one in related if one))


def test_every_table_about_a_person_is_in_the_copy_or_left_out_for_a_reason() -> None:
    about = {
        model._meta.label
        for label in ("caseload", "followups")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model is not Participant and leads_to_a_person(model)
    }
    # To these a person is only the subject, by a bare id.
    assert about | {"accounts.AuditEvent"} == set(LEADS) | set(LEFT_OUT)


def keep_all(person, mark: str, specialist, meeting) -> None:
    """Something in every table, each with a word of its own."""
    dated = {"recorded_at": NOON, "recorded_by": specialist}
    factories.PhoneNumberFactory(participant=person, label=f"{mark}phone", may_call=False)
    factories.QuotationFactory(participant=person, text=f"{mark}quote مرحبا")
    factories.WinFactory(participant=person, text=f"{mark}win")
    step = factories.GoalStepFactory(goal__participant=person, goal__wording=f"{mark}goal", text=f"{mark}step")
    GoalProgress.objects.create(goal=step.goal, said_on=DAY, direction="closer", words=f"{mark}progress", **dated)
    factories.TriedFactory(participant=person, text=f"{mark}tried")
    factories.ExpectationsFactory(participant=person, theirs=f"{mark}expected")
    factories.SetbackFactory(participant=person, words=f"{mark}setback")
    factories.ComplaintFactory(participant=person, words=f"{mark}complaint")
    SignalTalk.objects.create(participant=person, talked_on=DAY, agreed=f"{mark}talk", **dated)
    factories.PeerRequestFactory(participant=person, words=f"{mark}wish")
    factories.MilestoneFactory(participant=person, what=f"{mark}day")
    barrier = factories.BarrierFactory(participant=person, what=f"{mark}barrier")
    BarrierChange.objects.create(barrier=barrier, state="easing", on=DAY, **dated)
    factories.ConnectionFactory(participant=person, what=f"{mark}circle")
    service = factories.ServiceFactory(name=f"{mark}service")
    referral = factories.ReferralFactory(participant=person, service=service, to_whom="", why=f"{mark}why")
    series = factories.GroupSeriesFactory(team=person.team, name=f"{mark}series")
    factories.RosterPlaceFactory(series=series, participant=person)
    factories.CloserRhythmFactory(participant=person)
    factories.CheckInPlanFactory(participant=person, kind="every_n_days", weekdays=[2, 4])
    kept = {"purpose": "promise", "state": "done", "closed_at": NOON, "kept": False}
    factories.FollowUpFactory(participant=person, what=f"{mark}promise", **kept)
    what = factories.FollowUpFactory(participant=person, what=f"{mark}what", step=step, referral=referral)
    factories.ContactAttemptFactory(participant=person, followup=what, outcome=Outcome.objects.get(pk="no_answer"))
    evening = {"started_at": EVENING, "logged_at": EVENING, "specialist": specialist, "shared_experience": False}
    with transaction.atomic():
        session = factories.SessionFactory(
            participant=person, note=f"{mark}note", strands=["goals"], next_step=False, **evening
        )
        NextStep.objects.create(session=session, followup=what)
    session.activities.set(Activity.objects.filter(strand="goals")[:1])
    notes.sign(session=session, by=specialist, at=NOON)
    notes.agree(session=session, agrees=False, words=f"{mark}agreed", on=DAY, by=specialist, at=NOON)
    words = {"kind": "correction", "text": f"{mark}added", "reason": f"{mark}because", "form_token": new_id()}
    notes.add(session=session, by=specialist, at=NOON, **words)
    SessionReview.objects.create(session=session, reviewer=factories.UserFactory(name="Vera"), read_at=NOON)
    RecordReview.objects.create(
        participant=person, reviewed_on=DAY, words=f"{mark}review", recorded_at=NOON, reviewer=specialist
    )
    part = {"meeting": meeting, "started_at": meeting.started_at, "minutes": meeting.minutes}
    factories.SessionFactory(participant=person, note=f"{mark}part", specialist=specialist, **part)


@pytest.fixture
def told(participant, specialist, team) -> None:
    """All there is of this person, and as much of somebody else, who came to the same group."""
    description = "We cooked together."
    meeting = factories.GroupMeetingFactory(team=team, description=description, facilitators=[specialist])
    other = factories.ParticipantFactory(team=team, name_used="Foreignname")
    factories.AssignmentFactory(participant=other, specialist=specialist)
    keep_all(other, "foreign", specialist, meeting)
    keep_all(participant, "mine", specialist, meeting)


@pytest.mark.parametrize("name", ["whole_copy", "whole_copy_json"])
def test_everything_of_theirs_and_nothing_of_anybody_elses(sign_in, specialist, participant, told, name: str) -> None:
    text = sign_in(specialist).get(reverse(name, args=[participant.pk])).content.decode()
    said = "quote win goal step progress tried expected setback complaint talk wish day barrier circle service why"
    said += " series promise what note agreed added because review part phone"
    assert not [word for word in said.split() if f"mine{word}" not in text]
    assert "We cooked together." in text
    assert "foreign" not in text.lower()
    assert AuditEvent.objects.filter(action="record_copied", subject_id=str(participant.pk)).count() == 1


@pytest.mark.parametrize("name", ["whole_copy", "whole_copy_json", "participant"])
def test_a_nudge_and_a_talk_between_colleagues_are_no_part_of_the_story(
    sign_in, specialist, participant, told, name: str
) -> None:
    followup = FollowUp.objects.get(what="minewhat")
    FollowUp.objects.filter(pk=followup.pk).update(owner=specialist)
    vera = factories.UserFactory(name="Veravera")
    oversight.nudge(followup=followup, by=vera, at=NOON)
    oversight.mark_discussed(followup=followup, by=vera, at=NOON)
    text = sign_in(specialist).get(reverse(name, args=[participant.pk])).content.decode()
    assert "minequote" in text
    for word in ("Veravera", "discussed", "nudge", "talked about"):
        assert word not in text


def test_every_table_is_whole_in_the_copy_for_another_program(
    sign_in, specialist, supervisor, participant, told
) -> None:
    twin = factories.ParticipantFactory(team=participant.team)
    merging.merge(kept=participant, merged=twin, by=supervisor, at=NOON)
    page = sign_in(specialist).get(reverse("whole_copy_json", args=[participant.pk]))
    given = json.loads(page.content)
    for label, lead in LEADS.items():
        rows = apps.get_model(label)._default_manager.filter(**{f"{lead}__in": [str(participant.pk), str(twin.pk)]})
        if label == "accounts.AuditEvent":
            rows = rows.filter(action__in=DONE)
        wanted = {str(key) for key in rows.values_list("pk", flat=True)}
        assert wanted, label
        assert {row["id"] for row in given[label.lower()]} == wanted, label
    assert given["is_whole"] is False  # so it says to every peer
    assert given["caseload.participant"][0]["team"] == "Harbor"


def test_the_copy_for_another_program_keeps_no_and_leaves_no_codes(sign_in, specialist, participant, told) -> None:
    given = json.loads(sign_in(specialist).get(reverse("whole_copy_json", args=[participant.pk])).content)
    assert given["caseload.agreement"][0]["agrees"] is False
    assert given["caseload.phonenumber"][0]["may_call"] is False
    part, session = given["caseload.session"]
    assert (session["shared_experience"], session["strands"]) == (False, ["Goals"])
    assert session["started_at"] == "2026-05-05T21:30:00-04:00"
    assert part["meeting"]["says"] == "Tuesday circle"
    assert [row["kept"] for row in given["followups.followup"] if "kept" in row] == [False]
    assert given["followups.contactattempt"][0]["label"] == "No answer"
    assert given["followups.checkinplan"][0]["weekdays"] == ["Tuesday", "Thursday"]
    assert given["caseload.goalstep"][0]["goal"] == {"id": given["caseload.goal"][0]["id"], "says": "minegoal"}
    assert given["accounts.auditevent"][-1]["action"] == "Copied the whole record"


def lines_of(page, title: str) -> list[dict[str, str]]:
    section = next(one for one in page.context["sections"] if one["title"] == title)
    return [dict(row.lines) for row in section["rows"]]


def heads_of(page, title: str) -> list[str]:
    section = next(one for one in page.context["sections"] if one["title"] == title)
    return [" · ".join(row.head) for row in section["rows"]]


def test_the_copy_for_people_says_it_in_words(sign_in, specialist, participant, told, time_machine) -> None:
    time_machine.move_to(EVENING)
    page = sign_in(specialist).get(reverse("whole_copy", args=[participant.pk]))
    assert page.context["today"] == DAY - timedelta(days=1)
    assert lines_of(page, "What you said about a note")[0]["You agree with it"] == "no"
    part, session = lines_of(page, "Our sessions")
    assert heads_of(page, "Our sessions")[1] == "5 May 2026, 21:30"
    assert session["What it was about"] == "Goals"
    assert (part["Group"], part["What the group did"]) == ("Tuesday circle", "We cooked together.")
    assert heads_of(page, "When we tried to reach you")[0].endswith(" · No answer")
    assert lines_of(page, "About you")[0]["Your team"] == "Harbor"
    text = page.content.decode()
    for code in ("no_answer", "every_n_days", "record_copied", "What_the_group_did", "goals</dd>"):
        assert code not in text


def test_each_line_says_what_it_belongs_to(sign_in, specialist, participant, told) -> None:
    page = sign_in(specialist).get(reverse("whole_copy", args=[participant.pk]))
    when = "The session of 5 May 2026, 21:30"
    belongs = {
        "Small steps towards your goals": {"The goal": "minegoal"},
        "How you saw your way to a goal": {"The goal": "minegoal"},
        "How that changed": {"What it was": "minebarrier"},
        "What we added to a note later": {"It belongs to": when},
        "What you said about a note": {"It belongs to": when},
        "What came next after a session": {"What we said we would do": "A check-in · minewhat · 6 May 2026"},
    }
    for title in ("Notes a supervisor has read", "What came next after a session"):
        assert when in heads_of(page, title)
    for title, wanted in belongs.items():
        assert any(wanted.items() <= row.items() for row in lines_of(page, title)), title
    assert all(row.head for section in page.context["sections"] for row in section["rows"])


def test_what_looks_like_a_key_or_a_day_is_left_as_it_was_typed(sign_in, specialist, participant) -> None:
    typed = ("20240101", "2026-05-06", "a-key-of-my-own-and-my-girl-on-Sunday")
    about = "What recovery looks like for me"
    for text in typed:
        factories.QuotationFactory(participant=participant, text=text)
    page = sign_in(specialist).get(reverse("whole_copy", args=[participant.pk]))
    assert sorted(heads_of(page, "In your own words")) == [f"{about} · {text}" for text in sorted(typed)]


@pytest.mark.parametrize("name", ["whole_copy", "whole_copy_json"])
def test_what_is_for_the_supervisor_alone_only_they_hand_on(
    sign_in, specialist, supervisor, participant, name: str
) -> None:
    factories.ComplaintFactory(participant=participant, words="kestrelcomplaint", for_supervisor=True)
    factories.PeerRequestFactory(participant=participant, words="kestrelwish", for_supervisor=True)
    held, whole = (
        sign_in(user).get(reverse(name, args=[participant.pk])).content.decode() for user in (specialist, supervisor)
    )
    assert "kestrel" not in held
    assert "kestrelcomplaint" in whole
    assert "kestrelwish" in whole
    mark = "A supervisor can give the whole copy." if name == "whole_copy" else '"is_whole": false'
    assert mark in held
    assert mark not in whole


@pytest.mark.parametrize("name", ["whole_copy", "whole_copy_json"])
def test_a_copy_does_not_betray_that_there_is_something(sign_in, specialist, participant, name: str) -> None:
    mark = "A supervisor can give the whole copy." if name == "whole_copy" else '"is_whole": false'
    assert mark in sign_in(specialist).get(reverse(name, args=[participant.pk])).content.decode()


def test_the_file_has_the_teams_day_in_its_name(sign_in, specialist, participant, time_machine) -> None:
    time_machine.move_to(datetime(2026, 5, 7, 2, tzinfo=UTC))
    page = sign_in(specialist).get(reverse("whole_copy_json", args=[participant.pk]))
    assert page["Content-Disposition"] == 'attachment; filename="record-2026-05-06.json"'


def test_it_is_read_in_large_type_and_printed_without_buttons(sign_in, specialist, participant) -> None:
    client, address = sign_in(specialist), reverse("whole_copy", args=[participant.pk])
    assert "large-type" not in client.get(address).content.decode()
    large = client.get(address + "?large").content.decode()
    assert "narrow stack large-type" in large
    assert "cluster no-print" in large
    style = (settings.BASE_DIR / "static" / "css" / "app.css").read_text()
    printed = style[style.index("@media print") :]
    assert ".no-print { display: none; }" in printed
    assert ".frame-top" in printed


def test_the_record_leads_to_the_copy_and_a_note_to_reading_it_together(sign_in, specialist, participant) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    notes.sign(session=session, by=specialist, at=NOON)
    client = sign_in(specialist)
    record = client.get(reverse("participant", args=[participant.pk])).content.decode()
    assert reverse("whole_copy", args=[participant.pk]) in record
    note = client.get(reverse("session", args=[session.pk])).content.decode()
    assert reverse("agree_with_note", args=[session.pk]) in note


def test_twenty_years_are_copied_in_as_many_queries_as_a_week(sign_in, specialist, participant, told) -> None:
    address = reverse("whole_copy_json", args=[participant.pk])
    few = count_queries(sign_in(specialist), address)
    for _number in range(30):
        factories.SessionFactory(participant=participant, specialist=specialist)
        factories.WinFactory(participant=participant)
    assert count_queries(sign_in(specialist), address) == few


def test_a_note_is_read_together(sign_in, specialist, participant) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist, note="We planned the move.")
    notes.sign(session=session, by=specialist, at=NOON)
    client, address = sign_in(specialist), reverse("agree_with_note", args=[session.pk])
    assert "We planned the move." in client.get(address).content.decode()
    assert client.post(address, {"agrees": "no", "words": ""}).context["form"].errors
    for _twice in range(2):
        client.post(address, {"agrees": "no", "words": "I planned it, they helped."})
    assert Agreement.objects.count() == 1
    assert "I planned it, they helped." in client.get(reverse("session", args=[session.pk])).content.decode()


def test_nobody_agrees_to_what_may_still_change(sign_in, specialist, participant) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist, note="We planned the move.")
    client, address = sign_in(specialist), reverse("agree_with_note", args=[session.pk])
    assert address not in client.get(reverse("session", args=[session.pk])).content.decode()
    assert client.post(address, {"agrees": "yes"}).url == reverse("session", args=[session.pk])
    assert not Agreement.objects.exists()
    with pytest.raises(notes.NotSigned):
        notes.agree(session=session, agrees=True, words="", on=DAY, by=specialist, at=NOON)
    notes.sign(session=session, by=specialist, at=NOON)
    assert address in client.get(reverse("session", args=[session.pk])).content.decode()
    client.post(address, {"agrees": "yes"})
    assert Agreement.objects.get().agrees


def test_they_read_the_whole_note_before_they_agree(sign_in, specialist, participant, team) -> None:
    met = factories.GroupMeetingFactory(team=team, description="We cooked rice.", started_at=NOON, minutes=45)
    session = factories.SessionFactory(
        participant=participant, specialist=specialist, meeting=met, started_at=NOON, minutes=45, note="Was glad."
    )
    notes.sign(session=session, by=specialist, at=NOON)
    added = {"kind": "correction", "text": "It was soup.", "reason": "Mixed up", "form_token": factories.new_id()}
    notes.add(session=session, by=specialist, at=NOON, **added)
    client = sign_in(specialist)
    for name in ("agree_with_note", "session"):
        text = client.get(reverse(name, args=[session.pk])).content.decode()
        for words in ("We cooked rice.", "Was glad.", "45 min", "It was soup.", "Mixed up"):
            assert words in text


def test_what_a_group_did_is_told_only_of_who_was_there(sign_in, specialist, participant, team) -> None:
    met = factories.GroupMeetingFactory(team=team, description="We cooked rice.")
    missed = factories.SessionFactory(
        participant=participant,
        specialist=specialist,
        meeting=met,
        started_at=met.started_at,
        status="no_show",
        minutes=None,
    )
    client = sign_in(specialist)
    addresses = [reverse(name, args=[participant.pk]) for name in ("whole_copy", "whole_copy_json", "participant")]
    for address in (*addresses, reverse("session", args=[missed.pk])):
        text = client.get(address).content.decode()
        assert "Tuesday circle" in text
        assert "We cooked rice." not in text


@pytest.mark.django_db
def test_what_they_said_of_it_stays(participant, specialist) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    notes.sign(session=session, by=specialist, at=NOON)
    said = {"session": session, "on": DAY, "by": specialist, "at": NOON}
    row = notes.agree(agrees=True, words="", **said)
    again = {"session": session, "said_on": DAY, "recorded_at": NOON, "recorded_by": specialist}
    for change, rule in (
        (lambda: Agreement.objects.filter(pk=row.pk).update(words="x"), "stays as it was"),
        (lambda: Agreement.objects.create(agrees=True, **again), "agreement_once_a_day"),
        (lambda: Agreement.objects.create(agrees=False, **again), "agreement_or_own_words"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            change()
    assert Session.objects.get().agreements.count() == 1
