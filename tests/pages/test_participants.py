from django.urls import reverse

from followups.actions import merging
from tests import factories


def test_only_supervisors_look_through_those_whose_services_ended(sign_in, specialist, supervisor, participant) -> None:
    gone = factories.ParticipantFactory(team=participant.team, is_active=False)
    address = reverse("participants") + "?show=ended"
    assert sign_in(supervisor).get(address).context["rows"] == [gone]
    page = sign_in(specialist).get(address)
    assert page.context["rows"] == [participant]
    assert "Services ended" not in page.content.decode()


def test_a_search_that_finds_nobody_offers_to_take_somebody_in(sign_in, specialist, participant) -> None:
    text = sign_in(specialist).get(reverse("participants") + "?q=xyzzy").content.decode()
    assert text.count(f'href="{reverse("add_participant")}"') == 2


def test_the_list_goes_on_by_name(sign_in, supervisor, team) -> None:
    for number in range(120):
        factories.ParticipantFactory(team=team, name_used=f"Person {number % 7}")
    client, seen, query = sign_in(supervisor), [], "?"
    while query:
        page = client.get(reverse("participants") + query)
        seen += [row.pk for row in page.context["rows"]]
        query = page.context["next"]
    assert len(seen) == len(set(seen)) == 120


def test_whoever_was_put_into_another_record_is_found_by_the_name_there(
    sign_in, specialist, supervisor, colleague, participant
) -> None:
    twin = factories.ParticipantFactory(team=participant.team, name_used="Trần Thị Hoa 🌻")
    merging.merge(kept=participant, merged=twin, by=supervisor, at=factories.NOON)
    for user, rows in ((specialist, [participant]), (supervisor, [participant]), (colleague, [])):
        page = sign_in(user).get(reverse("participants"), {"q": "tran thi"})
        assert page.context["rows"] == rows, user
        assert ("by another name" in page.content.decode()) == bool(rows)
    by_both = sign_in(specialist).get(reverse("participants"), {"q": participant.name_used})
    assert by_both.context["rows"] == [participant]
    assert "by another name" not in by_both.content.decode()
