from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.forms.teams import zones
from accounts.known import AlreadyThere
from accounts.models import Team
from followups.actions import teams as deeds
from followups.models.calendars import calendar_of
from tests import factories
from tests.several import at_one_moment

FIELDS = {
    "name": "North Pier",
    "time_zone": "America/Chicago",
    "working_days": [1, 2, 3, 4],
    "holiday_region": "US:IL",
    "closed": "2026-12-24 Staff day\n2026-12-31",
    "closed_day_rule": "previous",
    "again_after_days": 1,
    "supervisor_after_days": 2,
    "anyone_after_days": 4,
    "quiet_from": "21:00",
    "quiet_until": "07:30",
    "most_mails_a_day": 3,
    "tries_before_ending": 3,
    "silence_after_days": 21,
}


def test_an_administrator_sets_up_a_team(sign_in, administrator) -> None:
    assert sign_in(administrator).post(reverse("add_team"), FIELDS).status_code == 302

    team = Team.objects.get(name="North Pier")
    calendar = calendar_of(team)
    assert (team.holiday_country, team.holiday_region) == ("US", "IL")
    assert not calendar.is_working_day(date(2026, 12, 24))
    assert not calendar.is_working_day(date(2026, 5, 8))
    assert calendar.move(date(2026, 5, 8), team.closed_day_rule) == date(2026, 5, 7)


def test_changed_settings_replace_the_old_ones(sign_in, administrator, team) -> None:
    address = reverse("team", args=[team.pk])
    sign_in(administrator).post(address, {**FIELDS, "closed": "2026-12-24"})
    sign_in(administrator).post(address, {**FIELDS, "closed": "2026-12-26 moved"})
    assert [str(day) for day in team.closed_days.all()] == ["2026-12-26 moved"]
    assert "2026-12-26 moved" in sign_in(administrator).get(address).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b"),
        ("time_zone", "Mars/Olympus"),
        ("working_days", []),
        ("closed", "Christmas"),
        ("supervisor_after_days", 0),
        ("again_after_days", 31),
        ("anyone_after_days", 1),
        ("quiet_from", "25:00"),
        ("most_mails_a_day", 0),
        ("silence_after_days", 9999),
        ("holiday_region", "US:XX"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(sign_in, administrator, field: str, value: object) -> None:
    page = sign_in(administrator).post(reverse("add_team"), {**FIELDS, field: value})
    assert field in page.context["form"].errors
    assert page.context["form"].data["silence_after_days"]
    assert not Team.objects.filter(name="North Pier").exists()


@pytest.mark.parametrize("name", ["Harbor", "harbor", " HARBOR ", "Har\u200bbor\u00a0"])
def test_a_name_is_there_once_however_it_is_written(sign_in, administrator, team, name: str) -> None:
    client = sign_in(administrator)
    form = client.post(reverse("add_team"), {**FIELDS, "name": name}).context["form"]
    assert form.errors == {"name": ["There is a team of this name already."]}
    assert Team.objects.count() == 1
    assert client.post(reverse("team", args=[team.pk]), {**FIELDS, "name": name}).status_code == 302


@pytest.mark.parametrize("blank", ["  ", "\u00a0", "\t", " \u200b", "\u2003"])
def test_names_that_look_the_same_are_the_same(sign_in, administrator, blank: str) -> None:
    client = sign_in(administrator)
    for name in (f"Harbor{blank}Café", "Harbor Cafe\u0301"):
        page = client.post(reverse("add_team"), {**FIELDS, "name": name})
    assert page.context["form"].errors == {"name": ["There is a team of this name already."]}
    assert list(Team.objects.values_list("name", flat=True)) == ["Harbor Café"]


@pytest.mark.django_db(transaction=True)
def test_a_name_that_is_sent_several_times_at_one_moment_is_there_once(sign_in, administrator) -> None:
    clients = [sign_in(administrator) for _each in range(4)]
    names = ["Race", "race"] * 2
    pages = at_one_moment(
        [
            lambda c=c, n=n: c.post(reverse("add_team"), {**FIELDS, "name": n})
            for c, n in zip(clients, names, strict=True)
        ]
    )
    assert sorted(page.status_code for page in pages) == [200, 200, 200, 302]
    for page in pages:
        if page.status_code == 200:
            form = page.context["form"]
            assert form.errors == {"name": ["There is a team of this name already."]}
            assert form["closed"].value() == FIELDS["closed"]
    assert Team.objects.count() == 1


def test_one_who_was_quicker_is_said_beside_the_name(administrator, team) -> None:
    with pytest.raises(AlreadyThere) as told:
        deeds.save_team(team=Team(name="HARBOR"), closed_days=[], by=administrator, at=factories.NOON)
    assert told.value.words == "There is a team of this name already."
    assert Team.objects.count() == 1


def test_every_zone_that_is_offered_is_known_to_the_database(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()}
    offered = {zone for _group, choices in zones() for zone, _label in choices}
    assert len(offered) > 300
    assert offered <= known


def test_a_new_team_works_from_monday_to_friday_unless_it_says_otherwise(sign_in, administrator, team) -> None:
    assert sign_in(administrator).get(reverse("add_team")).context["form"]["working_days"].value() == [1, 2, 3, 4, 5]
    team.working_days = [2, 6]
    team.save()
    assert sign_in(administrator).get(reverse("team", args=[team.pk])).context["form"]["working_days"].value() == [2, 6]


@pytest.mark.parametrize(
    ("closed", "refused"),
    [
        ([date(2027, 1, 1) + timedelta(days=number) for number in range(40)], False),
        ([date(2027, 1, 1) + timedelta(days=number) for number in range(46)], True),
        # Every Monday that the team would work.
        ([date(2027, 1, 4) + timedelta(weeks=number) for number in range(8)], True),
    ],
)
def test_a_team_is_not_closed_for_months(sign_in, administrator, closed: list[date], refused: bool) -> None:
    days = [1] if len(closed) == 8 else [1, 2, 3, 4, 5]
    given = {**FIELDS, "working_days": days, "closed": "\n".join(map(str, closed))}
    page = sign_in(administrator).post(reverse("add_team"), given)
    assert ("days in a row" in page.content.decode()) == refused
    assert Team.objects.filter(name=FIELDS["name"]).exists() != refused


@pytest.mark.parametrize("line", ["0001-01-01", "9999-12-31", "2026-W52-4", "20261224 Staff day"])
def test_a_closed_day_is_a_day_as_it_is_written(sign_in, administrator, line: str) -> None:
    page = sign_in(administrator).post(reverse("add_team"), {**FIELDS, "closed": line})
    assert "does not begin with a date" in page.content.decode()
