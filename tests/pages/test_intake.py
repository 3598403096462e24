import pytest
from django.urls import reverse

from accounts.ids import new_id
from caseload.models import Assignment, Participant, PhoneNumber, Quotation, ServiceEpisode
from followups.models import FollowUp
from tests import factories

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def intake(specialist, participant, **fields) -> dict:
    return {
        "name_used": "Wren",
        "new_id": new_id(),
        "team": participant.team_id,
        "walks_with": specialist.pk,
        "next_choice": "tomorrow",
        "phones-TOTAL_FORMS": 2,
        "phones-INITIAL_FORMS": 0,
        **fields,
    }


def test_a_name_is_enough_to_take_somebody_in(sign_in, specialist, participant) -> None:
    answers = intake(specialist, participant)
    client = sign_in(specialist)
    first, again = client.post(reverse("add_participant"), answers), client.post(reverse("add_participant"), answers)

    wren = Participant.objects.get(name_used="Wren")
    assert first.url == again.url == reverse("participant", args=[wren.pk])
    assert Assignment.objects.get(participant=wren).specialist == specialist
    assert FollowUp.objects.get(participant=wren).due_on.isoformat() == "2026-05-07"
    assert ServiceEpisode.objects.get(participant=wren).started_on == factories.DAY


def test_a_page_gone_back_to_takes_in_the_next_person_too(sign_in, specialist, participant) -> None:
    client, answers = sign_in(specialist), intake(specialist, participant)
    client.post(reverse("add_participant"), answers)
    page = client.post(reverse("add_participant"), {**answers, "name_used": "Otto"})

    otto = Participant.objects.get(name_used="Otto")
    assert page.url == reverse("participant", args=[otto.pk])
    assert FollowUp.objects.filter(participant=otto).count() == 1


def test_numbers_are_read_and_nothing_is_allowed_until_ticked(sign_in, specialist, participant) -> None:
    numbers = {"phones-0-number": "(617) 555-0142", "phones-1-number": "+44 20 7946 0958", "phones-1-may_call": "on"}
    sign_in(specialist).post(reverse("add_participant"), intake(specialist, participant, vision="A dog.", **numbers))

    own, abroad = PhoneNumber.objects.order_by("position")
    assert (own.number, own.may_call, own.may_text, own.message) == ("+16175550142", False, False, "none")
    assert (abroad.number, abroad.may_call) == ("+442079460958", True)
    assert Quotation.objects.get().text == "A dog."


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name_used": "  "}, "What do they like to be called"),
        ({"phones-0-number": "call the desk"}, "cannot read this as a phone number"),
        ({"phones-0-number": "123"}, "too few or too many digits"),
        ({"phones-0-number": "555-0142"}, "needs its area code"),
        ({"phones-0-number": "617 555 0142 ext. 7"}, "write the extension beside it"),
        ({"phones-0-number": "6175550142", "phones-0-message": "may_say"}, "What may a message say"),
        ({"phones-0-may_call": "on"}, "Which number is this for"),
        ({"phones-0-message": "name_only"}, "Which number is this for"),
        ({"phones-0-number": "6175550142", "phones-1-number": "617 555 0142"}, "stands there twice"),
        ({"next_choice": "date", "next_date": ""}, "Which day"),
        ({"walks_with": "0"}, "valid choice"),
    ],
)
def test_bad_input_is_said_plainly_and_kept(sign_in, specialist, participant, fields: dict, where: str) -> None:
    answers = intake(specialist, participant, legal_name="Kept Name", **fields)
    text = sign_in(specialist).post(reverse("add_participant"), answers).content.decode()
    assert where in text
    assert "Kept Name" in text
    assert Participant.objects.count() == 1


def test_likely_duplicates_are_shown_first(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    answers = intake(specialist, participant, name_used="Mayá")
    page_with_question = client.post(reverse("add_participant"), answers)
    assert page_with_question.context["alike"] == [participant]
    assert Participant.objects.count() == 1

    client.post(reverse("add_participant"), {**answers, "is_somebody_else": "on"})
    assert Participant.objects.count() == 2


def test_a_specialist_may_leave_somebody_waiting(sign_in, specialist, participant, supervisor) -> None:
    page = sign_in(specialist).post(
        reverse("add_participant"), intake(specialist, participant, walks_with="nobody"), follow=True
    )
    assert "waiting for a peer" in page.content.decode()
    waiting = sign_in(supervisor).get(reverse("waiting"))
    assert [row.name_used for row in waiting.context["rows"]] == ["Wren"]
