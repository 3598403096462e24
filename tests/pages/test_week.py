from datetime import timedelta

import pytest
from django.urls import reverse

from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def test_good_news_comes_before_what_is_owed(sign_in, supervisor, participant, specialist) -> None:
    factories.WinFactory(participant=participant, text="Slept through")
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=2))
    text = sign_in(supervisor).get(reverse("week")).content.decode()
    assert text.index("Slept through") < text.index("What is owed") < text.index("Overdue, by who keeps it")
    assert "Sam" in text


def test_a_specialist_reads_about_their_own_people_only(sign_in, specialist, colleague, participant) -> None:
    factories.WinFactory(participant=participant, text="Slept through")
    assert "Slept through" in sign_in(specialist).get(reverse("week")).content.decode()
    assert "Slept through" not in sign_in(colleague).get(reverse("week")).content.decode()


def test_who_is_both_reads_what_they_keep_themselves(sign_in, supervisor, team, participant, specialist) -> None:
    factories.MembershipFactory(user=supervisor, team=team, role="specialist")
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=2))
    client = sign_in(supervisor)
    assert client.get(reverse("week")).context["summary"].overdue == 1
    assert client.get(reverse("week") + "?mine").context["summary"].overdue == 0


def test_many_wins_are_counted_whole(sign_in, specialist, participant) -> None:
    few = count_queries(sign_in(specialist), reverse("week"))
    for number in range(31):
        factories.WinFactory(participant=participant, text=f"Win {number}.")
    text = sign_in(specialist).get(reverse("week")).content.decode()
    assert "and 11 more wins" in text
    assert count_queries(sign_in(specialist), reverse("week")) <= few + 1


def test_what_has_reached_a_supervisor_stands_on_their_day_too(sign_in, supervisor, participant, specialist) -> None:
    late = {"participant": participant, "owner": specialist, "due_on": DAY - timedelta(days=6)}
    factories.FollowUpFactory(**late, flagged_rung=3, flagged_at=NOON)
    factories.FollowUpFactory(**late, flagged_rung=2, flagged_at=NOON)
    factories.FollowUpFactory(participant=participant)  # nobody's, and due today
    page = sign_in(supervisor).get(reverse("week") + "?mine")
    assert page.context["summary"].escalated == 2
    assert "For you as supervisor" in page.content.decode()
    assert count_queries(sign_in(supervisor), reverse("week") + "?mine") <= 12
    assert "For you as supervisor" not in sign_in(specialist).get(reverse("week")).content.decode()
