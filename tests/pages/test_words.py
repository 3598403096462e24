"""In their words, on top of record, session form, call card and handoff card; a win from wherever they stand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.actions import notes
from caseload.models import Quotation, RecordRules, Session, Win
from caseload.models.words import Topic
from tests import factories
from tests.pages.test_log_session import answers
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY
VISION, HELPS, REACHING = "Một căn phòng riêng 🔑", "المشي على النهر", "Text first, after six"


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def told(participant, specialist):
    """Words about several things, the newest of them said in a session."""
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=10))
    factories.QuotationFactory(
        participant=participant, topic="vision", text="Somewhere warm", said_on=DAY.replace(year=2020)
    )
    for topic, text in (("reaching_me", REACHING), ("helps", HELPS), ("vision", VISION)):
        factories.QuotationFactory(participant=participant, topic=topic, text=text, said_on=DAY - timedelta(days=100))
    factories.QuotationFactory(
        participant=participant, topic="said", text="What a week", said_on=DAY - timedelta(days=300)
    )
    factories.ExpectationsFactory(participant=participant, theirs="No surprises", ours="A call", agreed_on=DAY)
    return participant


# Where the words stand, and before what.
PLACES = {
    "participant": "What is planned",
    "log_session": "What happens next",
    "handoff": "Promised to them",
    "today": "What came of it",
}


def page_of(client, name: str, participant) -> str:
    return client.get(reverse(name, args=[] if name == "today" else [participant.pk])).content.decode()


@pytest.mark.parametrize("name", PLACES)
def test_their_newest_words_stand_on_top_by_topic(sign_in, specialist, told, name: str) -> None:
    text = page_of(sign_in(specialist), name, told)
    places = [text.index(words) for words in (VISION, HELPS, REACHING, "What a week", PLACES[name])]
    assert places == sorted(places)


@pytest.mark.parametrize("name", PLACES)
def test_what_was_agreed_is_said_in_both_directions(sign_in, specialist, told, name: str) -> None:
    text = page_of(sign_in(specialist), name, told)
    assert text.index("of us:") < text.index("No surprises") < text.index("of them:") < text.index("A call")


@pytest.mark.parametrize("name", PLACES)
def test_old_words_may_be_asked_for_again_but_not_what_was_said_in_a_session(
    sign_in, specialist, told, time_machine, name: str
) -> None:
    client = sign_in(specialist)
    assert page_of(client, name, told).count("Perhaps ask again?") == 3
    time_machine.move_to(NOON - timedelta(days=10))
    assert "Perhaps ask again?" not in page_of(client, name, told)


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("rules", [{}, {"words_again_days": 30, "expectations_days": 60}], ids=["usual", "the teams"])
@pytest.mark.parametrize("name", PLACES)
def test_words_and_what_was_agreed_are_old_after_the_last_of_the_teams_days(
    sign_in, specialist, participant, name: str, rules: dict[str, int], over: int
) -> None:
    if rules:
        RecordRules.objects.create(team=participant.team, **rules)
    words, agreed = (timedelta(rules.get(rule, 90) + over) for rule in ("words_again_days", "expectations_days"))
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY)
    factories.QuotationFactory(participant=participant, said_on=DAY - words)
    factories.ExpectationsFactory(participant=participant, agreed_on=DAY - agreed)
    text = page_of(sign_in(specialist), name, participant)
    assert ("Perhaps ask again?" in text, "talk it over again?" in text) == (over > 0, over > 0)


def test_words_for_a_hard_day_stand_on_the_record_with_the_day_they_were_said(sign_in, specialist, participant) -> None:
    client, given = sign_in(specialist), {"topic": "hard_day", "text": "Just sit with me", "said_on": "2026-04-26"}
    client.post(reverse("add_words", args=[participant.pk]), given)
    text = " ".join(page_of(client, "participant", participant).split())
    assert '<blockquote dir="auto">Just sit with me</blockquote>' in text
    assert "<figcaption>On a hard day · said on 26 Apr 2026</figcaption>" in text


@pytest.mark.parametrize("name", ["log_session", "today", "handoff"])
def test_many_words_ask_nothing_more_of_the_database(sign_in, specialist, told, name: str) -> None:
    client, address = sign_in(specialist), reverse(name, args=[] if name == "today" else [told.pk])
    few = count_queries(client, address)
    for topic in Topic.values:
        factories.QuotationFactory.create_batch(5, participant=told, topic=topic)
    assert count_queries(client, address) == few <= 12


def test_something_they_said_is_kept_word_for_word_with_the_session(sign_in, specialist, participant) -> None:
    sign_in(specialist).post(reverse("log_session", args=[participant.pk]), answers(said="ich hab's, gschafft!"))
    kept = Quotation.objects.get()
    assert (kept.topic, kept.text, kept.said_on) == ("said", "ich hab's, gschafft!", DAY)


def test_nothing_was_said_where_the_two_did_not_meet(sign_in, specialist, participant) -> None:
    given = answers(said="left from the draft", status="cancelled_by_us")
    sign_in(specialist).post(reverse("log_session", args=[participant.pk]), given)
    assert Session.objects.exists()
    assert not Quotation.objects.exists()


@pytest.fixture
def found_everywhere(team, specialist, participant) -> dict[str, list[object]]:
    """What the pages below are about, by their names; on each stands `participant`."""
    RecordRules.objects.create(team=team, notes_are_reviewed=True, record_review_days=30)
    type(participant).objects.filter(pk=participant.pk).update(created_at=NOON - timedelta(days=60))
    series = factories.GroupSeriesFactory(team=team, facilitators=[specialist])
    factories.RosterPlaceFactory(series=series, participant=participant)
    circle = factories.GroupMeetingFactory(team=team, facilitators=[specialist])
    mine = {"participant": participant, "specialist": specialist}
    factories.SessionFactory(**mine, meeting=circle, method=circle.method, minutes=circle.minutes)
    factories.SessionFactory(**mine, note_due_on=DAY)
    notes.sign(session=factories.SessionFactory(**mine), by=specialist, at=NOON)
    factories.WinFactory(participant=participant)
    factories.ComplaintFactory(participant=participant)
    planned = factories.FollowUpFactory(participant=participant, owner=specialist)
    factories.ReminderFactory(followup=planned, recipient=specialist)
    return {"group": [series.pk], "meeting": [circle.pk]}


@pytest.mark.parametrize("name", ["week", "signals", "notes", "notices", "group", "meeting"])
def test_a_win_is_one_tap_away_for_who_walks_with_them(
    sign_in, specialist, participant, found_everywhere, name: str
) -> None:
    text = sign_in(specialist).get(reverse(name, args=found_everywhere.get(name))).content.decode()
    assert f'href="{reverse("add_win", args=[participant.pk])}?next=' in text


@pytest.mark.parametrize("name", ["waiting", "overlaps", "notes_to_read", "record_reviews"])
def test_a_win_is_one_tap_away_for_a_supervisor(sign_in, supervisor, participant, found_everywhere, name: str) -> None:
    if name == "waiting":
        participant.assignments.update(ended_at=NOON, end_reason="transferred")
    text = sign_in(supervisor).get(reverse(name)).content.decode()
    assert f'href="{reverse("add_win", args=[participant.pk])}?next=' in text


def test_a_win_is_one_tap_away_and_leads_back(sign_in, specialist, supervisor, told) -> None:
    win = reverse("add_win", args=[told.pk])
    meeting = factories.SessionFactory(participant=told, specialist=specialist)
    factories.FollowUpFactory(
        participant=told, state="not_needed", closed_at=NOON, closing_reason="x", decided_by="together"
    )
    factories.FollowUpFactory(participant=told, owner=specialist, due_on=DAY, purpose="review", what="Look")
    places = ["participants", "today", "decided"]
    addresses = [reverse(name) for name in places]
    addresses += [reverse(name, args=[told.pk]) for name in ("goals", "around", "handoff", "participant")]
    addresses.append(reverse("session", args=[meeting.pk]))
    for address in addresses:
        assert f'href="{win}' in sign_in(specialist).get(address).content.decode(), address
    type(told).objects.filter(pk=told.pk).update(last_contact_at=None)
    told.followups.filter(state="open").update(due_on=DAY - timedelta(days=3))
    assert f'href="{win}' in sign_in(supervisor).get(reverse("overdue")).content.decode()

    client = sign_in(specialist)
    page = client.get(f"{win}?next=/participants/")
    assert 'href="/participants/"' in page.content.decode()
    assert client.post(f"{win}?next=/participants/", {"text": "Slept", "happened_on": DAY}).url == "/participants/"
    assert client.post(f"{win}?next=//evil.example/", {"text": "Ate", "happened_on": DAY}).url.endswith(f"{told.pk}/")
    assert Win.objects.count() == 2
