import pytest
from django.urls import reverse

from followups.models import Outcome
from tests import factories

NEW = {
    "label": "Left word with a friend",
    "effect": "try_again",
    "again_in_days": "3",
    "counts_as_presence": "on",
    "channel": "",
    "position": "50",
    "is_active": "on",
    "is_quick": "on",
}


def test_a_new_outcome_can_be_used_at_once(sign_in, administrator, specialist, participant, time_machine) -> None:
    time_machine.move_to(factories.NOON)
    assert sign_in(administrator).post(reverse("add_outcome"), NEW).status_code == 302
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    client = sign_in(specialist)
    assert "Left word with a friend" in client.get(reverse("today")).content.decode()
    card = client.get(reverse("today")).context["sections"]["today"][0]
    given = {"outcome": "left_word_with_a_friend", "form_token": card.form_token}
    client.post(reverse("record_attempt", args=[row.pk]), given)
    row.refresh_from_db()
    assert (row.attempts, row.due_on.isoformat()) == (1, "2026-05-11")  # three working days on


def test_words_days_and_place_change_but_never_what_it_did(sign_in, administrator) -> None:
    address = reverse("outcome", args=["no_answer"])
    before = Outcome.objects.get(pk="no_answer")
    changed = {**NEW, "label": "Nobody picked up", "again_in_days": "4", "effect": "stops", "reached": "on"}
    sign_in(administrator).post(address, changed)
    after = Outcome.objects.get(pk="no_answer")
    assert (after.label, after.again_in_days) == ("Nobody picked up", 4)
    assert (after.effect, after.reached, after.counts_as_presence) == (
        before.effect,
        before.reached,
        before.counts_as_presence,
    )


def test_one_out_of_use_is_not_offered_and_stays_readable(sign_in, administrator, specialist, participant) -> None:
    factories.ContactAttemptFactory(participant=participant)
    factories.FollowUpFactory(participant=participant, owner=specialist)
    label = Outcome.objects.get(pk="no_answer").label
    sign_in(administrator).post(reverse("outcome", args=["no_answer"]), {**NEW, "label": label, "is_active": ""})
    client = sign_in(specialist)
    assert label not in client.get(reverse("today")).content.decode()
    assert label in client.get(reverse("participant", args=[participant.pk])).content.decode()


def test_one_that_closes_has_reached_them(sign_in, administrator) -> None:
    given = {**NEW, "effect": "completes", "again_in_days": "", "reached": "on"}
    assert sign_in(administrator).post(reverse("add_outcome"), given).status_code == 302


def test_what_was_recorded_keeps_the_words_of_its_time(
    sign_in, administrator, specialist, participant, time_machine
) -> None:
    time_machine.move_to(factories.NOON)
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    client = sign_in(specialist)
    client.post(reverse("record_attempt", args=[row.pk]), {"outcome": "no_answer", "form_token": factories.new_id()})
    sign_in(administrator).post(reverse("outcome", args=["no_answer"]), {**NEW, "label": "Nobody picked up"})
    for name in ("participant", "whole_copy", "whole_copy_json"):
        text = client.get(reverse(name, args=[participant.pk])).content.decode()
        assert "No answer" in text
        assert "Nobody picked up" not in text
    assert "Nobody picked up" in client.get(reverse("today") + "?all=1").content.decode()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"label": ""}, "label"),
        ({"label": "No answer"}, "label"),
        ({"effect": "explodes"}, "effect"),
        ({"again_in_days": ""}, "again_in_days"),
        ({"again_in_days": "300"}, "again_in_days"),
        ({"effect": "stops_all"}, "again_in_days"),
        ({"effect": "stops_all", "again_in_days": "0"}, "again_in_days"),
        ({"effect": "completes", "reached": "on"}, "again_in_days"),
        ({"effect": "completes", "again_in_days": ""}, "reached"),
    ],
)
def test_what_cannot_be_is_said(sign_in, administrator, answers, wrong: str) -> None:
    number = Outcome.objects.count()
    page = sign_in(administrator).post(reverse("add_outcome"), {**NEW, **answers})
    assert list(page.context["form"].errors) == [wrong]
    assert Outcome.objects.count() == number


@pytest.mark.parametrize(
    ("label", "code"), [("لا جواب", "outcome"), ("💛", "outcome"), ("New", "new_2"), ("Gọi lại sau", "goi_lai_sau")]
)
def test_words_of_any_script_find_a_code_that_can_be_edited(sign_in, administrator, label: str, code: str) -> None:
    client = sign_in(administrator)
    given = {"label": label, "effect": "try_again", "again_in_days": 1, "channel": "call", "position": 50}
    assert client.post(reverse("add_outcome"), given).status_code == 302
    assert Outcome.objects.get(label=label).pk == code
    assert client.get(reverse("outcome", args=[code])).context["form"].instance.label == label
