"""One colleague at two places at once, in two teams: told to them by name, to each supervisor by the times alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import factories
from tests.conftest import member
from tests.pages.test_session import form
from tests.pages.test_today import count_queries

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def elsewhere(other_team, specialist):
    """Somebody of another team, in which this specialist works too."""
    factories.MembershipFactory(user=specialist, team=other_team, role=Role.SPECIALIST)
    return factories.ParticipantFactory(team=other_team, name_used="Elsewhereperson")


@pytest.fixture
def other_supervisor(other_team):
    return member(other_team, Role.SUPERVISOR, "Otto")


def session_of(person, who, start: int = -60, **more):
    return factories.SessionFactory(
        participant=person, specialist=who, started_at=NOON + timedelta(minutes=start), minutes=30, **more
    )


def listed(client) -> tuple[list, str]:
    page = client.get(reverse("overlaps"))
    return page.context["rows"], page.content.decode()


def test_each_supervisor_reads_that_their_colleague_was_elsewhere_and_nothing_of_it(
    sign_in, supervisor, other_supervisor, specialist, participant, elsewhere
) -> None:
    here = session_of(participant, specialist)
    there = session_of(elsewhere, specialist, start=-50, method="video")
    for who, mine, foreign in (
        (supervisor, here, ("Elsewhereperson", "Sunset", str(there.pk), "Video")),
        (other_supervisor, there, ("Maya", "Harbor", str(here.pk))),
    ):
        rows, text = listed(sign_in(who))
        assert rows == [mine]
        assert "a session in another team" in text
        assert not [word for word in foreign if word in text]
    rows, text = listed(sign_in(supervisor))
    assert (
        "a session in another team · <bdi>Sam</bdi> · 05:10 · 30 min" not in text
    )  # the clock of the team one looks at
    assert "a session in another team · <bdi>Sam</bdi> · 09:10 · 30 min" in text


def test_a_meeting_led_with_others_in_another_team_counts_and_names_nobody(
    sign_in, supervisor, specialist, participant, elsewhere, other_team
) -> None:
    other = member(other_team, Role.SPECIALIST, "Otherleader")
    start = NOON - timedelta(minutes=60)
    circle = factories.GroupMeetingFactory(
        team=other_team, facilitators=[other, specialist], started_at=start, minutes=30
    )
    session_of(elsewhere, other, meeting=circle)
    here = session_of(participant, specialist)
    rows, text = listed(sign_in(supervisor))
    assert rows == [here]
    assert "Otherleader" not in text
    assert circle.name not in text


def test_a_meeting_here_led_by_one_who_was_elsewhere_counts_once(
    sign_in, supervisor, specialist, colleague, elsewhere, team
) -> None:
    start = NOON - timedelta(minutes=60)
    circle = factories.GroupMeetingFactory(
        team=team, facilitators=[colleague, specialist], started_at=start, minutes=30
    )
    for _each in range(3):
        session_of(factories.ParticipantFactory(team=team), colleague, meeting=circle)
    session_of(elsewhere, specialist)
    rows, text = listed(sign_in(supervisor))
    assert len(rows) == 1
    assert "a session in another team · <bdi>Sam</bdi>" in text  # whose time it is, of the two who led


def test_two_meetings_led_at_once_in_two_teams(
    sign_in, supervisor, specialist, colleague, team, other_team, participant
) -> None:
    start, other = NOON - timedelta(minutes=60), member(other_team, Role.SPECIALIST, "Otherleader")
    circle = factories.GroupMeetingFactory(
        team=team, facilitators=[colleague, specialist], started_at=start, minutes=30
    )
    here = session_of(participant, colleague, meeting=circle)
    # Nobody came by name, so there is no session of it.
    factories.GroupMeetingFactory(
        team=other_team, facilitators=[other, specialist], started_at=start + timedelta(minutes=20), minutes=45
    )
    rows, text = listed(sign_in(supervisor))
    assert rows == [here]
    assert "a session in another team · <bdi>Sam</bdi> · 09:20 · 45 min" in text


def test_one_after_the_other_is_no_overlap_and_nor_are_two_colleagues(
    sign_in, supervisor, specialist, colleague, participant, elsewhere, other_team
) -> None:
    session_of(participant, specialist, start=-60)
    session_of(elsewhere, specialist, start=-30)
    session_of(elsewhere, specialist, start=-90)
    session_of(elsewhere, member(other_team, Role.SPECIALIST, "Otherone"), start=-60)
    assert listed(sign_in(supervisor))[0] == []


def test_whoever_supervises_both_reads_both(
    sign_in, supervisor, specialist, participant, elsewhere, other_team
) -> None:
    factories.MembershipFactory(user=supervisor, team=other_team, role=Role.SUPERVISOR)
    session_of(participant, specialist)
    session_of(elsewhere, specialist)
    rows, text = listed(sign_in(supervisor))
    assert len(rows) == 1
    assert "Elsewhereperson" in text
    assert "another team" not in text


def test_many_elsewhere_take_as_many_queries_as_one(sign_in, supervisor, specialist, participant, elsewhere) -> None:
    client = sign_in(supervisor)

    def pair(number: int) -> None:
        for person in (participant, elsewhere):
            session_of(person, specialist, start=-60 * number)

    pair(1)
    few = count_queries(client, reverse("overlaps"))
    assert few <= 12
    for number in range(2, 7):
        pair(number)
    assert len(listed(client)[0]) == 6
    assert count_queries(client, reverse("overlaps")) == few


def test_before_saving_they_read_whom_they_see_in_their_other_team(sign_in, specialist, participant, elsewhere) -> None:
    assignment = factories.AssignmentFactory(participant=elsewhere, specialist=specialist)
    session_of(elsewhere, specialist, start=-10)
    client, given = sign_in(specialist), form(when_time="10:00")
    address = reverse("log_session", args=[participant.pk])
    text = client.post(address, given).content.decode()
    assert "09:50" in text
    assert "Elsewhereperson" in text
    type(assignment).objects.filter(pk=assignment.pk).update(ended_at=NOON, end_reason="transferred")
    text = client.post(address, given).content.decode()
    assert "somebody you do not see here" in text
    assert "Elsewhereperson" not in text
