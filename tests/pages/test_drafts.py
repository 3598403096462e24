import pytest
from django.urls import reverse

from caseload.models import SessionDraft
from followups.actions import handing_on
from tests import factories
from tests.pages.test_log_session import answers
from tests.pages.test_today import count_queries


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(factories.NOON)


@pytest.fixture
def address(participant) -> str:
    return reverse("log_session", args=[participant.pk])


def test_a_draft_comes_back_on_another_device_and_goes_with_the_saving(sign_in, specialist, address) -> None:
    form = answers(note="We sat on the steps and", strands=["goals", "community"])
    assert sign_in(specialist).post(f"{address}draft/", form).status_code == 204

    page = sign_in(specialist).get(address)
    assert "We sat on the steps and" in page.content.decode()
    assert page.context["form"]["strands"].value() == ["goals", "community"]
    assert str(page.context["form"]["form_token"].value()) == str(form["form_token"])

    sign_in(specialist).post(address, form)
    assert not SessionDraft.objects.exists()
    sign_in(specialist).post(f"{address}draft/", form)
    assert not SessionDraft.objects.exists(), "a late autosave must not bring it back"


def test_the_form_asks_at_most_twelve_times(sign_in, specialist, address, participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, planned_until=factories.DAY)
    factories.FollowUpFactory(participant=participant, plan=plan)
    factories.SessionDraftFactory(participant=participant, author=specialist)
    factories.QuotationFactory(participant=participant)
    participant.team.closed_days.create(on=factories.DAY)
    assert count_queries(sign_in(specialist), address) <= 12


def test_a_draft_keeps_what_was_not_ticked(sign_in, specialist, address, participant) -> None:
    factories.FollowUpFactory(participant=participant)
    client = sign_in(specialist)
    client.post(f"{address}draft/", answers(note="not that one"))
    assert client.get(address).context["form"]["settles"].value() == []


def test_a_draft_is_its_authors(sign_in, specialist, supervisor, address) -> None:
    sign_in(specialist).post(f"{address}draft/", answers(note="private thought"))
    assert "private thought" not in sign_in(supervisor).get(address).content.decode()


def test_a_draft_holds_only_the_forms_fields(sign_in, specialist, address) -> None:
    sign_in(specialist).post(f"{address}draft/", answers(csrfmiddlewaretoken="x", owner="somebody"))
    assert not {"csrfmiddlewaretoken", "owner"} & set(SessionDraft.objects.get().fields)


def test_starting_afresh(sign_in, specialist, address) -> None:
    client = sign_in(specialist)
    client.post(f"{address}draft/", answers(note="old"))
    client.post(f"{address}draft/drop/")
    assert "old" not in client.get(address).context["form"].initial.values()


def test_handed_on_while_typing_the_text_is_given_back(sign_in, specialist, colleague, participant, address) -> None:
    client = sign_in(specialist)
    handing_on.assign(
        participant=participant, specialist=colleague, instead_of=specialist.pk, by=colleague, at=factories.NOON
    )
    page = client.post(address, answers(note="Forty minutes on the porch."))
    assert page.status_code == 404
    assert "Forty minutes on the porch." in page.content.decode()
    assert participant.name_used not in page.content.decode()
