"""A team's ladder: what it would change today, and what nobody can be told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership, Team
from followups import reminders
from tests import factories
from tests.accounts.test_teams import FIELDS

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def test_the_effect_on_today_is_shown_before_it_is_saved(sign_in, administrator, team, participant, specialist) -> None:
    for days in (0, 1, 2, 5, 6, 9):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=days))
    client, address = sign_in(administrator), reverse("team", args=[team.pk])
    rules = {
        **FIELDS,
        "time_zone": "America/New_York",
        "working_days": [1, 2, 3, 4, 5],
        "holiday_region": "",
        "closed": "",
    }
    page = client.post(address, {**rules, "preview": "1"})

    now = {str(label): number for label, number, _then in page.context["rungs"]}
    then = {str(label): number for label, _now, number in page.context["rungs"]}
    assert sum(now.values()) == sum(then.values()) == 6
    assert list(now.values()) == [2, 1, 2, 1]  # again after 2, supervisor 3, anyone 5
    assert list(then.values()) == [1, 1, 2, 2]  # 1, 2, 4
    assert Team.objects.get(pk=team.pk).again_after_days == 2
    assert "Maya" not in page.content.decode()


def test_an_escalation_nobody_can_receive_is_shown_to_administrators(
    sign_in, administrator, team, participant, specialist, supervisor
) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=9))
    Membership.objects.filter(user__in=[specialist, supervisor]).delete()
    reminders.sweep(NOON)
    client = sign_in(administrator)
    assert "1 follow-up waits and nobody can be told" in client.get(reverse("teams")).content.decode()

    factories.MembershipFactory(user=supervisor, team=team, role="supervisor")
    reminders.sweep(NOON + timedelta(days=1))
    assert row.reminders.filter(recipient=supervisor).exists()
    assert "nobody can be told" not in client.get(reverse("teams")).content.decode()


def test_closed_days_of_the_same_form_count_for_the_effect(sign_in, administrator, team, participant, specialist):
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=2))
    rules = {**FIELDS, "time_zone": "America/New_York", "working_days": [1, 2, 3, 4, 5], "holiday_region": ""}
    rules |= {"again_after_days": 2, "supervisor_after_days": 3, "anyone_after_days": 5, "preview": "1"}
    client, address = sign_in(administrator), reverse("team", args=[team.pk])

    def then(closed: str) -> list[int]:
        return [number for _label, _now, number in client.post(address, {**rules, "closed": closed}).context["rungs"]]

    assert then("") == [0, 1, 0, 0]
    assert then(f"{DAY - timedelta(days=1)} a day of rest") == [1, 0, 0, 0]
    assert not team.closed_days.exists()
    team.closed_days.create(on=DAY - timedelta(days=1))
    assert then("") == [0, 1, 0, 0]
