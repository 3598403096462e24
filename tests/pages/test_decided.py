from datetime import timedelta

import pytest
from django.urls import reverse

from followups.actions import planning, referrals
from followups.models import FollowUp
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def decided(participant, specialist) -> FollowUp:
    row = factories.FollowUpFactory(participant=participant, owner=specialist, purpose="promise", what="the bus pass")
    return planning.not_needed(followup=row, reason="Got one", decided_by="participant", by=specialist, at=NOON)


def test_what_was_decided_stands_with_its_reason_and_author(sign_in, specialist, decided) -> None:
    text = sign_in(specialist).get(reverse("decided")).content.decode()
    for words in ("Maya", "Got one", "the bus pass", "Sam", "Nothing planned, by decision"):
        assert words in text


def test_one_click_brings_it_back_with_its_reason_and_twice_does_no_more(sign_in, specialist, decided) -> None:
    client = sign_in(specialist)
    address = reverse("bring_back", args=[decided.pk])
    first, second = client.post(address, follow=True), client.post(address, follow=True)

    for page in (first, second):
        assert "Maya is back on the list" in page.content.decode()
    back = FollowUp.objects.standing().get()
    assert (back.came_from, back.what, back.owner) == (decided, "the bus pass", specialist)
    assert "decided on" in client.get(reverse("today")).content.decode()


def test_who_left_by_the_decision_of_a_session_is_told_with_its_reason(sign_in, specialist, participant) -> None:
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    text = sign_in(specialist).get(reverse("decided")).content.decode()
    assert "They will get in touch" in text
    assert session.next_step.get_decided_by_display() in text
    assert "session of Tue 5 May 2026 · Sam" in text


def test_more_than_fit_are_counted_and_can_be_shown(sign_in, supervisor, team) -> None:
    for _number in range(102):
        factories.SessionFactory(participant=factories.ParticipantFactory(team=team))
    client = sign_in(supervisor)
    page = client.get(reverse("decided"))
    assert len(page.context["people"]) == 100
    assert "100 of 102 are shown" in page.content.decode()
    page = client.get(reverse("decided") + "?all=1")
    assert len(page.context["people"]) == 102
    assert "are shown" not in page.content.decode()


def test_pressed_twice_the_person_is_back_once(sign_in, specialist, decided) -> None:
    client, address = sign_in(specialist), reverse("bring_person_back", args=[decided.participant_id])
    for _twice in range(2):
        assert "Maya is back on the list, for" in client.post(address, follow=True).content.decode()
    assert FollowUp.objects.standing().count() == 1


def test_the_persons_page_says_what_was_decided_before(sign_in, specialist, decided) -> None:
    client = sign_in(specialist)
    client.post(reverse("bring_back", args=[decided.pk]))
    text = client.get(reverse("participant", args=[decided.participant_id])).content.decode()
    assert "decided on 6 May:" in text


def test_one_click_brings_the_person_back(sign_in, specialist, decided) -> None:
    client = sign_in(specialist)
    client.post(reverse("bring_person_back", args=[decided.participant_id]))
    assert FollowUp.objects.standing().get().due_on == DAY
    assert "Nothing planned, by decision" not in client.get(reverse("decided")).content.decode()


def test_pages_follow_each_other_without_loss_and_ask_no_more(sign_in, specialist, participant, decided) -> None:
    few = count_queries(sign_in(specialist), reverse("decided"))
    for number in range(70):
        row = factories.FollowUpFactory(participant=participant, owner=specialist, what=f"Nr {number}.")
        at = NOON + timedelta(minutes=number)
        planning.not_needed(followup=row, reason="no", decided_by="together", by=specialist, at=at)
    client, seen, address = sign_in(specialist), [], reverse("decided")
    while address:
        page = client.get(address)
        seen += [row.what for row in page.context["rows"]]
        address = f"{reverse('decided')}?after={page.context['next']}" if page.context["next"] else ""
    assert len(seen) == len(set(seen)) == 71
    assert seen[0] == "Nr 69."
    assert count_queries(client, reverse("decided")) == few <= 12


def test_nothing_decided_is_said(sign_in, specialist) -> None:
    assert "Nothing was decided yet" in sign_in(specialist).get(reverse("decided")).content.decode()


def decide(row, specialist) -> FollowUp:
    return planning.not_needed(followup=row, reason="Later", decided_by="participant", by=specialist, at=NOON)


def test_back_on_the_list_it_still_asks_what_it_asked(sign_in, specialist, participant) -> None:
    place = factories.ReferralFactory(participant=participant, state="accepted")
    asked = factories.FollowUpFactory(participant=participant, referral=place, purpose="referral")
    given = {"why_not": "", "ask_on": None, "is_barrier": False}
    referrals.answer(referral=place, state="not_now", **given, by=specialist, at=NOON)
    client = sign_in(specialist)
    client.post(reverse("bring_back", args=[asked.pk]))
    back = FollowUp.objects.get(came_from=asked)
    assert (back.referral, back.why_here) == (place, "Brought back from what was decided.")
    referrals.answer(referral=place, state="got_there", **given, by=specialist, at=NOON)
    back.refresh_from_db()
    assert back.state == "done"


def test_a_day_to_remember_and_the_last_day_of_a_window_come_back_too(sign_in, specialist, participant) -> None:
    row = factories.MilestoneFactory(participant=participant)
    ahead, passed = DAY + timedelta(days=3), DAY - timedelta(days=1)
    one = factories.FollowUpFactory(participant=participant, milestone=row, purpose="celebration", latest_on=passed)
    other = factories.FollowUpFactory(participant=participant, purpose="after_setback", latest_on=ahead)
    for asked in (one, other):
        sign_in(specialist).post(reverse("bring_back", args=[decide(asked, specialist).pk]))
    assert FollowUp.objects.get(came_from=one).milestone == row
    assert FollowUp.objects.get(came_from=one).latest_on is None
    assert FollowUp.objects.get(came_from=other).latest_on == ahead


def test_what_was_answered_since_is_asked_no_more(sign_in, specialist, participant) -> None:
    step = factories.GoalStepFactory(goal__participant=participant, done_on=DAY, done_by="us")
    done = {"state": "not_needed", "closed_at": NOON, "closing_reason": "Later", "decided_by": "participant"}
    row = factories.FollowUpFactory(participant=participant, step=step, purpose="goal_step", **done)
    client = sign_in(specialist)
    client.post(reverse("bring_back", args=[row.pk]))
    assert FollowUp.objects.get(came_from=row).step is None


def test_what_is_asked_already_is_asked_once(sign_in, specialist, participant) -> None:
    step = factories.GoalStepFactory(goal__participant=participant)
    done = {"state": "not_needed", "closed_at": NOON, "closing_reason": "Later", "decided_by": "participant"}
    row = factories.FollowUpFactory(participant=participant, step=step, purpose="goal_step", **done)
    factories.FollowUpFactory(participant=participant, step=step, purpose="goal_step")
    assert sign_in(specialist).post(reverse("bring_back", args=[row.pk])).status_code == 302
    assert FollowUp.objects.standing().count() == 1


def test_a_person_back_on_the_list_says_what_was_decided(sign_in, specialist, decided) -> None:
    client = sign_in(specialist)
    client.post(reverse("bring_person_back", args=[decided.participant_id]))
    back = FollowUp.objects.standing().get()
    assert (back.came_from, back.why_here) == (decided, "Brought back by choice; nothing was planned.")
    assert "decided on" in client.get(reverse("today")).content.decode()
