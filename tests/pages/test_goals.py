import re
from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.models import Expectations, Goal, GoalProgress, GoalStep, Session, Tried
from followups.models import FollowUp
from tests import factories
from tests.pages.test_log_session import answers as form
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def page(participant) -> str:
    return reverse("goals", args=[participant.pk])


def test_from_a_wish_to_a_step_that_is_done(sign_in, specialist, participant, page) -> None:
    client = sign_in(specialist)
    client.post(page, {"wording": "Ein eigenes Zimmer 🔑", "dimension": "environmental", "review_on": "2026-06-06"})
    goal = Goal.objects.get()
    client.post(reverse("goal", args=[goal.pk]), {"text": "Call the office", "due_on": "2026-05-08", "asks": "on"})
    row = GoalStep.objects.get()
    assert FollowUp.objects.get().due_on.isoformat() == "2026-05-08"
    client.post(reverse("goal_progress", args=[goal.pk]), {"direction": "closer", "words": "Bit by bit"})
    client.post(reverse("tick_step", args=[row.pk]), {"done_by": "them"})
    assert FollowUp.objects.get(step=row).state == "done"
    client.post(reverse("close_goal", args=[goal.pk]), {"state": "reached"})

    record = client.get(reverse("participant", args=[participant.pk])).content.decode()
    for words in ("Ein eigenes Zimmer 🔑", "Call the office", "They did", "Bit by bit", "Closer", "Reached"):
        assert words in record
    assert "1 earlier goal" in client.get(page).content.decode()


def test_open_goals_stand_on_top_of_the_record_with_the_next_step(sign_in, specialist, participant) -> None:
    factories.GoalStepFactory(goal__participant=participant, goal__wording="Sleep", text="Lamp off at ten")
    text = sign_in(specialist).get(reverse("participant", args=[participant.pk])).content.decode()
    assert text.index("In their words") < text.index("Sleep") < text.index("Lamp off at ten") < text.index("is planned")


def test_the_form_offers_the_eight_dimensions_of_wellness(sign_in, specialist, page) -> None:
    offered = re.findall(r'<option value="([a-z]+)"', sign_in(specialist).get(page).content.decode())
    four = ["emotional", "environmental", "financial", "intellectual"]
    assert offered == [*four, "occupational", "physical", "social", "spiritual"]


@pytest.mark.parametrize(("code", "label"), [("them", "They did"), ("together", "Together"), ("us", "We did")])
def test_whoever_did_a_step_is_ticked_on_the_page(sign_in, specialist, participant, page, code: str, label: str):
    row = factories.GoalStepFactory(goal__participant=participant)
    client = sign_in(specialist)
    assert f'name="done_by" value="{code}">{label}<' in client.get(page).content.decode()
    client.post(reverse("tick_step", args=[row.pk]), {"done_by": code})
    row.refresh_from_db()
    assert (row.done_by, row.done_on) == (code, DAY)
    assert f"{label}, 6 May" in client.get(page).content.decode()


def test_a_slip_is_taken_back(sign_in, specialist, participant) -> None:
    row = factories.GoalStepFactory(goal__participant=participant, done_on=DAY, done_by="us")
    sign_in(specialist).post(reverse("tick_step", args=[row.pk]), {"undo": "1"})
    row.refresh_from_db()
    assert row.done_on is None


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"wording": ""}, "wording"),
        ({"wording": "x" * 501}, "wording"),
        ({"wording": "Sleep", "dimension": "lunar"}, "dimension"),
        ({"wording": "Sleep", "review_on": "2026-05-05"}, "review_on"),
        ({"wording": "Sleep", "review_on": "2046-05-05"}, "review_on"),
    ],
)
def test_a_goal_that_cannot_be_is_said(sign_in, specialist, page, given, wrong: str) -> None:
    answer = sign_in(specialist).post(page, given)
    assert list(answer.context["form"].errors) == [wrong]
    assert given["wording"][:50] in answer.content.decode()
    assert not Goal.objects.exists()


def test_crafted_ticks_and_answers_change_nothing(sign_in, specialist, participant) -> None:
    step = factories.GoalStepFactory(goal__participant=participant)
    tried = factories.TriedFactory(participant=participant)
    client = sign_in(specialist)
    client.post(reverse("tick_step", args=[step.pk]), {"done_by": "owl"})
    client.post(reverse("answer_tried", args=[tried.pk]), {"answer": "owl"})
    client.post(reverse("close_goal", args=[step.goal_id]), {"state": "failed"})
    assert not GoalStep.objects.exclude(done_on=None).exists()
    assert not Tried.objects.exclude(answer="").exists()
    assert Goal.objects.get().state == "open"


def test_what_was_tried_is_asked_after_at_the_next_contact(sign_in, specialist, participant, page) -> None:
    client, address = sign_in(specialist), reverse("log_session", args=[participant.pk])
    goal = factories.GoalFactory(participant=participant, wording="Sleep")
    client.post(address, form(tried="Walking at night", goal=str(goal.pk)))
    session = Session.objects.get()
    assert (session.goal, Tried.objects.get().session) == (goal, session)
    assert "Walking at night" in client.get(address).content.decode()

    asked = str(Tried.objects.get().pk)
    client.post(address, form(tried_answer="helped", tried_asked=asked, when_time="08:00"))
    assert Tried.objects.get().answer == "helped"
    assert "Worked for them before" in client.get(page).content.decode()
    assert "Walking at night" in client.get(reverse("handoff", args=[participant.pk])).content.decode()
    text = client.get(address).content.decode()
    assert "you tried:" not in text
    assert "Worked for them before" in text


def test_what_did_not_help_does_not_stand_under_what_did(sign_in, specialist, participant) -> None:
    told = {"participant": participant, "answered_on": DAY}
    factories.TriedFactory(text="Walking at night", answer="helped", **told)
    factories.TriedFactory(text="Counting sheep", answer="not", **told)
    text = sign_in(specialist).get(reverse("goals", args=[participant.pk])).content.decode()
    order = ["Worked for them before", "Walking at night", "Tried before", "Counting sheep"]
    assert sorted(order, key=text.index) == order


def test_a_foreign_goal_is_not_taken(sign_in, specialist, participant) -> None:
    mine, foreign = factories.GoalFactory(participant=participant), factories.GoalFactory()
    address = reverse("log_session", args=[participant.pk])
    answer = sign_in(specialist).post(address, form(goal=str(foreign.pk)))
    assert "goal" in answer.context["form"].errors
    assert mine.wording in answer.content.decode()
    assert not Session.objects.exists()


def test_a_missed_meeting_has_no_goal(sign_in, specialist, participant) -> None:
    goal = factories.GoalFactory(participant=participant)
    address = reverse("log_session", args=[participant.pk])
    sign_in(specialist).post(address, form(status="no_show", goal=str(goal.pk), place="office"))
    assert (Session.objects.get().goal, Session.objects.get().place) == (None, "")


def test_many_goals_ask_no_more(sign_in, specialist, participant, page) -> None:
    address = reverse("log_session", args=[participant.pk])
    factories.GoalStepFactory(goal__participant=participant)
    client = sign_in(specialist)
    few = [count_queries(client, one) for one in (page, address)]
    for _number in range(8):
        step = factories.GoalStepFactory(goal__participant=participant)
        factories.TriedFactory(participant=participant)
        GoalProgress.objects.create(
            goal=step.goal, said_on=DAY, direction="same", recorded_at=NOON, recorded_by=specialist
        )
    assert [count_queries(client, one) for one in (page, address)] == few
    assert max(few) <= 12


def test_what_you_expect_of_each_other_is_talked_over_again(sign_in, specialist, participant, time_machine) -> None:
    client, address = sign_in(specialist), reverse("expectations", args=[participant.pk])
    assert client.post(address, {"theirs": "", "ours": ""}).context["form"].errors
    client.post(address, {"theirs": "Call on Fridays", "ours": "Say when it is too much"}, follow=True)
    record = reverse("participant", args=[participant.pk])
    assert "Call on Fridays" in client.get(record).content.decode()
    assert "talk it over again" not in client.get(record).content.decode()
    assert "Call on Fridays" in client.get(reverse("handoff", args=[participant.pk])).content.decode()

    time_machine.move_to(NOON + timedelta(days=91))
    client = sign_in(specialist)
    assert "talk it over again" in client.get(record).content.decode()
    shown = client.get(address).context["form"].initial
    client.post(address, shown, follow=True)
    assert Expectations.objects.count() == 2
    assert "talk it over again" not in client.get(record).content.decode()


def test_old_words_are_worth_asking_for_again(sign_in, specialist, participant) -> None:
    record = reverse("participant", args=[participant.pk])
    factories.QuotationFactory(participant=participant, said_on=DAY - timedelta(days=90))
    assert "Perhaps ask again?" not in sign_in(specialist).get(record).content.decode()
    factories.QuotationFactory(participant=participant, topic="helps", said_on=DAY - timedelta(days=91))
    assert "Perhaps ask again?" in sign_in(specialist).get(record).content.decode()


def test_a_goal_is_looked_at_together_on_its_day(sign_in, specialist, participant, page, time_machine) -> None:
    goal = factories.GoalFactory(participant=participant, wording="Sleep", review_on=DAY + timedelta(days=1))
    client, record = sign_in(specialist), reverse("participant", args=[participant.pk])
    assert "look at it together on 7 May 2026" in client.get(page).content.decode()
    assert "look at it together now?" not in client.get(record).content.decode()

    time_machine.move_to(NOON + timedelta(days=1))
    client, address = sign_in(specialist), reverse("goal_progress", args=[goal.pk])
    assert "Look at it together now?" in client.get(page).content.decode()
    assert "look at it together now?" in client.get(record).content.decode()
    assert client.post(address, {"direction": "same", "review_on": "2026-05-01"}).context["form"].errors
    client.post(address, {"direction": "same", "review_on": "2026-06-07"})
    goal.refresh_from_db()
    assert goal.review_on.isoformat() == "2026-06-07"
    assert client.get(address).context["form"].initial["review_on"] == goal.review_on
    assert "Look at it together now?" not in client.get(page).content.decode()


def test_how_it_ended_stands_in_their_words_and_becomes_a_win(sign_in, specialist, participant, page) -> None:
    goal = factories.GoalFactory(participant=participant, wording="My own <key>")
    client = sign_in(specialist)
    closed = client.post(reverse("close_goal", args=[goal.pk]), {"state": "reached", "words": "At last"}, follow=True)
    text, win = closed.content.decode(), reverse("add_win", args=[participant.pk])
    assert "At last" in text
    assert f"{win}?goal={goal.pk}" in text
    assert client.get(f"{win}?goal={goal.pk}").context["form"]["text"].value() == "My own <key>"
    for foreign in (factories.GoalFactory().pk, "owl"):
        assert client.get(f"{win}?goal={foreign}").context["form"]["text"].value() == ""


def test_progress_without_words_ends_with_the_goal(sign_in, specialist, participant) -> None:
    goal = factories.GoalFactory(participant=participant, wording="Sleep")
    client = sign_in(specialist)
    client.post(reverse("goal_progress", args=[goal.pk]), {"direction": "closer", "words": ""})
    entries = client.get(reverse("participant", args=[participant.pk])).context["entries"]
    assert [entry.row.text for entry in entries if entry.kind == "progress"] == ["Sleep"]
