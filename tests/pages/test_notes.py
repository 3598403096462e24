"""The lists about notes: what is owed, to be read, at the same time; the records to look through; the month."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from caseload.actions import notes
from caseload.models import RecordRules, Session, paperwork
from pages import notes as page
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def met(team, leaders, people, **given):
    """A meeting of these people, whose parts the first leader signs."""
    row = factories.GroupMeetingFactory(team=team, facilitators=leaders, **given)
    for person in people:
        part = {"specialist": leaders[0], "started_at": row.started_at, "minutes": row.minutes}
        factories.SessionFactory(participant=person, meeting=row, **part)
    return row


def crowd(team, size: int = 3):
    return [factories.ParticipantFactory(team=team) for _each in range(size)]


def test_a_supervisor_sees_what_each_colleague_owes_late_ones_marked(
    sign_in, supervisor, specialist, colleague, participant
) -> None:
    for days in range(7):
        factories.SessionFactory(
            participant=participant, specialist=specialist, note_due_on=DAY - timedelta(days=days - 1)
        )
    one = factories.SessionFactory(participant=participant, specialist=colleague, note_due_on=DAY)
    client = sign_in(supervisor)
    answer = client.get(reverse("notes"))
    sam, kim = answer.context["colleagues"]
    assert (sam["name"], sam["number"], len(sam["rows"]), sam["more"]) == (specialist, 7, 5, 2)
    assert [row.is_late for row in sam["rows"]] == [True] * 5
    assert (kim["rows"], kim["rows"][0].is_late, kim["more"]) == ([one], False, 0)
    text = answer.content.decode()
    assert "and 2 more" in text
    assert all(reverse("session", args=[row.pk]) in text for row in (*sam["rows"], one))


def test_a_group_is_no_overlap_with_itself_and_one_with_a_call_meanwhile(
    sign_in, supervisor, specialist, participant, team
) -> None:
    circle = met(team, [specialist], crowd(team))
    client = sign_in(supervisor)
    assert client.get(reverse("overlaps")).context["rows"] == []
    factories.SessionFactory(
        participant=participant, specialist=specialist, started_at=circle.started_at + timedelta(minutes=10)
    )
    assert len(client.get(reverse("overlaps")).context["rows"]) == 1


def test_whoever_led_with_another_was_there_too(supervisor, specialist, colleague, participant, team) -> None:
    circle = met(team, [specialist, colleague], crowd(team))
    call = factories.SessionFactory(participant=participant, specialist=colleague, started_at=circle.started_at)
    rows = paperwork.overlapping_pairs(supervisor, [team.pk], NOON - timedelta(days=90))
    assert [row.pk for row in rows] == [call.pk]


def test_one_person_with_two_colleagues_at_the_same_time(
    sign_in, supervisor, specialist, colleague, participant
) -> None:
    for who in (specialist, colleague):
        factories.SessionFactory(participant=participant, specialist=who)
    text = sign_in(supervisor).get(reverse("overlaps")).content.decode()
    assert "Sam" in text
    assert "Kim" in text


def test_a_list_that_ends_early_says_so(sign_in, supervisor, specialist, participant, team, monkeypatch) -> None:
    RecordRules.objects.create(team=team, notes_are_reviewed=True)
    monkeypatch.setattr(page, "MOST", 2)
    for days in range(3):
        start = NOON - timedelta(days=days + 1)
        for who in (specialist, factories.UserFactory()):
            factories.SessionFactory(participant=participant, specialist=who, started_at=start)
    for row in Session.objects.all():
        notes.sign(session=row, by=row.specialist, at=NOON)
    crowd_waiting = crowd(team)
    type(participant).objects.filter(pk__in=[one.pk for one in crowd_waiting]).update(
        created_at=NOON - timedelta(days=400)
    )
    client = sign_in(supervisor)
    for name in ("notes_to_read", "overlaps", "record_reviews"):
        answer = client.get(reverse(name))
        assert len(answer.context["rows"]) == 2
        assert "There are more" in answer.content.decode()


def test_a_note_waits_to_be_read_for_as_long_as_it_takes(sign_in, supervisor, specialist, participant, team) -> None:
    RecordRules.objects.create(team=team, notes_are_reviewed=True)
    old = factories.SessionFactory(
        participant=participant, specialist=specialist, started_at=NOON - timedelta(days=200)
    )
    notes.sign(session=old, by=specialist, at=NOON)
    assert sign_in(supervisor).get(reverse("notes_to_read")).context["rows"] == [old]


def test_without_rules_a_record_is_looked_through_after_91_days_of_the_teams_own(
    sign_in, other_supervisor, other_team, time_machine
) -> None:
    person = factories.ParticipantFactory(team=other_team)
    # The evening of 1 February in Los Angeles; in UTC the second has begun.
    type(person).objects.update(created_at=datetime(2026, 2, 2, 6, tzinfo=UTC))
    client = sign_in(other_supervisor)
    for moment, due in ((datetime(2026, 5, 3, 5, tzinfo=UTC), []), (datetime(2026, 5, 3, 8, tzinfo=UTC), [person])):
        time_machine.move_to(moment)
        assert client.get(reverse("record_reviews")).context["rows"] == due


def test_a_meeting_is_its_minutes_once_for_each_who_led_and_units_for_each_who_came(
    sign_in, supervisor, specialist, colleague, participant, team
) -> None:
    RecordRules.objects.create(team=team, unit_rule="round8", unit_scope="day")
    met(team, [specialist, colleague], crowd(team, 12))
    factories.SessionFactory(participant=participant, specialist=specialist, minutes=20)
    rows = {row["name"]: row for row in sign_in(supervisor).get(reverse("time_of_month")).context["rows"]}
    assert [rows["Sam"][name] for name in ("sessions", "minutes", "units")] == [2, 80, 12 * 4 + 1]
    assert [rows["Kim"][name] for name in ("sessions", "minutes", "units")] == [1, 60, 0]
    assert '"Harbor","Kim","1","60","0"' in sign_in(supervisor).get(reverse("time_of_month_csv")).content.decode()


def test_group_and_individual_time_of_a_day_are_pooled_apart(
    sign_in, supervisor, specialist, participant, team
) -> None:
    RecordRules.objects.create(team=team, unit_rule="floor15", unit_scope="day")
    met(team, [specialist], [participant], minutes=10)
    factories.SessionFactory(
        participant=participant, specialist=specialist, minutes=10, started_at=NOON - timedelta(hours=20)
    )
    assert sign_in(supervisor).get(reverse("time_of_month")).context["rows"][0]["units"] == 0


def test_a_month_begins_and_ends_by_the_teams_day(
    sign_in, other_supervisor, other_team, specialist, time_machine
) -> None:
    person = factories.ParticipantFactory(team=other_team)
    # 23:00 on 30 April in Los Angeles.
    factories.SessionFactory(participant=person, specialist=specialist, started_at=datetime(2026, 5, 1, 6, tzinfo=UTC))
    client, address = sign_in(other_supervisor), reverse("time_of_month")
    assert not client.get(address + "?month=2026-05").context["rows"]
    assert client.get(address + "?month=2026-04").context["rows"][0]["sessions"] == 1
    time_machine.move_to(datetime(2026, 5, 1, 5, tzinfo=UTC))
    assert client.get(address).context["month"].month == 4


def test_more_teams_ask_no_more_of_the_month(sign_in, supervisor, specialist, participant) -> None:
    factories.SessionFactory(participant=participant, specialist=specialist)
    address = reverse("time_of_month")
    few = count_queries(sign_in(supervisor), address)
    for _more in range(5):
        factories.MembershipFactory(user=supervisor, role="supervisor")
    assert count_queries(sign_in(supervisor), address) == few
