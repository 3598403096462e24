"""A copy of everything about a person, and nothing about anybody else."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from caseload.actions import notes
from caseload.models import Agreement, Participant, Session
from followups.models.copy import LEADS, LEFT_OUT
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


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
    assert about == set(LEADS) | set(LEFT_OUT)


@pytest.fixture
def told(participant, specialist, team):
    """Something in every table, each with a word of its own; and the same of somebody else."""
    for person, mark in (
        (participant, "mine"),
        (factories.ParticipantFactory(team=team, name_used="Foreignname"), "foreign"),
    ):
        factories.QuotationFactory(participant=person, text=f"{mark}quote مرحبا")
        factories.WinFactory(participant=person, text=f"{mark}win")
        step = factories.GoalStepFactory(goal__participant=person, goal__wording=f"{mark}goal", text=f"{mark}step")
        factories.TriedFactory(participant=person, text=f"{mark}tried")
        factories.ExpectationsFactory(participant=person, theirs=f"{mark}expected")
        factories.SetbackFactory(participant=person, words=f"{mark}setback")
        factories.ComplaintFactory(participant=person, words=f"{mark}complaint", for_supervisor=True)
        factories.PeerRequestFactory(participant=person, words=f"{mark}wish")
        factories.FollowUpFactory(participant=person, what=f"{mark}what", step=step)
        session = factories.SessionFactory(participant=person, specialist=specialist, note=f"{mark}note")
        notes.sign(session=session, by=specialist, at=NOON)
    said = ("quote مرحبا", "win", "goal", "step", "tried", "expected", "setback", "complaint", "wish", "what", "note")
    return [f"mine{word}" for word in said]


@pytest.mark.parametrize("name", ["whole_copy", "whole_copy_json"])
def test_everything_of_theirs_and_nothing_of_anybody_elses(sign_in, specialist, participant, told, name: str) -> None:
    text = sign_in(specialist).get(reverse(name, args=[participant.pk])).content.decode()
    for word in told:
        assert word in text
    assert "foreign" not in text.lower()
    assert AuditEvent.objects.filter(action="record_copied", subject_id=str(participant.pk)).count() == 1


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
