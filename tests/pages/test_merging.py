"""Finding the other record, looking at both, putting them together, and what remains of the one not kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from caseload.models import Merge, Participant
from followups.actions import merging
from tests import factories
from tests.pages.test_today import count_queries

NOON = factories.NOON


@pytest.fixture
def twin(team, colleague) -> Participant:
    """The same person once more, walking with a colleague; more than a month with us, as is the other one."""
    person = factories.ParticipantFactory(team=team, name_used="مايا 🌻", legal_name="Đặng Thị Maya")
    factories.AssignmentFactory(participant=person, specialist=colleague)
    return person


@pytest.fixture
def together(participant, twin, supervisor) -> Merge:
    return merging.merge(kept=participant, merged=twin, by=supervisor, at=timezone.now())


def address(name: str, row) -> str:
    return reverse(name, args=[row.pk])


def text_of(client, *where) -> str:
    page = client.get(address(*where))
    assert page.status_code == 200
    return page.content.decode()


def test_from_the_record_to_the_other_one_and_back_again(sign_in, supervisor, participant, twin) -> None:
    client = sign_in(supervisor)
    factories.WinFactory(participant=twin, text="Nấu ăn cho cả nhà 🍲")
    assert address("merge_records", participant) in text_of(client, "participant", participant)
    assert "مايا 🌻" in text_of(client, "merge_records", participant)  # much like the name, by the legal one

    preview = client.get(address("merge_records", participant) + f"?other={twin.pk}").content.decode()
    assert "Đặng Thị Maya" in preview
    assert "Wins" in preview
    assert "A closer rhythm comes along" in preview
    kept = client.post(address("merge_records", participant), {"other": twin.pk}, follow=True)
    text = kept.content.decode()
    assert kept.redirect_chain[-1][0] == address("participant", participant)
    assert "Nấu ăn cho cả nhà 🍲" in text
    assert "Two records were put together" in text

    merge = Merge.objects.get()
    assert address("merge", merge) in text
    assert "Đặng Thị Maya" in text_of(client, "merge", merge)
    undone = client.post(address("merge", merge), follow=True).content.decode()
    assert "These are two records again" in undone
    assert "Nấu ăn cho cả nhà 🍲" not in undone
    assert "Nấu ăn cho cả nhà 🍲" in text_of(client, "participant", twin)


def test_the_record_put_away_leads_to_the_one_that_is_kept(
    sign_in, specialist, colleague, supervisor, other_supervisor, administrator, participant, twin, together
) -> None:
    pages = ("participant", "edit_participant", "add_win", "goals", "whole_copy", "trust_of", "log_session")
    asked = "?from=today&again=%D9%85%D8%A7%D9%8A%D8%A7"
    for name in pages:
        here = address(name, twin) + asked
        for user in (supervisor, specialist):
            answer = sign_in(user).get(here, follow=True)
            path, status = answer.redirect_chain[-1]
            assert (path, status) == (address(name, participant) + asked, 302)
            assert answer.status_code == 200, name
        for user, status in ((colleague, 404), (other_supervisor, 404), (administrator, 403)):
            assert sign_in(user).get(here).status_code == status


def test_nothing_is_written_by_way_of_the_record_put_away(sign_in, specialist, participant, twin, together) -> None:
    client = sign_in(specialist)
    answer = client.post(address("add_win", twin), {"text": "Nấu ăn cho cả nhà, ba lần"})
    assert answer.status_code == 404
    assert "Nấu ăn cho cả nhà, ba lần" in answer.content.decode()
    assert not participant.wins.exists()


def test_taken_apart_its_pages_are_its_own_again(sign_in, supervisor, twin, together) -> None:
    merging.undo(merge=together, by=supervisor, at=timezone.now())
    assert sign_in(supervisor).get(address("goals", twin)).context["participant"] == twin


@pytest.mark.parametrize("where", ["?q=Maya", "?q=مايا", "?show=ended", ""])
def test_it_is_in_no_list_and_no_search(sign_in, supervisor, twin, together, where: str) -> None:
    rows = sign_in(supervisor).get(reverse("participants") + where).context["rows"]
    assert twin not in rows


def test_only_supervisors_are_told(sign_in, specialist, supervisor, participant, twin, together) -> None:
    for word in ("What moved, what stayed", "The same person twice?"):
        assert word in text_of(sign_in(supervisor), "participant", participant)
        assert word not in text_of(sign_in(specialist), "participant", participant)
    assert "Two records were put together" in text_of(sign_in(specialist), "participant", participant)


def test_what_could_not_move_is_read_there_and_in_the_copy(sign_in, supervisor, specialist, participant, twin) -> None:
    for person in (participant, twin):
        goal = factories.GoalFactory(participant=person, wording="Một căn nhà 🏠")
        factories.GoalStepFactory(goal=goal, text="Gọi cho chủ nhà")
    factories.GoalStepFactory(goal=goal, text="Để dành tiền")
    client = sign_in(supervisor)
    preview = client.get(address("merge_records", participant) + f"?other={twin.pk}")
    assert preview.context["preview"].stays == 1
    merge = merging.merge(kept=participant, merged=twin, by=supervisor, at=timezone.now())
    page = text_of(client, "merge", merge)
    assert "Gọi cho chủ nhà" in page
    assert "Steps of goals that both had: 1" in page
    assert "Để dành tiền" not in page
    copied = text_of(sign_in(specialist), "whole_copy", participant)
    assert copied.count("Một căn nhà 🏠") == 5  # twice a goal, for each step what it belongs to
    assert "Đặng Thị Maya" in copied


def test_a_double_click_puts_together_once(sign_in, supervisor, participant, twin) -> None:
    client = sign_in(supervisor)
    for _twice in range(2):
        page = client.post(address("merge_records", participant), {"other": twin.pk}, follow=True)
        assert "Put together." in page.content.decode()
    merge = Merge.objects.get()
    for _twice in range(2):
        assert client.post(address("merge", merge)).url == address("participant", participant)
    for person in (participant, twin):
        assert "undone" in text_of(client, "merge_records", person)
    undone = text_of(client, "merge", merge)
    assert "Undone on" in undone
    assert "Undo: two records again" not in undone
    assert "What stayed" not in undone


def test_the_one_who_is_with_us_is_kept(sign_in, supervisor, participant, twin) -> None:
    factories.end_services(twin)
    client, wrong = sign_in(supervisor), address("merge_records", twin) + f"?other={participant.pk}"
    page = client.get(wrong).content.decode()
    assert "Keep the one with us" in page
    assert address("merge_records", participant) + f"?other={twin.pk}" in page
    assert "put together</button>" not in page
    assert "Keep the one with us" in client.post(wrong, {"other": participant.pk}, follow=True).content.decode()
    assert not Merge.objects.exists()


@pytest.mark.parametrize("other", ["nonsense", "a\0b", "themselves", "foreign"])
def test_somebody_who_cannot_be_chosen(sign_in, supervisor, participant, other_team, other: str) -> None:
    found = {"themselves": participant.pk, "foreign": factories.ParticipantFactory(team=other_team).pk}
    client, where = sign_in(supervisor), address("merge_records", participant)
    assert client.get(where, {"other": found.get(other, other)}).status_code == 404
    assert client.post(where, {"other": found.get(other, other)}).status_code == 404
    assert client.get(where + "?q=%00").status_code == 200


def test_after_a_month_it_can_no_longer_be_undone(sign_in, supervisor, together, time_machine) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=31))
    client = sign_in(supervisor)
    assert "too long ago" in text_of(client, "merge", together)
    assert "can no longer be undone" in client.post(address("merge", together), follow=True).content.decode()
    assert Merge.objects.standing().exists()


def test_a_complaint_for_the_supervisor_is_not_counted_for_a_peer_who_stands_in(
    sign_in, supervisor, specialist, participant, twin
) -> None:
    factories.ComplaintFactory(participant=participant, for_supervisor=True)
    factories.MembershipFactory(user=specialist, team=participant.team, role="supervisor")
    where = address("merge_records", participant) + f"?other={twin.pk}"
    assert "Complaints" in sign_in(supervisor).get(where).content.decode()
    assert "Complaints" not in sign_in(specialist).get(where).content.decode()


def test_somebody_new_may_be_here_twice(sign_in, supervisor, specialist, participant, team, time_machine) -> None:
    """A specialist does not learn of others at intake; the supervisor does afterwards."""
    time_machine.move_to(NOON + timedelta(days=29))
    words = "Perhaps this person is here twice."
    assert words not in text_of(sign_in(supervisor), "participant", participant)
    old = factories.ParticipantFactory(team=team, name_used="Maya Nguyễn", is_active=False)
    assert words in text_of(sign_in(supervisor), "participant", participant)
    assert words not in text_of(sign_in(specialist), "participant", participant)
    time_machine.move_to(NOON + timedelta(days=31))
    assert words not in text_of(sign_in(supervisor), "participant", participant)
    assert "Maya Nguyễn" in text_of(sign_in(supervisor), "merge_records", participant)
    time_machine.move_to(NOON + timedelta(days=29))
    Participant.objects.filter(pk=old.pk).update(name_used="مايا")
    assert words not in text_of(sign_in(supervisor), "participant", participant)
    factories.PhoneNumberFactory(participant=old, number="+16175550100")
    assert words not in text_of(sign_in(supervisor), "participant", participant)
    factories.PhoneNumberFactory(participant=participant, number="+16175550199")
    assert words not in text_of(sign_in(supervisor), "participant", participant)
    factories.PhoneNumberFactory(participant=participant, number="+16175550100")
    assert words in text_of(sign_in(supervisor), "participant", participant)


def test_few_statements_whatever_there_is(sign_in, supervisor, participant, twin, colleague, team) -> None:
    client = sign_in(supervisor)
    pages = [address("merge_records", participant), address("merge_records", participant) + f"?other={twin.pk}"]
    few = [count_queries(client, page) for page in pages]
    for number in range(12):
        factories.SessionFactory(participant=twin, specialist=colleague)
        factories.PhoneNumberFactory(participant=twin)
        factories.ParticipantFactory(team=team, name_used=f"Maya {number}")
    assert [count_queries(client, page) for page in pages] == few
    third = factories.ParticipantFactory(team=team)
    for other in (twin, third):
        merge = merging.merge(kept=participant, merged=other, by=supervisor, at=timezone.now())
    pages += [address("merge", merge), address("participant", participant)]
    asked = [count_queries(client, page) for page in pages]
    assert max(asked) <= 12, asked
