from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from tests import factories
from tests.pages.test_today import count_queries

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def test_the_record_shows_words_plan_and_story(sign_in, specialist, participant) -> None:
    factories.QuotationFactory(participant=participant, text="Older words.", said_on=factories.DAY - timedelta(days=9))
    factories.QuotationFactory(participant=participant, text="Newer words.")
    factories.SessionFactory(participant=participant, strands=["goals"], note="<script>alert(1)</script>\nsecond line")
    factories.WinFactory(participant=participant, text="Slept.")
    factories.FollowUpFactory(participant=participant, purpose="promise", what="the bus")
    text = sign_in(specialist).get(reverse("participant", args=[participant.pk])).content.decode()

    glance, story = text.index("Slept."), text.rindex("Slept.")
    assert text.index("Newer words.") < text.index("Older words.") < glance < story
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "the bus" in text
    assert "Goal-setting" in text


def test_many_words_about_one_thing_hide_no_others(sign_in, specialist, participant) -> None:
    factories.QuotationFactory(participant=participant, text="A key of my own.", said_on=factories.DAY)
    for number in range(80):
        said_on = factories.DAY - timedelta(days=80 - number)
        factories.QuotationFactory(
            participant=participant, topic="does_not_help", text=f"Word {number}.", said_on=said_on
        )
    page = sign_in(specialist).get(reverse("participant", args=[participant.pk]))

    vision, other = page.context["topics"]
    assert vision["latest"].text == "A key of my own."
    assert other["latest"].text == "Word 79."
    assert len(other["older"]) == 9


def test_twenty_years_ask_no_more_than_a_week(sign_in, specialist, participant) -> None:
    address = reverse("participant", args=[participant.pk])

    def something_of_each_kind(started_at: datetime) -> None:
        factories.SessionFactory(participant=participant, started_at=started_at)
        factories.ContactAttemptFactory(participant=participant, at=started_at)
        factories.WinFactory(participant=participant)
        factories.QuotationFactory(participant=participant)
        factories.FollowUpFactory(participant=participant)
        decided = {"state": "not_needed", "closing_reason": "At the sea", "decided_by": "participant"}
        factories.FollowUpFactory(participant=participant, closed_at=started_at, closed_by=specialist, **decided)

    something_of_each_kind(NOON)
    few = count_queries(sign_in(specialist), address)
    for number in range(40):
        something_of_each_kind(NOON - timedelta(days=number * 180))

    assert count_queries(sign_in(specialist), address) <= few <= 12


@pytest.mark.parametrize(
    "name",
    ["add_participant", "participant", "edit_participant", "add_words", "add_win", "end_services", "assign"],
)
def test_no_page_asks_more_in_a_large_team(sign_in, supervisor, participant, name: str) -> None:
    address = reverse(name, args=[] if name == "add_participant" else [participant.pk])
    factories.MembershipFactory(user=supervisor, role="supervisor")
    few = count_queries(sign_in(supervisor), address)
    for _number in range(8):
        colleague = factories.MembershipFactory(team=participant.team).user
        factories.AssignmentFactory(
            participant=factories.ParticipantFactory(team=participant.team), specialist=colleague
        )
        factories.PhoneNumberFactory(participant=participant)
        factories.MembershipFactory(user=supervisor, role="supervisor")

    assert few == count_queries(sign_in(supervisor), address) <= 12
