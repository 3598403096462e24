"""Overdue has one answer: the board, the list, the export and the worker all ask the same question."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from followups import reminders
from followups.models import FollowUp, State, board
from tests import factories

NOON = factories.NOON
TODAY = factories.DAY


def test_due_today_is_not_overdue(participant) -> None:
    factories.FollowUpFactory(participant=participant, due_on=TODAY)
    assert not FollowUp.objects.overdue(NOON).exists()


def test_overdue_exactly_from_midnight_of_the_team(participant) -> None:
    row = factories.FollowUpFactory(participant=participant, due_on=TODAY)
    midnight = datetime(2026, 5, 7, 4, 0, tzinfo=UTC)  # New York is four hours behind in May

    assert not FollowUp.objects.overdue(midnight - timedelta(seconds=1)).exists()
    assert FollowUp.objects.overdue(midnight).get() == row


@pytest.mark.parametrize(
    ("zone", "overdue"), [("Pacific/Kiritimati", True), ("America/New_York", False), ("Etc/GMT+12", False)]
)
def test_every_team_has_its_own_day(db, zone: str, overdue: bool) -> None:
    team = factories.TeamFactory(time_zone=zone)
    factories.FollowUpFactory(participant=factories.ParticipantFactory(team=team), due_on=TODAY)
    evening = datetime(2026, 5, 6, 20, 0, tzinfo=UTC)  # already the 7th in Kiritimati

    assert FollowUp.objects.overdue(evening).exists() == overdue


@pytest.mark.parametrize(("state", "overdue"), [("open", True), ("waiting", True), ("paused", True), ("done", False)])
def test_the_date_of_a_state_counts(participant, specialist, state: str, overdue: bool) -> None:
    closed = {} if state != "done" else {"closed_at": NOON, "closed_by": specialist}
    factories.FollowUpFactory(participant=participant, state=state, due_on=TODAY - timedelta(days=1), **closed)
    assert FollowUp.objects.overdue(NOON).exists() == overdue


@pytest.fixture
def many(participant, specialist, colleague, team, supervisor):
    """Follow-ups around today for two colleagues and for nobody, in all states."""
    other = factories.ParticipantFactory(team=team)
    for days in range(-3, 25):
        for state in (State.OPEN, State.WAITING, State.PAUSED):
            for owner, person in ((specialist, participant), (colleague, other), (None, other)):
                factories.FollowUpFactory(
                    participant=person, owner=owner, state=state, due_on=TODAY - timedelta(days=days)
                )
    return FollowUp.objects.count()


def test_board_list_export_and_worker_say_the_same(many, supervisor, sign_in, time_machine) -> None:
    time_machine.move_to(NOON, tick=False)
    client = sign_in(supervisor)
    computed = FollowUp.objects.overdue(NOON).count()

    page = client.get(reverse("overdue"))
    table = client.get(reverse("overdue_csv")).content.decode().strip().splitlines()
    run = reminders.sweep(NOON)

    assert computed == 24 * 9
    assert page.context["total"] == computed
    assert len(table) - 1 == computed
    assert not FollowUp.objects.overdue(NOON).filter(flagged_rung=0).exists()
    assert run.flagged >= computed


def test_each_count_opens_a_list_of_that_length(many, supervisor, sign_in, time_machine) -> None:
    time_machine.move_to(NOON, tick=False)
    client = sign_in(supervisor)
    rows = client.get(reverse("overdue")).context["board"]

    assert [row.who for row in rows][-1] == board.NOBODY
    for row in rows:
        for age, number in row.counts.items():
            query = f"?who={row.who}&age={age}"
            lines = client.get(reverse("overdue_csv") + query).content.decode().strip().splitlines()
            assert len(lines) - 1 == number, query
            assert len(client.get(reverse("overdue") + query).context["rows"]) == min(number, 50)


def test_what_matters_comes_first_and_pages_follow_each_other(many, participant, supervisor, sign_in, time_machine):
    time_machine.move_to(NOON, tick=False)
    heavy = factories.FollowUpFactory(
        participant=participant, purpose="after_setback", due_on=TODAY - timedelta(days=1)
    )
    client = sign_in(supervisor)
    seen, address = [], reverse("overdue")
    while address:
        page = client.get(address)
        seen += [row.pk for row in page.context["rows"]]
        following = page.context["next"]
        address = f"{reverse('overdue')}?after={following}" if following else ""

    assert seen[0] == heavy.pk
    assert len(seen) == len(set(seen)) == FollowUp.objects.overdue(NOON).count()
    days = list(FollowUp.objects.in_bulk(seen[1:]).values())
    by_key = {row.pk: row.due_on for row in days}
    assert [by_key[key] for key in seen[1:]] == sorted(by_key[key] for key in seen[1:])


def test_the_board_uses_the_index_that_holds_only_what_stands(many) -> None:
    plan = FollowUp.objects.filter(team__in=[FollowUp.objects.first().team_id]).overdue(NOON).explain()
    assert "followup_" in plan


def test_a_date_far_back_is_in_the_last_column(participant, supervisor) -> None:
    factories.FollowUpFactory(participant=participant, due_on=date(2025, 1, 1))
    rows = board.rows(board.counted(board.overdue_for(supervisor, NOON), NOON))
    assert rows[0].counts == {"1-3": 0, "4-7": 0, "8-14": 0, "15": 1}
