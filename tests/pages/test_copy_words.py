"""A copy speaks to the person it is about: every column has words for them, none of ours."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from caseload.actions import notes, strands
from caseload.models import NoteAddition, Participant, Session
from followups.models import NextStep
from followups.models.copied_choices import SPOKEN, spoken
from followups.models.copied_labels import TABLES
from followups.models.copy import DATED, DONE, INNER, LEADS
from tests import factories

NOON, DAY = factories.NOON, factories.DAY
OURS = re.compile(
    r"\b(follow-?ups?|outcomes?|rungs?|plan kind|set aside|flagged|attempts?|escalat\w+|participants?|log(ged)?"
    r"|no-show|cancelled|they|them|theirs?)\b",
    re.IGNORECASE,
)
# What a session has in its copy beside its own columns.
BESIDE = {"caseload.Session": {"what_the_group_did", "activities"}}


def copied_fields(label: str) -> dict:
    """The columns of a table that can be in a copy."""
    return {
        field.name: field
        for field in apps.get_model(label)._meta.fields
        if field.name not in INNER
        and field.related_model is not Participant
        and (field.is_relation or not field.primary_key)
    }


def choices_of(field) -> list[tuple[str, str]]:
    return list(field.flatchoices or getattr(getattr(field, "base_field", None), "flatchoices", []))


def test_every_table_of_a_copy_has_a_name_for_the_person() -> None:
    assert set(TABLES) == {*LEADS, "caseload.Participant"}
    assert set(DATED) <= set(LEADS)


@pytest.mark.parametrize("label", TABLES)
def test_every_column_has_words_for_the_person_or_is_kept_out(label: str) -> None:
    told = TABLES[label]
    used = [*told.head, *told.lines, *told.unsaid]
    for note in told.notes:
        used += [note.at, *note.by]
    assert set(used) == set(copied_fields(label)) | BESIDE.get(label, set())
    assert len([*told.head, *told.lines, *told.unsaid]) == len({*told.head, *told.lines, *told.unsaid})


@pytest.mark.parametrize("label", TABLES)
def test_the_words_are_not_those_among_colleagues(label: str) -> None:
    told = TABLES[label]
    words = [told.title, *told.lines.values()]
    for note in told.notes:
        words += [note.by_whom, note.alone]
    for name, field in copied_fields(label).items():
        if name not in told.unsaid:
            words += [spoken(f"{label}.{name}", code, otherwise) for code, otherwise in choices_of(field)]
    words += DONE.values() if label == "accounts.AuditEvent" else []
    assert not [str(word) for word in words if OURS.search(str(word))]


@pytest.mark.parametrize("field", SPOKEN)
def test_what_is_said_for_a_choice_knows_all_its_codes(field: str) -> None:
    label, name = field.rsplit(".", 1)
    assert set(SPOKEN[field]) == {code for code, _words in choices_of(copied_fields(label)[name])}


def copy_of(client, person):
    return client.get(reverse("whole_copy", args=[person.pk]))


def rows_of(page, title: str) -> list:
    return next(one["rows"] for one in page.context["sections"] if one["title"] == title)


def test_a_weekly_plan_says_no_number_of_days(sign_in, specialist, participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, kind="weekly", every=10, ended_at=NOON)
    factories.CheckInPlanFactory(participant=participant, kind="every_n_days", every=10, starts_on=DAY)
    first, second = rows_of(copy_of(sign_in(specialist), participant), "How often we said we would be in touch")
    assert plan.every == 10
    assert "10" not in dict(first.lines).values()
    assert dict(second.lines)["Days from one time to the next"] == "10"


def test_what_is_not_so_is_not_told(sign_in, specialist, participant) -> None:
    factories.FollowUpFactory(participant=participant, attempts=0)
    factories.ComplaintFactory(participant=participant)
    factories.PhoneNumberFactory(participant=participant, may_call=False)
    page = copy_of(sign_in(specialist), participant)
    said = {label for row in rows_of(page, "What we said we would do") for label, _value in row.lines}
    assert said.isdisjoint({"How many times we tried", "First meant for"})
    (complaint,) = rows_of(page, "What you were not happy with")
    assert dict(complaint.lines)["Who said so"] == "You"
    assert "Only the supervisor was told" not in dict(complaint.lines)
    assert "May we get in touch after the end?" not in dict(rows_of(page, "Your time with us")[0].lines)
    # What they decided about a number is told also where it is no.
    assert dict(rows_of(page, "Your phone numbers")[-1].lines)["We may call"] == "no"


def test_their_own_words_come_first_and_the_paperwork_last(sign_in, specialist, participant) -> None:
    factories.GoalFactory(participant=participant)
    factories.WinFactory(participant=participant)
    factories.QuotationFactory(participant=participant)
    client = sign_in(specialist)
    copy_of(client, participant)
    titles = [one["title"] for one in copy_of(client, participant).context["sections"]]
    assert titles[:3] == ["In your own words", "Your goals", "Your wins"]
    assert titles[-1] == "What was done with your record"


def test_rows_stand_by_their_day_not_by_when_they_were_written_down(sign_in, specialist, participant) -> None:
    factories.WinFactory(participant=participant, text="the later one", happened_on=DAY)
    factories.WinFactory(
        participant=participant, text="the earlier one", happened_on=DAY - timedelta(days=3), recorded_by=specialist
    )
    rows = rows_of(copy_of(sign_in(specialist), participant), "Your wins")
    assert [row.head for row in rows] == [["the earlier one"], ["the later one"]]
    assert rows[0].notes[0].startswith(f"Written down by {specialist.name} on ")


def test_what_the_program_wrote_is_said_to_them_and_what_a_colleague_wrote_stays(
    sign_in, specialist, participant
) -> None:
    done = {"state": "done", "closed_at": NOON, "closed_by": specialist}
    factories.FollowUpFactory(participant=participant, closing_reason="They could not make it", **done)
    factories.FollowUpFactory(participant=participant, closing_reason="They like it so.", due_on=DAY, **done)
    factories.PeerRequestFactory(
        participant=participant, answered_at=NOON, answered_by=specialist, answer="Another peer walks with them now."
    )
    text = copy_of(sign_in(specialist), participant).content.decode()
    assert "You could not make it" in text
    assert "Another peer walks with you now." in text
    assert "They could not make it" not in text
    assert "walks with them" not in text
    assert "They like it so." in text


def test_a_note_read_together_speaks_to_them(sign_in, specialist, participant, team) -> None:
    followup = factories.FollowUpFactory(participant=participant, purpose="promise", what="ask at the library")
    said = {"place": "home", "strands": ["advocacy"], "minutes": 45, "note": "Was glad."}
    with transaction.atomic():
        session = factories.SessionFactory(participant=participant, specialist=specialist, next_step=False, **said)
        NextStep.objects.create(session=session, followup=followup)
    notes.sign(session=session, by=specialist, at=NOON)
    added = {"kind": "late_entry", "text": "It rained.", "reason": "", "form_token": factories.new_id()}
    notes.add(session=Session.objects.get(), by=specialist, at=NOON, **added)
    assert NoteAddition.objects.count() == 1
    text = sign_in(specialist).get(reverse("agree_with_note", args=[session.pk])).content.decode()
    for words in ("Your home", "Speaking up", "45 minutes", "Something we promised you", "ask at the library"):
        assert words in text
    for words in ("Their home", "Something I promised", "Late entry", "It belongs to"):
        assert words not in text


def test_what_is_printed_in_the_dark_is_dark_on_white() -> None:
    style = (settings.BASE_DIR / "static" / "css" / "app.css").read_text()
    assert style.count("prefers-color-scheme: dark") == style.count("@media screen and (prefers-color-scheme: dark)")


def test_what_a_row_begins_with_says_enough_alone(sign_in, specialist, participant) -> None:
    said = {"topic": "does_not_help", "text": "Being told what to do"}
    factories.QuotationFactory(participant=participant, **said)
    series = factories.GroupSeriesFactory(team=participant.team, name="Tuesday circle")
    factories.RosterPlaceFactory(series=series, participant=participant)
    page = copy_of(sign_in(specialist), participant)
    assert rows_of(page, "In your own words")[0].head == ["What does not help", "Being told what to do"]
    assert rows_of(page, "Groups you belong or belonged to")[0].head == ["Tuesday circle"]
    assert rows_of(page, "Your time with us")[0].head[0].startswith("Since ")


def test_that_something_was_in_the_way_is_no_change_of_it(sign_in, specialist, participant) -> None:
    by = {"on": DAY, "by": specialist, "at": NOON}
    bus = strands.name_barrier(participant=participant, what="The bus", **by)
    strands.name_barrier(participant=participant, what="Forms", **by)
    client = sign_in(specialist)
    assert "How that changed" not in [one["title"] for one in copy_of(client, participant).context["sections"]]
    for state in ("easing", "there"):
        strands.change_barrier(barrier=bus, state=state, **by)
    assert [row.head for row in rows_of(copy_of(client, participant), "How that changed")] == [
        ["Easing"],
        ["In the way"],
    ]


def test_what_they_say_later_of_a_note_stands_first_and_what_they_said_before_stays(
    sign_in, specialist, participant
) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    notes.sign(session=session, by=specialist, at=NOON)
    said = {"session": session, "on": DAY, "by": specialist}
    notes.agree(agrees=False, words="I planned it.", at=NOON, **said)
    notes.agree(agrees=True, words="", at=NOON + timedelta(hours=1), **said)
    client = sign_in(specialist)
    page = client.get(reverse("session", args=[session.pk])).content.decode()
    assert page.index("Agrees") < page.index("6 May 2026 · earlier") < page.index("I planned it.")
    # The copy tells it in the order it was said, each with its time.
    rows = rows_of(copy_of(client, participant), "What you said about a note")
    told = [(dict(row.lines)["You agree with it"], row.notes[0].rsplit(" ", 1)[1]) for row in rows]
    assert told == [("no", "10:00."), ("yes", "11:00.")]
