"""A group: its roster, its meetings, each person's own part, and who may know of whom."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from caseload.models import GroupMeeting, GroupSeries, RecordRules, RosterPlace, Session
from followups.models import FollowUp
from tests import factories
from tests.conftest import member
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def people(team, participant, colleague):
    """Three who come; only the first is on Sam's own caseload."""
    others = [factories.ParticipantFactory(team=team, name_used=name) for name in ("Noa", "Olu")]
    for person in others:
        factories.AssignmentFactory(participant=person, specialist=colleague)
    return [participant, *others]


@pytest.fixture
def series(team, specialist, people) -> GroupSeries:
    row = factories.GroupSeriesFactory(team=team, name="Tuesday circle", facilitators=[specialist])
    for person in people:
        factories.RosterPlaceFactory(series=row, participant=person)
    return row


def form(*here, **given) -> dict[str, object]:
    ticked = {f"here-{person.pk}": "on" for person in here}
    usual = {
        "form_token": factories.new_id(),
        "name": "Tuesday circle",
        "when_date": "2026-05-06",
        "when_time": "09:00",
        "facilitators": [User.objects.get(name="Sam").pk],
    }
    return {**usual, "length": 60, "method": "in_person", "guests": 0, "next_choice": "plan", **ticked, **given}


def test_each_has_a_session_of_their_own_and_what_comes_next(sign_in, specialist, series, people) -> None:
    maya, noa, olu = people
    factories.CheckInPlanFactory(participant=noa)
    client, address = sign_in(specialist), reverse("meet", args=[series.pk])
    given = form(maya, noa, description="We cooked.", guests=2, **{f"comment-{maya.pk}": "Brought the rice."})
    for _twice in range(2):
        client.post(address, {**given, f"next-{maya.pk}": "two_weeks"})
    met = GroupMeeting.objects.get()
    parts = {part.participant: part for part in met.attendances.all()}
    assert {person: part.status for person, part in parts.items()} == {maya: "held", noa: "held", olu: "no_show"}
    assert (parts[maya].note, parts[noa].note, parts[olu].minutes) == ("Brought the rice.", "", None)
    assert parts[maya].next_step.followup.due_on == DAY + timedelta(days=14)
    assert parts[noa].next_step.followup.plan is not None
    assert FollowUp.objects.standing().get(participant=olu).purpose == "after_missed"
    assert met.guests == 2


def test_a_story_has_only_ones_own_part(sign_in, specialist, colleague, series, people) -> None:
    maya, noa, _olu = people
    given = form(maya, noa, description="We cooked.", **{f"comment-{maya.pk}": "Brought the rice."})
    sign_in(specialist).post(reverse("meet", args=[series.pk]), given)
    text = sign_in(colleague).get(reverse("participant", args=[noa.pk])).content.decode()
    assert "We cooked." in text
    assert "Brought the rice." not in text
    assert "Maya" not in text


def test_who_leads_knows_names_but_opens_no_other_record(sign_in, specialist, colleague, series, people) -> None:
    maya, noa, _olu = people
    client = sign_in(specialist)
    client.post(reverse("meet", args=[series.pk]), form(maya, noa, **{f"comment-{noa.pk}": "Was quiet."}))
    met = GroupMeeting.objects.get()
    for address in (reverse("group", args=[series.pk]), reverse("meeting", args=[met.pk])):
        text = client.get(address).content.decode()
        assert "Noa" in text
        assert reverse("participant", args=[noa.pk]) not in text
    assert "Was quiet." in client.get(reverse("meeting", args=[met.pk])).content.decode()
    assert client.get(reverse("session", args=[met.attendances.get(participant=noa).pk])).status_code == 404
    for address in ("group", "meet"):
        assert sign_in(colleague).get(reverse(address, args=[series.pk])).status_code == 404


def test_saving_a_group_as_it_stands_keeps_all_who_lead_it(sign_in, specialist, colleague, series) -> None:
    series.facilitators.add(colleague)
    client, address = sign_in(specialist), reverse("edit_group", args=[series.pk])
    form = client.get(address).context["form"]
    ticked = [box.data["value"] for box in form["facilitators"] if box.data["selected"]]
    shown = {name: form[name].value() for name in ("name", "when_words", "method", "place")}
    client.post(address, {**shown, "is_active": "on", "facilitators": ticked})
    assert set(series.facilitators.all()) == {specialist, colleague}


def test_who_leads_no_more_sees_no_more(sign_in, specialist, colleague, series) -> None:
    series.facilitators.set([colleague])
    assert sign_in(specialist).get(reverse("group", args=[series.pk])).status_code == 404
    assert sign_in(colleague).get(reverse("group", args=[series.pk])).status_code == 200


def test_twelve_for_each_who_leads_and_a_reason_above_that(sign_in, specialist, series, people, team) -> None:
    RecordRules.objects.create(team=team, group_size=3)
    client, address = sign_in(specialist), reverse("meet", args=[series.pk])
    page = client.post(address, form(*people, guests=1, description="kept words"))
    assert "over_size_reason" in page.context["form"].errors
    assert "kept words" in page.content.decode()
    assert not GroupMeeting.objects.exists()
    client.post(address, form(*people, guests=1, over_size_reason="Kim was ill"))
    assert GroupMeeting.objects.get().over_size_reason == "Kim was ill"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"when_date": "2026-05-07"}, "when_date"),
        ({"when_date": "2024-05-07"}, "when_date"),
        ({"length": "", "minutes": ""}, "minutes"),
        ({"next_choice": "none"}, "none_reason"),
        ({"next_choice": "date"}, "next_date"),
        ({"method": "owl"}, "method"),
        ({"guests": "-1"}, "guests"),
    ],
)
def test_what_cannot_be_is_said(sign_in, specialist, series, people, given, wrong: str) -> None:
    page = sign_in(specialist).post(reverse("meet", args=[series.pk]), form(people[0], **given))
    assert wrong in page.context["form"].errors
    assert not Session.objects.exists()


def test_nobody_there_is_no_meeting(sign_in, specialist, series) -> None:
    page = sign_in(specialist).post(reverse("meet", args=[series.pk]), form())
    assert "guests" in page.context["form"].errors


def test_a_single_meeting_with_somebody_who_dropped_in(sign_in, specialist, people) -> None:
    client = sign_in(specialist)
    assert "Noa" not in client.get(reverse("meet_once")).content.decode()  # not one of Sam's
    client.post(reverse("meet_once"), form(people[0], name="Picnic"))
    assert GroupMeeting.objects.get().attendances.get().participant == people[0]
    foreign = form(people[0], people[1], name="Picnic again", when_time="07:00")
    client.post(reverse("meet_once"), foreign)
    assert GroupMeeting.objects.get(name="Picnic again").attendances.count() == 1


def test_a_roster_grows_and_shrinks(sign_in, specialist, team, participant) -> None:
    client = sign_in(specialist)
    client.post(reverse("add_group"), {"name": "Walkers", "method": "in_person", "facilitators": [specialist.pk]})
    series = GroupSeries.objects.get()
    address = reverse("group", args=[series.pk])
    for _twice in range(2):
        client.post(address, {"participant": participant.pk})
    stranger = factories.ParticipantFactory(team=team)
    assert client.post(address, {"participant": stranger.pk}).context["form"].errors
    place = RosterPlace.objects.get()
    client.post(reverse("leave_group", args=[place.pk]))
    assert not client.get(address).context["places"]
    assert (
        "name" in client.post(reverse("add_group"), {"name": "Walkers", "method": "in_person"}).context["form"].errors
    )


def test_signed_with_the_meeting_it_stays_whole(sign_in, specialist, series, people) -> None:
    sign_in(specialist).post(reverse("meet", args=[series.pk]), form(people[0], description="We cooked.", sign="1"))
    assert not Session.objects.filter(signed_at=None).exists()
    for change in (
        lambda: GroupMeeting.objects.update(description="x"),
        lambda: GroupMeeting.objects.update(guests=9),
    ):
        with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
            change()


def test_a_part_written_anew_keeps_what_the_group_shares(sign_in, specialist, series, people) -> None:
    client = sign_in(specialist)
    client.post(reverse("meet", args=[series.pk]), form(people[0]))
    part = Session.objects.get(participant=people[0])
    assert client.post(reverse("rewrite_note", args=[part.pk]), {"note": "Cooked", "minutes": "5"}).status_code == 302
    part.refresh_from_db()
    assert (part.note, part.minutes) == ("Cooked", 60)


@pytest.mark.django_db
def test_states_that_cannot_be(team, other_team, participant, specialist) -> None:
    met = factories.GroupMeetingFactory(team=team)
    series = factories.GroupSeriesFactory(team=team, name="Circle")
    factories.RosterPlaceFactory(series=series, participant=participant)
    part = {"participant": participant, "meeting": met, "started_at": met.started_at, "minutes": 60}
    factories.SessionFactory(**part)
    stranger = factories.ParticipantFactory(team=other_team)
    refusals = [
        (lambda: factories.SessionFactory(**part), "session_once_a_meeting"),
        (lambda: factories.SessionFactory(**{**part, "minutes": 5}), "differs from its meeting"),
        (
            lambda: factories.SessionFactory(**{**part, "started_at": NOON - timedelta(days=2)}),
            "differs from its meeting",
        ),
        (lambda: factories.SessionFactory(**{**part, "participant": stranger}), "differs from its meeting"),
        (lambda: GroupMeeting.objects.update(minutes=5), "its time is that of its sessions"),
        (lambda: factories.GroupMeetingFactory(team=team, name=""), "groupmeeting_has_a_name"),
        (lambda: factories.GroupMeetingFactory(team=team, minutes=0), "groupmeeting_minutes_in_range"),
        (lambda: factories.GroupMeetingFactory(team=team, guests=501), "groupmeeting_guests_in_range"),
        (lambda: factories.GroupMeetingFactory(team=team, started_at=NOON + timedelta(1)), "groupmeeting_not_in_the"),
        (lambda: factories.GroupSeriesFactory(team=team, name=""), "groupseries_has_a_name"),
        (lambda: factories.GroupSeriesFactory(team=team, name="Circle"), "groupseries_name_once_a_team"),
        (lambda: factories.RosterPlaceFactory(series=series, participant=participant), "rosterplace_once_at_a_time"),
        (lambda: factories.RosterPlaceFactory(series=series, participant=stranger), "of another team"),
        (lambda: RosterPlace.objects.update(left_on=DAY - timedelta(1)), "rosterplace_ends_after_start"),
    ]
    for change, rule in refusals:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            change()


def test_forty_people_ask_no_more_to_be_shown(sign_in, specialist, team, series) -> None:
    client = sign_in(specialist)
    pages = [reverse("group", args=[series.pk]), reverse("meet", args=[series.pk]), reverse("groups")]
    few = [count_queries(client, page) for page in pages]
    for number in range(40):
        person = factories.ParticipantFactory(team=team, name_used=f"P{number}")
        factories.RosterPlaceFactory(series=series, participant=person)
    assert [count_queries(client, page) for page in pages] == few
    assert max(few) <= 12


def test_a_supervisor_sees_the_groups_of_the_team(sign_in, supervisor, other_supervisor, series) -> None:
    assert series.name in sign_in(supervisor).get(reverse("groups")).content.decode()
    assert series.name not in sign_in(other_supervisor).get(reverse("groups")).content.decode()
    helper = member(series.team, "specialist", "Hal")
    assert series.name not in sign_in(helper).get(reverse("groups")).content.decode()
