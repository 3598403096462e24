"""Who hears of what: complaints, what is passed on, talks on a day of their own, and how much is asked for it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.actions import trust
from caseload.models import Assignment, Complaint, Concern, PeerRequest, SignalTalk
from tests import factories
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def address(name: str, participant) -> str:
    return reverse(name, args=[participant.pk])


def complaint(**given) -> dict[str, object]:
    words = {"form_token": factories.new_id(), "words": "Late again", "said_by": "them", "said_on": DAY}
    return {**words, "for_supervisor": "on", **given}


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


@pytest.mark.parametrize("name", ["complaint", "another_peer"])
def test_what_nobody_can_read_says_so(sign_in, supervisor, team, participant, name: str) -> None:
    given = complaint() if name == "complaint" else {"words": "", "for_supervisor": "on"}
    Assignment.objects.update(specialist=supervisor)
    page = sign_in(supervisor).post(address(name, participant), given, follow=True)
    assert "nobody can read it" in said(page)
    assert Complaint.objects.count() + PeerRequest.objects.count() == 1


@pytest.mark.parametrize("other", ["another supervisor", "a stand-in"])
def test_where_another_supervisor_reads_it_nothing_is_amiss(
    sign_in, supervisor, colleague, team, participant, other: str
) -> None:
    Assignment.objects.update(specialist=supervisor)
    if other == "a stand-in":
        lent = {"role": "supervisor", "absent": supervisor, "cover": colleague}
        factories.CoverFactory(team=team, starts_at=NOON - ONE_DAY, ends_at=NOON + 4000 * ONE_DAY, **lent)
    else:
        factories.MembershipFactory(team=team, role="supervisor")
    page = sign_in(supervisor).post(address("complaint", participant), complaint(), follow=True)
    assert "The supervisor sees it" in said(page)


def test_after_services_have_ended_somebody_may_still_say_so(sign_in, supervisor, participant) -> None:
    factories.end_services(participant)
    client = sign_in(supervisor)
    assert address("complaint", participant) in client.get(address("trust_of", participant)).content.decode()
    client.post(address("complaint", participant), complaint())
    assert participant in client.get(reverse("signals")).context["rows"]
    assert client.get(address("another_peer", participant)).status_code == 404


def test_a_talk_has_a_day_of_its_own(sign_in, specialist, participant) -> None:
    client, place = sign_in(specialist), address("trust_of", participant)
    assert client.get(place).context["form"]["on"].value() == DAY
    for on in (DAY + ONE_DAY, DAY - 1200 * ONE_DAY, "soon", ""):
        assert list(client.post(place, {"agreed": "Slower", "on": on}).context["form"].errors) == ["on"]
    client.post(place, {"agreed": "Slower", "on": DAY - ONE_DAY})
    assert SignalTalk.objects.get().talked_on == DAY - ONE_DAY


def test_the_facts_are_said_on_the_page_of_the_relationship(sign_in, specialist, participant) -> None:
    month = 30 * ONE_DAY
    type(participant).objects.update(created_at=NOON - 10 * month, last_contact_at=NOON - ONE_DAY)
    participant.episodes.update(started_on=DAY - 10 * month)
    factories.GoalFactory(participant=participant, started_on=DAY - 4 * month)
    factories.ComplaintFactory(participant=participant)
    client, place = sign_in(specialist), address("trust_of", participant)
    text = client.get(place).content.decode()
    assert "<li>1 complaint not talked about yet</li>" in text
    assert "<li>nothing has moved on any goal since 6 Jan 2026</li>" in text
    assert "without an answer" not in text
    factories.ComplaintFactory(participant=participant)
    for hours in (1, 2, 3):
        factories.ContactAttemptFactory(participant=participant, at=NOON - timedelta(hours=hours))
    text = client.get(place).content.decode()
    assert "<li>2 complaints not talked about yet</li>" in text
    assert "<li>3 tries in a row without an answer</li>" in text


def test_a_wish_for_the_supervisor_alone_stands_beside_an_open_one(
    sign_in, specialist, supervisor, participant
) -> None:
    client = sign_in(supervisor)
    for words in ({"words": "My age"}, {"words": "kestrelwish", "for_supervisor": "on"}):
        client.post(address("another_peer", participant), words)
    assert PeerRequest.objects.filter(answered_at=None).count() == 2
    for name in ("signals", "participant", "trust_of", "another_peer"):
        args = [] if name == "signals" else [participant.pk]
        page = sign_in(specialist).get(reverse(name, args=args)).content.decode()
        assert "kestrelwish" not in page
        assert "for the supervisor only" not in page
    assert "kestrelwish" in client.get(reverse("signals")).content.decode()
    assert client.get(reverse("week")).context["summary"].wishes == 2


def concern(**given) -> dict[str, object]:
    words = {"about": "kestrelRene, Tuesdays", "words": "kestrelwords", "said_on": DAY}
    return {"form_token": factories.new_id(), **words, **given}


def test_any_colleague_passes_on_that_somebody_is_not_happy(
    sign_in, colleague, specialist, supervisor, other_supervisor, participant
) -> None:
    given = concern()
    for _twice in range(2):
        page = sign_in(colleague).post(reverse("not_happy"), given, follow=True)
    assert "Passed on" in said(page)
    row = Concern.objects.get()
    for user in (colleague, specialist, other_supervisor):
        assert "kestrel" not in sign_in(user).get(reverse("signals")).content.decode()
    boss = sign_in(supervisor)
    page = boss.get(reverse("signals")).content.decode()
    assert "kestrelRene" in page
    assert "kestrelwords" in page
    assert sign_in(other_supervisor).post(reverse("settle_concern", args=[row.pk])).status_code == 404
    boss.post(reverse("settle_concern", args=[row.pk]))
    row.refresh_from_db()
    assert row.settled_by == supervisor
    assert "kestrel" not in boss.get(reverse("signals")).content.decode()


@pytest.mark.parametrize(
    ("given", "wrong"), [({"about": ""}, "about"), ({"words": ""}, "words"), ({"said_on": DAY + ONE_DAY}, "said_on")]
)
def test_what_is_missing_in_what_is_passed_on_is_said(sign_in, colleague, given, wrong: str) -> None:
    page = sign_in(colleague).post(reverse("not_happy"), concern(**given))
    assert list(page.context["form"].errors) == [wrong]
    assert not Concern.objects.exists()


def test_whoever_works_in_two_teams_says_for_which(sign_in, colleague, team, other_team) -> None:
    factories.MembershipFactory(user=colleague, team=other_team)
    client = sign_in(colleague)
    assert list(client.post(reverse("not_happy"), concern()).context["form"].errors) == ["team"]
    assert client.post(reverse("not_happy"), concern(team=factories.TeamFactory().pk)).context["form"].errors
    client.post(reverse("not_happy"), concern(team=other_team.pk))
    assert Concern.objects.get().team == other_team


def test_only_the_team_passes_on_and_only_its_supervisors_see_to_it(colleague, team, other_supervisor) -> None:
    row = factories.ConcernFactory(team=team)
    with pytest.raises(trust.NotYours):
        trust.settle(concern=row, by=other_supervisor, at=NOON)
    with pytest.raises(trust.NotYours):
        trust.pass_on(concern=Concern(team=team, about="x", words="y"), by=other_supervisor, at=NOON)


def refused(change, name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


def test_what_was_passed_on_stays_as_it_was(team, supervisor) -> None:
    row = factories.ConcernFactory(team=team)
    same = Concern.objects.filter(pk=row.pk)
    refused(lambda: factories.ConcernFactory(team=team, about=""), "concern_says_who_and_what")
    refused(lambda: same.update(settled_at=NOON), "concern_settled_by_somebody")
    refused(lambda: same.update(words="x"), "stays as it was")
    refused(lambda: same.delete(), "stays as it was")
    same.update(settled_at=NOON, settled_by=supervisor)
    refused(lambda: same.update(settled_at=None, settled_by=None), "stays as it was")


def test_a_long_history_asks_no_more(sign_in, specialist, supervisor, participant) -> None:
    def live_through(number: int) -> None:
        for day in range(number):
            at = NOON - (day + 1) * ONE_DAY
            factories.ComplaintFactory(participant=participant, said_on=DAY - day * ONE_DAY, recorded_at=at)
            factories.ContactAttemptFactory(participant=participant, at=at)
            factories.GoalFactory(participant=participant, started_on=DAY - 200 * ONE_DAY)
            trust.talk(participant=participant, agreed=f"Slower {number} {day}", on=DAY, by=specialist, at=at)

    places = [reverse("signals"), address("trust_of", participant)]
    clients = [sign_in(user) for user in (specialist, supervisor)]
    live_through(1)
    few = [count_queries(client, place) for client in clients for place in places]
    live_through(40)
    assert [count_queries(client, place) for client in clients for place in places] == few
    assert max(few) <= 12
