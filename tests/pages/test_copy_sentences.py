"""What the program itself wrote is said to the person in a copy: gently, and in no words among colleagues."""

import ast
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.ids import new_id
from followups.actions import contact, ending, merging, pausing
from followups.models import FollowUp, Outcome
from followups.models.copied_sentences import SENTENCES, as_pattern, spoken_text
from tests import factories
from tests.pages.test_copy_words import OURS, copy_of, rows_of

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)
SAYING = {"_", "_t", "gettext", "ngettext", "pgettext"}
# Sentences in the places that write, which end in no column.
NOT_KEPT = {"Next working day": "the name of a choice in a form"}
# Words of choices and of outcomes that are written into a column: statuses, who decided, what came of a try.
LABELS = {
    ("sessions.py", "SessionStatus"),
    ("pausing.py", "DecidedBy"),
    ("contact.py", "outcome"),
    ("taking_apart.py", "wish"),
}


def places_that_write():
    folders = (settings.BASE_DIR / app / "actions" for app in ("caseload", "followups"))
    return [
        *(path for folder in folders for path in folder.glob("*.py")),
        settings.BASE_DIR / "followups/forms/dates.py",
    ]


def nodes():
    return [(path.name, node) for path in places_that_write() for node in ast.walk(ast.parse(path.read_text()))]


def test_every_sentence_a_deed_writes_has_words_for_the_person() -> None:
    written = {
        node.args[0].value
        for _name, node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING
    }
    assert len(written) > 25
    assert written - set(NOT_KEPT) - {str(ours) for ours, _to_them in SENTENCES} == set()


def test_no_deed_writes_a_sentence_of_its_own_past_that_list() -> None:
    columns = {"reason", "why", "why_here", "closing_reason", "answer", "what", "words"}
    given = [(node.arg, node.value) for _name, node in nodes() if isinstance(node, ast.keyword)]
    bare = [value.value for name, value in given if name in columns and isinstance(value, ast.Constant) and value.value]
    assert bare == []
    labels = {
        (name, next(one.id for one in ast.walk(node) if isinstance(one, ast.Name)))
        for name, node in nodes()
        if isinstance(node, ast.Attribute) and node.attr == "label" and name != "dates.py"
    }
    assert labels == LABELS


@pytest.mark.django_db
def test_every_outcome_a_program_starts_with_has_words_for_the_person() -> None:
    assert set(Outcome.objects.values_list("label", flat=True)) <= {str(ours) for ours, _to_them in SENTENCES}


def test_none_of_these_words_is_one_among_colleagues() -> None:
    assert not [str(to_them) for _ours, to_them in SENTENCES if OURS.search(str(to_them))]
    # Told apart: no sentence is taken for another one, whatever values it holds.
    ours = [str(one) for one, _to_them in SENTENCES]
    assert not [(one, other) for one in ours for other in ours if one != other and as_pattern(one).fullmatch(other)]


@pytest.mark.parametrize(
    ("words", "to_them"),
    [
        ("Resting until 8 May 2026.", "We let contact rest until 8 May 2026."),
        ("The pause ended early (The participant).", "The pause ended early. Who decided: You."),
        ("moved from 4 Jul, a day the team is closed", "moved from 4 Jul, when we are closed"),
        ("Resting until she calls (100%)", "Resting until she calls (100%)"),
    ],
)
def test_a_sentence_with_a_value_in_it_is_said_with_its_value(words: str, to_them: str) -> None:
    for name in ("why_here", "closing_reason"):
        assert spoken_text(f"followups.FollowUp.{name}", words) == to_them
    assert spoken_text("caseload.Win.text", words) == words


@pytest.mark.parametrize("decided_by", ["participant", "together"])
def test_a_pause_that_ended_early_is_told_to_them(sign_in, specialist, participant, decided_by: str) -> None:
    factories.FollowUpFactory(participant=participant)
    who = {"decided_by": decided_by, "by": specialist, "at": NOON}
    pausing.pause(participant=participant, until=DAY + 5 * ONE_DAY, **who)
    pausing.resume(participant=participant, **who)
    (row,) = rows_of(copy_of(sign_in(specialist), participant), "What we said we would do")
    said = {"participant": "You", "together": "You and we together"}[decided_by]
    assert dict(row.lines)["Why on this day"] == f"The pause ended early. Who decided: {said}."
    assert not [note for note in row.notes if "chosen by" in note]


@pytest.mark.parametrize("words", ["Died", "Passed away"])
def test_after_a_death_nothing_is_said_of_the_program(sign_in, specialist, supervisor, participant, words: str) -> None:
    Outcome.objects.filter(pk="died").update(label=words)
    factories.FollowUpFactory(participant=participant, purpose="promise", what="bring the book", due_on=DAY + ONE_DAY)
    due = factories.FollowUpFactory(participant=participant, owner=specialist)
    died = {"outcome": Outcome.objects.get(pk="died"), "form_token": new_id(), "by": specialist, "at": NOON}
    contact.record_attempt(followup=due, **died)
    client = sign_in(specialist)
    page = copy_of(client, participant)
    planned = rows_of(page, "What we said we would do")
    assert FollowUp.objects.filter(purpose="review", what=words).exists()
    assert len(planned) == 3
    cold = {"How it stands", "Why it ended like this", "Who decided"}
    assert not [label for row in planned for label, _value in row.lines if label in cold]
    (told,) = rows_of(page, "When we tried to reach you")
    assert told.head[1] == "The sad news reached us"
    assert [label for label, _value in told.lines] == ["Who tried"]
    how = {"on": DAY, "reason": "died", "may_contact": "not_asked", "by": supervisor, "at": NOON}
    ending.end_services(participant=participant, **how)
    page = copy_of(sign_in(supervisor), participant)
    (time,) = rows_of(page, "Your time with us")
    assert time.head[0].startswith("Since ")
    assert [label for label, _value in time.lines] == ["Until"]
    text = page.content.decode()
    for cold in (words, "Still to come", "No longer needed", "You are with us now", "get in touch after the end"):
        assert cold not in text


def test_of_two_records_put_together_one_does_not_contradict_the_other(sign_in, supervisor, participant) -> None:
    twin = factories.ParticipantFactory(team=participant.team)
    merging.merge(kept=participant, merged=twin, by=supervisor, at=NOON)
    page = copy_of(sign_in(supervisor), participant)
    now = [dict(row.lines).get("You are with us now") for row in rows_of(page, "About you")]
    assert now == ["yes", None]
    kept, other = (dict(row.lines) for row in rows_of(page, "Your time with us"))
    assert (kept, other) == ({}, {"How it ended": "It did not end: it went on with your other record"})


def test_the_copy_for_another_program_speaks_to_them_too_and_holds_no_default_of_another_kind(
    sign_in, specialist, participant
) -> None:
    factories.CheckInPlanFactory(participant=participant, kind="weekly", every=10)
    factories.SessionFactory(participant=participant, specialist=specialist, status="no_show", minutes=None)
    done = {"state": "done", "closed_at": NOON, "closed_by": specialist, "closing_reason": "They could not make it"}
    factories.FollowUpFactory(participant=participant, what="Ask whether they would like to go on", **done)
    given = sign_in(specialist).get(reverse("whole_copy_json", args=[participant.pk])).json()
    assert "every" not in given["followups.checkinplan"][0]
    assert "may_contact" not in given["caseload.serviceepisode"][0]
    assert given["caseload.session"][0]["status"] == "You could not make it"
    told = given["followups.followup"][0]
    assert (told["closing_reason"], told["what"]) == ("You could not make it", "Ask whether you would like to go on")
