from datetime import timedelta

from django.urls import reverse

from caseload.models import Assignment
from tests import factories


def test_a_supervisor_who_comes_second_is_told_plainly(sign_in, supervisor, specialist, colleague, team) -> None:
    person = factories.ParticipantFactory(team=team, name_used="Wren")
    client, address = sign_in(supervisor), reverse("assign", args=[person.pk]) + "?from=waiting"
    client.post(address, {"specialist": colleague.pk, "instead_of": ""}, follow=True)
    page = client.post(address, {"specialist": specialist.pk, "instead_of": ""}, follow=True)

    assert "Meanwhile Kim walks with Wren. Nothing was changed." in page.content.decode()
    assert Assignment.objects.current().get(participant=person).specialist == colleague


def test_passing_on_from_the_record_carries_who_walks_with_them_now(
    sign_in, supervisor, specialist, colleague, participant
) -> None:
    client, address = sign_in(supervisor), reverse("assign", args=[participant.pk])
    assert f'name="instead_of" value="{specialist.pk}"' in client.get(address).content.decode()
    page = client.post(address, {"specialist": colleague.pk, "instead_of": specialist.pk})

    assert page.url == reverse("participant", args=[participant.pk])
    assert Assignment.objects.current().get(participant=participant).specialist == colleague


def test_a_colleague_who_left_meanwhile_is_not_given_anybody(sign_in, supervisor, colleague, team) -> None:
    person = factories.ParticipantFactory(team=team)
    colleague.memberships.all().delete()
    page = sign_in(supervisor).post(reverse("assign", args=[person.pk]), {"specialist": colleague.pk})

    assert "cannot be chosen any more" in page.content.decode()
    assert not Assignment.objects.filter(participant=person).exists()


def test_two_clicks_give_a_waiting_person_a_peer(sign_in, supervisor, colleague, team) -> None:
    person = factories.ParticipantFactory(team=team)
    followup = factories.FollowUpFactory(participant=person)
    address = reverse("assign", args=[person.pk]) + "?from=waiting"
    page = sign_in(supervisor).post(address, {"specialist": colleague.pk}, follow=True)
    followup.refresh_from_db()
    assert page.context["rows"] == []
    assert followup.owner == colleague


def test_a_crafted_choice_is_not_taken(sign_in, supervisor, other_supervisor, participant) -> None:
    address = reverse("assign", args=[participant.pk])
    page = sign_in(supervisor).post(address, {"specialist": other_supervisor.pk})
    assert page.status_code == 200
    assert "specialist" in page.context["form"].errors


def test_pages_follow_each_other_longest_first_without_loss(sign_in, supervisor, team) -> None:
    people = [
        factories.ParticipantFactory(team=team, created_at=factories.NOON - timedelta(days=number // 2))
        for number in range(70)
    ]
    client, seen, address = sign_in(supervisor), [], reverse("waiting")
    while address:
        page = client.get(address)
        seen += page.context["rows"]
        address = page.context["next"] and reverse("waiting") + page.context["next"]
    assert len(seen) == 70
    assert set(seen) == set(people)
    assert [row.waiting_since for row in seen] == sorted(row.waiting_since for row in seen)
