import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.actions import notes
from followups.models import FollowUp
from tests import factories

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def test_services_end_and_the_door_stays_open(sign_in, specialist, supervisor, participant, colleague) -> None:
    factories.FollowUpFactory(participant=participant, owner=specialist)
    factories.CheckInPlanFactory(participant=participant)
    end = {"reason": "moved", "on": "2026-05-06"}
    page = sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)

    assert page.url == reverse("participants")
    assert not FollowUp.objects.standing().exists()
    assert sign_in(specialist).get(reverse("participant", args=[participant.pk])).status_code == 404
    assert sign_in(supervisor).get(reverse("participant", args=[participant.pk])).status_code == 200

    back = {"walks_with": colleague.pk, "next_choice": "3_days"}
    sign_in(supervisor).post(reverse("welcome_back", args=[participant.pk]), back)
    participant.refresh_from_db()
    assert participant.is_active
    assert participant.episodes.count() == 2
    assert FollowUp.objects.standing().get(participant=participant).owner == colleague


def test_the_page_says_who_sees_the_record_afterwards(sign_in, specialist, supervisor, participant) -> None:
    address, warning = reverse("end_services", args=[participant.pk]), "you do not see the record any more"
    assert warning in sign_in(specialist).get(address).content.decode()
    assert warning not in sign_in(supervisor).get(address).content.decode()


def test_a_second_press_ends_or_welcomes_nobody_twice(sign_in, supervisor, participant) -> None:
    client = sign_in(supervisor)
    presses = {
        "end_services": ({"reason": "moved", "on": "2026-05-06"}, "had ended already"),
        "welcome_back": ({"walks_with": "nobody", "next_choice": "tomorrow"}, "with us already"),
    }
    for name, (answers, told) in presses.items():
        address = reverse(name, args=[participant.pk])
        client.post(address, answers)
        assert told in client.post(address, answers, follow=True).content.decode()
    assert participant.episodes.count() == 2


def test_a_second_press_leads_where_the_first_did_also_who_sees_them_no_more(
    sign_in, specialist, colleague, other_supervisor, participant
) -> None:
    end, address = {"reason": "moved", "on": "2026-05-06"}, reverse("end_services", args=[participant.pk])
    client = sign_in(specialist)
    first, second = client.post(address, end), client.post(address, end)
    assert first.url == second.url == reverse("participants")
    page = client.get(second.url)
    assert "Services had ended already" in page.content.decode()
    assert participant.episodes.count() == 1
    # A page that is opened then, and all others, are told nothing.
    assert client.get(address).status_code == 404
    assert {sign_in(who).post(address, end).status_code for who in (colleague, other_supervisor)} == {404}


@pytest.mark.parametrize("on", ["2026-05-07", "2020-01-01"])
def test_services_end_on_a_day_that_can_be(sign_in, specialist, participant, on: str) -> None:
    page = sign_in(specialist).post(reverse("end_services", args=[participant.pk]), {"reason": "moved", "on": on})
    assert "on" in page.context["form"].errors


@pytest.mark.parametrize(("answer", "calls"), [("yes", True), ("no", False), ("not_asked", False), ("", False)])
def test_after_the_end_nobody_is_called_without_a_yes(
    sign_in, specialist, supervisor, participant, answer: str, calls: bool
) -> None:
    factories.PhoneNumberFactory(participant=participant, may_call=True)
    given = {"reason": "moved", "on": "2026-05-06", "may_contact": answer}
    sign_in(specialist).post(reverse("end_services", args=[participant.pk]), given)
    participant.refresh_from_db()
    assert not participant.is_active
    text = sign_in(supervisor).get(reverse("participant", args=[participant.pk])).content.decode()
    assert ("tel:" in text) is calls
    assert participant.episodes.get().may_contact == (answer or "not_asked")


def test_an_answer_nobody_gives_is_refused(participant) -> None:
    with pytest.raises(IntegrityError, match="serviceepisode_may_contact_known"), transaction.atomic():
        participant.episodes.update(may_contact="perhaps")


def test_a_supervisor_keeps_what_they_say_later(sign_in, specialist, supervisor, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, may_call=True)
    end = {"reason": "moved", "on": "2026-05-06", "may_contact": "no"}
    sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)
    client, record = sign_in(supervisor), reverse("participant", args=[participant.pk])
    here = reverse("contact_after", args=[participant.pk])
    assert here in client.get(record).content.decode()
    for answer, calls in (("yes", True), ("perhaps", True), ("no", False), ("not_asked", False)):
        text = client.post(here, {"may_contact": answer}, follow=True).content.decode()
        assert ("tel:" in text) is calls, answer
    assert sign_in(specialist).post(here, {"may_contact": "yes"}).status_code == 403


def test_of_somebody_who_died_nobody_speaks_of_contact(sign_in, specialist, supervisor, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, may_call=True)
    end = {"reason": "died", "on": "2026-05-06"}
    sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)
    text = sign_in(supervisor).get(reverse("participant", args=[participant.pk])).content.decode()
    for word in ("tel:", "after the end", "get in touch", "no contact"):
        assert word not in text


def test_nobody_chooses_that_records_were_put_together(sign_in, specialist, participant) -> None:
    end = {"reason": "same_person", "on": "2026-05-06"}
    page = sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)
    assert "reason" in page.context["form"].errors


def test_coming_back_brings_everything_back_readable(sign_in, specialist, supervisor, participant, colleague) -> None:
    """Whoever walks with them from then on reads what was before, and works on with it."""
    goal = factories.GoalFactory(participant=participant, wording="مفتاحي الخاص 🔑")
    session = factories.SessionFactory(
        participant=participant, specialist=specialist, goal=goal, note="Chúng tôi đã gọi cho chủ nhà."
    )
    notes.sign(session=session, by=specialist, at=NOON)
    factories.QuotationFactory(participant=participant, text="Một căn nhà 🏠")
    factories.WinFactory(participant=participant, text="Cooked for the house 🍲")
    factories.SetbackFactory(participant=participant, words="It was too loud.")
    factories.ComplaintFactory(participant=participant, words="You said Friday.")
    barrier = factories.BarrierFactory(participant=participant, what="No bus on Sundays")
    end = {"reason": "moved", "on": "2026-05-06"}
    sign_in(specialist).post(reverse("end_services", args=[participant.pk]), end)
    back = {"walks_with": colleague.pk, "next_choice": "3_days"}
    sign_in(supervisor).post(reverse("welcome_back", args=[participant.pk]), back)

    client = sign_in(colleague)
    record = client.get(reverse("participant", args=[participant.pk])).content.decode()
    for word in (
        "مفتاحي الخاص 🔑",
        "Chúng tôi đã gọi",
        "Một căn nhà 🏠",
        "Cooked for the house 🍲",
        "It was too loud.",
    ):
        assert word in record, word
    for name, row, word in (
        ("session", session, "Chúng tôi đã gọi cho chủ nhà."),
        ("goals", participant, "مفتاحي الخاص 🔑"),
        ("goal_progress", goal, "مفتاحي الخاص 🔑"),
        ("around", participant, "No bus on Sundays"),
        ("trust_of", participant, "You said Friday."),
        ("whole_copy", participant, "Chúng tôi đã gọi cho chủ nhà."),
    ):
        page = client.get(reverse(name, args=[row.pk]))
        assert page.status_code == 200, name
        assert word in page.content.decode(), name
    assert client.post(reverse("change_barrier", args=[barrier.pk]), {"state": "gone"}).status_code == 302
    assert sign_in(specialist).get(reverse("session", args=[session.pk])).status_code == 404
