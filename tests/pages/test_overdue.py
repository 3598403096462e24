from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Cover
from followups.models import FollowUp, Reminder
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def late(participant, specialist) -> FollowUp:
    return factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=5))


@pytest.mark.parametrize("deed", ["nudge", "discussed", "take_over"])
def test_one_click_in_place_and_back_to_the_list(sign_in, supervisor, late, deed: str) -> None:
    here = reverse("overdue") + "?age=4-7"
    page = sign_in(supervisor).post(reverse(deed, args=[late.pk]), {"next": here})
    late.refresh_from_db()
    assert page.url == here
    assert {
        "nudge": Reminder.objects.filter(recipient=late.owner).exists(),
        "discussed": late.discussed_by == supervisor,
        "take_over": late.owner == supervisor,
    }[deed]


def test_back_leads_nowhere_else(sign_in, supervisor, late) -> None:
    page = sign_in(supervisor).post(reverse("nudge", args=[late.pk]), {"next": "https://elsewhere.example/"})
    assert page.url == reverse("overdue")


def test_reassigning_to_one_who_would_not_see_it(sign_in, supervisor, colleague, late) -> None:
    page = sign_in(supervisor).post(reverse("reassign", args=[late.pk]), {"owner": colleague.pk}, follow=True)
    late.refresh_from_db()
    assert "Pass the person on instead" in page.content.decode()
    assert late.owner != colleague


def test_the_list_offers_whom_the_deed_accepts(sign_in, supervisor, specialist, late, team) -> None:
    FollowUp.objects.update(owner=supervisor)
    (row,) = sign_in(supervisor).get(reverse("overdue")).context["rows"]
    assert set(row.colleagues) == {specialist.pk}
    sign_in(supervisor).post(reverse("reassign", args=[late.pk]), {"owner": specialist.pk})
    late.refresh_from_db()
    assert late.owner == specialist


def test_a_supervisor_changes_a_date_with_a_reason(sign_in, supervisor, late) -> None:
    address = reverse("reschedule", args=[late.pk]) + "?next=" + reverse("overdue")
    client = sign_in(supervisor)
    assert "reason" in client.post(address, {"choice": "week"}).context["form"].errors
    page = client.post(address, {"choice": "week", "reason": "away until then", "next": reverse("overdue")})
    late.refresh_from_db()
    assert page.url == reverse("overdue")
    assert (late.due_on, late.why_here) == (DAY + timedelta(days=7), "away until then")


def test_the_table_is_safe_and_its_export_is_noted(sign_in, supervisor, participant, late) -> None:
    type(participant).objects.update(name_used='=HYPERLINK("x")')
    page = sign_in(supervisor).get(reverse("overdue_csv"))
    text = page.content.decode()
    assert '"\'=HYPERLINK(""x"")"' in text
    assert "Maya" not in page["Content-Disposition"]
    assert AuditEvent.objects.get(action="overdue_exported").facts == {"count": 1}


def test_the_tables_days_and_its_name_are_the_teams(sign_in, supervisor, participant, late, time_machine) -> None:
    evening = datetime(2026, 5, 7, 2, tzinfo=UTC)  # still Wednesday in New York
    time_machine.move_to(evening, tick=False)
    type(participant).objects.update(last_contact_at=evening)
    FollowUp.objects.update(flagged_rung=1, flagged_at=evening, discussed_at=evening, discussed_by=supervisor)
    page = sign_in(supervisor).get(reverse("overdue_csv"))
    line = page.content.decode("utf-8-sig").splitlines()[1]
    assert line.count('"2026-05-06"') == 3
    assert "2026-05-07" not in line
    assert "overdue-2026-05-06.csv" in page["Content-Disposition"]


def test_a_table_that_is_cut_short_says_so(sign_in, supervisor, participant, specialist, late, monkeypatch) -> None:
    monkeypatch.setattr("pages.overdue.MOST_EXPORTED", 2)
    client, lines = sign_in(supervisor), []
    for _number in range(2):
        factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
        lines.append(client.get(reverse("overdue_csv")).content.decode().splitlines())
    assert [len(one) for one in lines] == [3, 4]
    assert "There is more: this table ends after 2 lines." in lines[1][-1]
    assert AuditEvent.objects.filter(action="overdue_exported").latest("at").facts == {"count": 2}


def test_exceptions_stand_below(sign_in, supervisor, participant, team) -> None:
    waiting = factories.ParticipantFactory(team=team, created_at=NOON - timedelta(days=40))
    page = sign_in(supervisor).get(reverse("overdue"))
    assert page.context["waiting"] == [waiting]
    assert set(page.context["left_without"]) == {waiting, participant}
    assert page.context["silent"] == [waiting]


def test_who_was_reached_lately_is_not_silent(sign_in, supervisor, participant) -> None:
    client = sign_in(supervisor)
    for days, silent in ((29, False), (31, True)):
        type(participant).objects.update(last_contact_at=NOON - timedelta(days=days))
        assert bool(client.get(reverse("overdue")).context["silent"]) == silent


@pytest.mark.parametrize("query", ["?who=nonsense", "?age=99", "?after=nonsense", "?team=x", "?who=%00"])
def test_an_address_with_nonsense_is_answered(sign_in, supervisor, late, query: str) -> None:
    assert sign_in(supervisor).get(reverse("overdue") + query).status_code == 200


def test_a_cover_is_set_up_and_ended(sign_in, supervisor, specialist, colleague, participant, team) -> None:
    client = sign_in(supervisor)
    form = {
        "team": team.pk,
        "absent": f"specialist:{specialist.pk}",
        "cover": colleague.pk,
        "first": "2026-05-06",
        "last": "2026-05-08",
    }
    assert client.post(reverse("cover"), form).status_code == 302
    cover = Cover.objects.get()
    assert cover.starts_at.isoformat() == "2026-05-06T04:00:00+00:00"
    assert cover.ends_at.isoformat() == "2026-05-09T04:00:00+00:00"
    client.post(reverse("end_cover", args=[cover.pk]))
    cover.refresh_from_db()
    assert cover.ends_at == timezone.now()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"cover": "same"}, "cover"),
        ({"last": "2026-05-05"}, "last"),
        ({"first": "2026-05-09"}, "last"),
        ({"cover": "foreign"}, "cover"),
        ({"last": "9999-12-31"}, "last"),
        ({"first": "2026-05-05"}, "first"),
        ({"first": "0001-01-01"}, "first"),
    ],
)
def test_a_cover_that_cannot_be(sign_in, supervisor, specialist, colleague, other_supervisor, team, fields, wrong):
    people = {"same": specialist.pk, "foreign": other_supervisor.pk}
    form = {
        "team": team.pk,
        "absent": f"specialist:{specialist.pk}",
        "cover": colleague.pk,
        "first": "2026-05-06",
        "last": "2026-05-08",
    }
    form |= {name: people.get(value, value) for name, value in fields.items()}
    assert wrong in sign_in(supervisor).post(reverse("cover"), form).context["form"].errors


@pytest.mark.parametrize(
    ("zone", "moment", "today"),
    [
        ("America/New_York", datetime(2026, 5, 6, 1, tzinfo=UTC), "2026-05-05"),
        ("Asia/Tokyo", datetime(2026, 5, 5, 16, tzinfo=UTC), "2026-05-06"),
    ],
)
def test_the_days_of_a_cover_are_the_teams(
    sign_in, supervisor, specialist, colleague, team, time_machine, zone: str, moment: datetime, today: str
) -> None:
    type(team).objects.update(time_zone=zone)
    time_machine.move_to(moment, tick=False)
    client = sign_in(supervisor)
    form = {"team": team.pk, "absent": f"specialist:{specialist.pk}", "cover": colleague.pk, "last": today}
    assert client.get(reverse("cover")).context["form"].initial["first"].isoformat() == today
    for first in ("0001-01-01", (date.fromisoformat(today) - timedelta(days=1)).isoformat()):
        assert "first" in client.post(reverse("cover"), {**form, "first": first}).context["form"].errors
    assert client.post(reverse("cover"), {**form, "first": today}).status_code == 302
    assert Cover.objects.get().last_day.isoformat() == today


LASTS = {"starts_at": NOON.replace(year=2020), "ends_at": NOON.replace(year=2200)}


def test_whoever_stands_in_for_a_supervisor_is_offered_what_they_may_do(
    sign_in, supervisor, specialist, colleague, team, late
) -> None:
    factories.CoverFactory(team=team, absent=supervisor, cover=colleague, role="supervisor", **LASTS)
    client = sign_in(colleague)
    assert "I take it over" not in client.get(reverse("overdue")).content.decode()
    assert "I take it over" in sign_in(supervisor).get(reverse("overdue")).content.decode()

    (_none, (_heading, offered)) = client.get(reverse("cover")).context["form"].fields["absent"].choices
    assert {key for key, _name in offered} == {f"specialist:{specialist.pk}", f"specialist:{colleague.pk}"}
    form = {"team": team.pk, "absent": f"supervisor:{supervisor.pk}", "cover": colleague.pk}
    page = client.post(reverse("cover"), {**form, "first": "2026-05-06", "last": "2027-05-01"})
    assert "absent" in page.context["form"].errors
    assert Cover.objects.count() == 1


def test_the_nudge_names_whom_it_goes_to(sign_in, supervisor, specialist, colleague, team, late) -> None:
    assert "Send Sam a kind nudge" in sign_in(supervisor).get(reverse("overdue")).content.decode()
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **LASTS)
    assert "Send Kim, standing in for Sam, a kind nudge" in sign_in(supervisor).get(reverse("overdue")).content.decode()


@pytest.mark.parametrize("filtered", ["team=xx", f"team={UUID(int=5)}", "team=%00"])
def test_a_team_that_is_none_of_theirs_is_no_praise(sign_in, supervisor, participant, filtered: str) -> None:
    factories.FollowUpFactory(participant=participant, due_on=factories.DAY - timedelta(days=9))
    text = sign_in(supervisor).get(f"{reverse('overdue')}?{filtered}").content.decode()
    assert "A good thing to tell the team" not in text
    assert "Show all" in text


def test_a_colleague_is_known_however_their_id_is_written(sign_in, supervisor, specialist, participant) -> None:
    late = factories.FollowUpFactory(
        participant=participant, owner=specialist, due_on=factories.DAY - timedelta(days=9)
    )
    page = sign_in(supervisor).get(reverse("overdue"), {"who": str(specialist.pk).upper().replace("-", "")})
    assert page.context["rows"] == [late]
    assert page.context["chosen_name"] == specialist.name
    nobodys = sign_in(supervisor).get(reverse("overdue"), {"who": "xx"}).content.decode()
    assert "Nothing of theirs is overdue." in nobodys
