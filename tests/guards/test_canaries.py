"""Every text about somebody carries a word of its own; whoever may not read it must not meet it anywhere."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caseload.models import Participant
from tests import factories
from tests.guards.test_access import ADDRESSES, all_patterns

CANARY = "kestrelfinch"


@pytest.fixture
def secret(other_team, other_supervisor):
    """A participant of the other team, overdue, waiting and talked about in every field there is."""
    person = factories.ParticipantFactory(
        team=other_team,
        name_used=f"{CANARY}name",
        legal_name=f"{CANARY}legal",
        pronouns=f"{CANARY}pro",
        language=f"{CANARY}lang",
        good_times=f"{CANARY}times",
    )
    factories.PhoneNumberFactory(participant=person, number="+16175559898", label=f"{CANARY}label")
    factories.QuotationFactory(participant=person, text=f"{CANARY}words")
    factories.WinFactory(participant=person, text=f"{CANARY}win")
    factories.SessionFactory(participant=person, note=f"{CANARY}note")
    factories.GoalStepFactory(goal__participant=person, goal__wording=f"{CANARY}goal", text=f"{CANARY}step")
    factories.MilestoneFactory(participant=person, what=f"{CANARY}day")
    factories.BarrierFactory(participant=person, what=f"{CANARY}barrier")
    factories.ConnectionFactory(participant=person, what=f"{CANARY}place")
    factories.ReferralFactory(participant=person, to_whom=f"{CANARY}dentist")
    series = factories.GroupSeriesFactory(team=other_team, name=f"{CANARY}group", facilitators=[other_supervisor])
    factories.RosterPlaceFactory(series=series, participant=person)
    factories.GroupMeetingFactory(team=other_team, series=series, name=f"{CANARY}met", facilitators=[other_supervisor])
    factories.SetbackFactory(participant=person, words=f"{CANARY}setback")
    factories.ComplaintFactory(participant=person, words=f"{CANARY}complaint")
    factories.PeerRequestFactory(participant=person, words=f"{CANARY}request")
    factories.ConcernFactory(team=other_team, about=f"{CANARY}about", words=f"{CANARY}concern")
    factories.TriedFactory(participant=person, text=f"{CANARY}tried")
    factories.ExpectationsFactory(participant=person, theirs=f"{CANARY}expected")
    followup = factories.FollowUpFactory(participant=person, what=f"{CANARY}what", why_here=f"{CANARY}why")
    factories.ReminderFactory(followup=followup, recipient=other_supervisor)
    return person


def pages_without_arguments() -> list[str]:
    """Addresses that need no id: lists, counts, search, export."""
    return [name for name, pattern in all_patterns().items() if not pattern.pattern.converters and name in ADDRESSES]


@pytest.mark.parametrize("who", ["specialist", "colleague", "supervisor", "administrator"])
def test_nothing_of_a_foreign_participant_is_met_anywhere(who: str, secret: Participant, participant, request) -> None:
    user = request.getfixturevalue(who)
    searches = [f"?q={text}" for text in ("kestrel", "5559898", f"{CANARY}name", "9898")]
    addresses = [reverse(name) for name in pages_without_arguments() if name != "account_logout"]
    addresses += [reverse("participants") + search for search in searches]
    addresses += [reverse("overdue") + "?who=nobody", reverse("overdue_csv") + "?who=nobody"]
    client = Client()
    client.force_login(user)

    for address in addresses:
        answer = client.get(address)
        text = (
            answer.content.decode().replace(searches[2].removeprefix("?q="), "")
            if "?q=" in address
            else (answer.content.decode())
        )
        assert CANARY not in text, address
        assert str(secret.pk) not in text, address


def test_the_canary_sings_for_those_who_may_hear_it(secret: Participant, other_supervisor) -> None:
    client = Client()
    client.force_login(other_supervisor)
    page = client.get(reverse("participant", args=[secret.pk])).content.decode()

    for part in ("name", "legal", "pro", "lang", "times", "label", "words", "win", "note", "what", "why"):
        assert CANARY + part in page
    assert CANARY in client.get(reverse("participants") + "?q=9898").content.decode()
    assert CANARY in client.get(reverse("overdue")).content.decode()


def test_likely_duplicates_are_only_those_one_may_see(secret: Participant, participant, sign_in, specialist) -> None:
    answer = sign_in(specialist).post(
        reverse("add_participant"),
        {
            "name_used": secret.name_used,
            "new_id": factories.new_id(),
            "team": participant.team_id,
            "walks_with": specialist.pk,
            "next_choice": "tomorrow",
            "phones-TOTAL_FORMS": 0,
            "phones-INITIAL_FORMS": 0,
        },
    )

    assert answer.status_code == 302
    assert Participant.objects.filter(team=participant.team, created_at__lte=timezone.now()).count() == 2
