"""One meeting: who led it, who dropped in, what comes next for each, and what may still change."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Team
from caseload.actions import notes
from caseload.models import Activity, GroupMeeting, GroupSeries, Participant, RecordRules, RosterPlace, Session
from followups.models import FollowUp
from tests import factories
from tests.conftest import member
from tests.pages.test_groups import form
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def series(team, specialist, participant) -> GroupSeries:
    row = factories.GroupSeriesFactory(team=team, name="Tuesday circle", facilitators=[specialist])
    factories.RosterPlaceFactory(series=row, participant=participant)
    return row


@pytest.fixture
def logged(sign_in, specialist, series, participant) -> GroupMeeting:
    sign_in(specialist).post(reverse("meet", args=[series.pk]), form(participant, description="We cooked."))
    return GroupMeeting.objects.get()


def change(specialist, **given) -> dict[str, object]:
    usual = {"method": "in_person", "guests": 0, "description": "We cooked.", "facilitators": [specialist.pk]}
    return {**usual, **given}


def test_a_reason_and_who_decided_where_nothing_comes_next_for_one(sign_in, specialist, series, participant) -> None:
    client, address = sign_in(specialist), reverse("meet", args=[series.pk])
    own = {f"next-{participant.pk}": "none"}
    errors = client.post(address, form(participant, **own)).context["form"].errors
    assert {f"because-{participant.pk}", f"decided-{participant.pk}"} <= set(errors)
    own |= {f"because-{participant.pk}": "Moves on Friday", f"decided-{participant.pk}": "participant"}
    client.post(address, form(participant, next_choice="week", **own))
    step = Session.objects.get().next_step
    assert (step.followup, step.reason, step.decided_by) == (None, "Moves on Friday", "participant")


@pytest.mark.parametrize(("on", "fits"), [("2026-06-01", True), ("2026-05-05", False), ("2028-01-01", False)])
def test_a_day_of_their_own(sign_in, specialist, series, participant, on: str, fits: bool) -> None:
    own = {f"next-{participant.pk}": "date", f"on-{participant.pk}": on}
    page = sign_in(specialist).post(reverse("meet", args=[series.pk]), form(participant, **own))
    if fits:
        assert Session.objects.get().next_step.followup.due_on.isoformat() == on
    else:
        assert f"on-{participant.pk}" in page.context["form"].errors


def test_by_their_own_plan_where_all_others_have_a_day(sign_in, specialist, series, participant) -> None:
    factories.CheckInPlanFactory(participant=participant)
    own = {f"next-{participant.pk}": "plan"}
    sign_in(specialist).post(reverse("meet", args=[series.pk]), form(participant, next_choice="tomorrow", **own))
    assert Session.objects.get().next_step.followup.plan is not None


def test_whoever_really_led_it_is_written_down(sign_in, specialist, colleague, supervisor, series, participant) -> None:
    series.facilitators.set([colleague])
    client, address = sign_in(supervisor), reverse("meet", args=[series.pk])
    page = client.get(address)
    assert page.context["form"]["facilitators"].value() == [colleague.pk]
    assert 'name="sign"' not in page.content.decode()
    assert "facilitators" in client.post(address, form(participant, facilitators=[])).context["form"].errors
    given = form(participant, facilitators=[specialist.pk, colleague.pk], sign="1")
    assert client.post(address, given).url == reverse("meeting", args=[GroupMeeting.objects.get().pk])
    part = Session.objects.get()
    # Kim stands first by name, and signs; the supervisor was not there.
    assert (set(part.meeting.facilitators.all()), part.specialist, part.signed_at) == (
        {specialist, colleague},
        colleague,
        None,
    )
    assert sign_in(colleague).post(reverse("sign_note", args=[part.pk])).status_code == 302


def test_who_logs_it_for_another_is_not_sent_to_what_they_do_not_see(
    sign_in, specialist, colleague, series, participant
) -> None:
    client = sign_in(specialist)
    answer = client.post(reverse("meet", args=[series.pk]), form(participant, facilitators=[colleague.pk]))
    assert answer.url == reverse("groups")
    assert Session.objects.get().specialist == colleague


def test_more_who_lead_may_have_more_with_them(sign_in, specialist, colleague, series, participant, team) -> None:
    RecordRules.objects.create(team=team, group_size=2)
    client, address = sign_in(specialist), reverse("meet", args=[series.pk])
    assert "over_size_reason" in client.post(address, form(participant, guests=3)).context["form"].errors
    given = form(participant, guests=3, facilitators=[specialist.pk, colleague.pk])
    assert client.post(address, given).status_code == 302


@pytest.mark.parametrize("whose", ["who led", "led with another", "who came"])
def test_the_same_time_is_shown_before_a_meeting_is_saved(
    sign_in, specialist, colleague, series, participant, team, whose: str
) -> None:
    start = NOON - timedelta(minutes=50)
    if whose == "who led":
        factories.SessionFactory(
            participant=factories.ParticipantFactory(team=team), specialist=specialist, started_at=start
        )
    elif whose == "who came":
        factories.SessionFactory(participant=participant, specialist=colleague, started_at=start)
    else:
        circle = factories.GroupMeetingFactory(team=team, facilitators=[colleague, specialist], started_at=start)
        for _each in range(3):
            person = factories.ParticipantFactory(team=team)
            factories.SessionFactory(
                participant=person, specialist=colleague, meeting=circle, started_at=start, minutes=60
            )
    before = Session.objects.count()
    client, address, given = sign_in(specialist), reverse("meet", args=[series.pk]), form(participant)
    page = client.post(address, given)
    assert len(page.context["overlaps"]) == 1
    assert "At the same time there is already" in page.content.decode()
    assert Session.objects.count() == before
    for _twice in range(2):
        assert client.post(address, {**given, "overlap_ok": "1"}).status_code == 302
    assert Session.objects.count() == before + 1


def test_a_meeting_sent_twice_is_no_overlap_with_itself(sign_in, specialist, series, participant) -> None:
    client, address, given = sign_in(specialist), reverse("meet", args=[series.pk]), form(participant)
    assert [client.post(address, given).status_code for _twice in range(2)] == [302, 302]
    assert GroupMeeting.objects.count() == 1


def test_somebody_new_drops_in_by_the_name_they_like(sign_in, specialist, supervisor, series, participant) -> None:
    client, address = sign_in(specialist), reverse("meet", args=[series.pk])
    assert "newcomers" in client.post(address, form(newcomers="maya")).context["form"].errors
    given = form(participant, newcomers="Moss\n\n  Moss \nWren", next_choice="week")
    for _twice in range(2):
        client.post(address, given)
    moss = Participant.objects.get(name_used="Moss")
    assert (moss.is_active, moss.assignments.exists(), moss.episodes.get().started_on) == (True, False, DAY)
    assert FollowUp.objects.get(participant=moss).due_on == DAY + timedelta(days=7)
    assert moss in sign_in(supervisor).get(reverse("waiting")).context["rows"]
    # Who has come once may be ticked the next time, by whoever leads the group; the record stays closed.
    names = [line.person.name_used for line in client.get(address).context["lines"]]
    assert names == ["Maya", "Moss", "Wren"]
    assert client.get(reverse("participant", args=[moss.pk])).status_code == 404
    part = Session.objects.get(participant=moss)
    assert reverse("rewrite_note", args=[part.pk]) in client.get(reverse("notes")).content.decode()


def test_a_meeting_of_new_people_only_is_one(sign_in, specialist) -> None:
    sign_in(specialist).post(reverse("meet_once"), form(newcomers="Moss"))
    assert GroupMeeting.objects.get().attendances.get().participant.name_used == "Moss"


def test_what_a_group_touched_stands_with_everybody_who_came(sign_in, specialist, series, participant, team) -> None:
    missed = factories.ParticipantFactory(team=team)
    factories.RosterPlaceFactory(series=series, participant=missed)
    activity = Activity.objects.filter(strand="skills").first()
    given = form(participant, strands=["skills"], activities=[activity.pk], sign="1")
    sign_in(specialist).post(reverse("meet", args=[series.pk]), given)
    told = {row.participant: (row.strands, list(row.activities.all())) for row in Session.objects.all()}
    assert told == {participant: (["skills"], [activity]), missed: ([], [])}


def test_a_team_that_wants_words_signs_no_meeting_without(sign_in, specialist, series, participant, team) -> None:
    RecordRules.objects.create(team=team, narrative_required=True)
    client, address, given = sign_in(specialist), reverse("meet", args=[series.pk]), form(participant, sign="1")
    page = client.post(address, {**given, "description": "kept words"})
    assert "a few words about each person" in page.content.decode()
    assert "kept words" in page.content.decode()
    assert not GroupMeeting.objects.exists()
    client.post(address, {**given, f"comment-{participant.pk}": "Was glad."})
    assert Session.objects.get().signed_at


def test_what_all_share_may_change_until_a_part_is_signed(sign_in, specialist, colleague, supervisor, logged) -> None:
    client, address = sign_in(specialist), reverse("edit_meeting", args=[logged.pk])
    assert address in client.get(reverse("meeting", args=[logged.pk])).content.decode()
    assert client.get(address).context["form"]["facilitators"].value() == [specialist.pk]
    given = change(specialist, method="video", place="telehealth", description="We cooked rice.", guests=2)
    client.post(address, given)
    logged.refresh_from_db()
    part = logged.attendances.get()
    assert (logged.description, logged.guests, part.method, part.place) == (
        "We cooked rice.",
        2,
        "video",
        "telehealth",
    )
    sign_in(supervisor).post(address, {**given, "facilitators": [colleague.pk]})
    part.refresh_from_db()
    assert (list(logged.facilitators.all()), part.specialist) == ([colleague], colleague)
    notes.sign(session=part, by=colleague, at=NOON + timedelta(hours=1))
    client = sign_in(colleague)
    assert address not in client.get(reverse("meeting", args=[logged.pk])).content.decode()
    assert client.post(address, change(colleague, description="x")).url == reverse("meeting", args=[logged.pk])
    logged.refresh_from_db()
    assert logged.description == "We cooked rice."


def test_somebody_forgotten_is_added(sign_in, specialist, logged, participant, team) -> None:
    forgotten = factories.ParticipantFactory(team=team)
    factories.RosterPlaceFactory(series=logged.series, participant=forgotten)
    stranger = factories.ParticipantFactory(team=team)
    client, address = sign_in(specialist), reverse("add_to_meeting", args=[logged.pk])
    given = {"here": "on", "comment": "Sang.", "next_choice": "week"}
    for nobody in (stranger, participant):
        assert client.post(address, {**given, "participant": nobody.pk}).context["form"].errors
    client.post(address, {**given, "participant": forgotten.pk})
    part = logged.attendances.get(participant=forgotten)
    assert (part.note, part.specialist, part.minutes) == ("Sang.", specialist, 60)
    assert part.next_step.followup.due_on == DAY + timedelta(days=7)


def test_the_same_time_is_shown_before_somebody_else_led_it(
    sign_in, specialist, colleague, logged, participant, team
) -> None:
    for who in (specialist, colleague):
        person = factories.ParticipantFactory(team=team)
        factories.SessionFactory(participant=person, specialist=who, started_at=logged.started_at)
    client, address = sign_in(specialist), reverse("edit_meeting", args=[logged.pk])
    given = change(specialist, description="Rice.", facilitators=[specialist.pk, colleague.pk])
    page = client.post(address, given)
    assert [one.specialist for one in page.context["overlaps"]] == ["Kim"]
    assert "At the same time there is already" in page.content.decode()
    assert "Rice." in page.content.decode()
    assert list(logged.facilitators.all()) == [specialist]
    assert client.post(address, {**given, "overlap_ok": "1"}).status_code == 302
    assert set(logged.facilitators.all()) == {specialist, colleague}
    # What stood before is not asked about again.
    assert client.post(address, {**given, "guests": 1}).status_code == 302


def test_the_same_time_is_shown_before_somebody_forgotten_is_added(
    sign_in, specialist, colleague, logged, team
) -> None:
    forgotten = factories.ParticipantFactory(team=team)
    factories.RosterPlaceFactory(series=logged.series, participant=forgotten)
    factories.SessionFactory(participant=forgotten, specialist=colleague, started_at=logged.started_at)
    client, address = sign_in(specialist), reverse("add_to_meeting", args=[logged.pk])
    given = {"participant": forgotten.pk, "here": "on", "comment": "Sang.", "next_choice": "week"}
    page = client.post(address, given)
    assert len(page.context["overlaps"]) == 1
    assert "At the same time there is already" in page.content.decode()
    assert "Sang." in page.content.decode()
    assert not logged.attendances.filter(participant=forgotten).exists()
    assert client.post(address, {**given, "overlap_ok": "1"}).status_code == 302
    assert logged.attendances.filter(participant=forgotten).exists()


def test_who_was_missed_may_have_been_elsewhere(sign_in, specialist, colleague, logged, team) -> None:
    forgotten = factories.ParticipantFactory(team=team)
    factories.RosterPlaceFactory(series=logged.series, participant=forgotten)
    factories.SessionFactory(participant=forgotten, specialist=colleague, started_at=logged.started_at)
    given = {"participant": forgotten.pk, "next_choice": "week"}
    assert sign_in(specialist).post(reverse("add_to_meeting", args=[logged.pk]), given).status_code == 302


def test_somebody_leaves_a_roster_once(sign_in, specialist, series, time_machine) -> None:
    place = RosterPlace.objects.get()
    client = sign_in(specialist)
    client.post(reverse("leave_group", args=[place.pk]))
    time_machine.move_to(NOON + timedelta(days=3))
    client.post(reverse("leave_group", args=[place.pk]))
    place.refresh_from_db()
    assert place.left_on == DAY


@pytest.fixture
def both(team: Team, other_team: Team):
    """Walks with people in two teams."""
    user = member(team, "specialist", "Sam")
    factories.MembershipFactory(user=user, team=other_team, role="specialist")
    return user


def test_who_works_in_two_teams_says_which(sign_in, both, team, other_team) -> None:
    client = sign_in(both)
    assert f"?team={other_team.pk}" in client.get(reverse("add_group")).content.decode()
    given = {"name": "Walkers", "method": "in_person", "facilitators": [both.pk]}
    client.post(reverse("add_group") + f"?team={other_team.pk}", given)
    client.post(reverse("add_group") + "?team=nonsense", given)
    assert set(GroupSeries.objects.values_list("team", flat=True)) == {team.pk, other_team.pk}
    elsewhere = {**form(newcomers="Moss"), "when_date": "2026-05-05"}
    client.post(reverse("meet_once") + f"?team={other_team.pk}", elsewhere)
    assert GroupMeeting.objects.get().team == other_team


def test_its_pages_ask_little(sign_in, specialist, logged, team) -> None:
    for _each in range(20):
        factories.RosterPlaceFactory(series=logged.series, participant=factories.ParticipantFactory(team=team))
    for name, key in (("meet", logged.series_id), ("edit_meeting", logged.pk), ("add_to_meeting", logged.pk)):
        assert count_queries(sign_in(specialist), reverse(name, args=[key])) <= 12, name
