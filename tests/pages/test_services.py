"""The directory, as it is read and kept, and the list of what is done together."""

import pytest
from django.urls import reverse

from caseload.models import Activity, Service
from caseload.models.strands import dialled
from tests import factories

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def place(db) -> Service:
    return factories.ServiceFactory(name="Legal aid", phone="(617) 555-0100 ext. 4", hours="Mon to Fri")


def directory(sign_in, user) -> str:
    return sign_in(user).get(reverse("services")).content.decode()


def test_who_may_not_keep_it_is_offered_no_way_to(sign_in, specialist, place) -> None:
    text = directory(sign_in, specialist)
    assert "Legal aid" in text
    assert reverse("add_service") not in text
    assert reverse("service", args=[place.pk]) not in text
    assert 'href="tel:6175550100"' in text


def test_supervisors_find_it_and_its_forms(sign_in, supervisor, place) -> None:
    assert reverse("services") in sign_in(supervisor).get(reverse("participants")).content.decode()
    text = directory(sign_in, supervisor)
    assert reverse("add_service") in text
    assert reverse("service", args=[place.pk]) in text


@pytest.mark.parametrize(
    ("written", "dials"),
    [
        ("617 555 0100", "6175550100"),
        ("+1 (617) 555-0100", "+16175550100"),
        ("617.555.0100 ext. 12", "6175550100"),
        ("ask at the desk", ""),
        ("", ""),
        ("12", ""),
        ("1" * 40, ""),
    ],
)
def test_what_a_telephone_dials(written: str, dials: str) -> None:
    assert dialled(written) == dials


def test_number_and_hours_stand_beside_the_names_to_choose_from(sign_in, specialist, participant, place) -> None:
    text = sign_in(specialist).get(reverse("refer", args=[participant.pk])).content.decode()
    assert "Legal aid · (617) 555-0100 ext. 4 · Mon to Fri" in text


def add(client, label: str, strand: str = "skills"):
    listed = client.get(reverse("activities")).context["listed"]
    given: dict[str, object] = {"new-label": label, "new-strand": strand, "new-position": "5"}
    for form in (listed.management_form, *listed):
        given |= {form.add_prefix(name): form[name].value() for name in form.fields if form[name].value() is not False}
    return client.post(reverse("activities"), given)


def test_words_of_any_script_find_a_code(sign_in, administrator) -> None:
    client = sign_in(administrator)
    words = ["ركوب الحافلة", "🚌", "Đi xe buýt", "Đi xẻ buýt", "Bus training", "Bus - training", "x" * 80, "X" * 79]
    for label in words:
        assert add(client, label).status_code == 302, label
    codes = dict(Activity.objects.filter(label__in=words).values_list("label", "code"))
    assert len(set(codes.values())) == len(words)
    assert (codes["Bus training"], codes["Bus - training"]) == ("bus-training", "bus-training-2")
    assert (codes["ركوب الحافلة"], codes["🚌"]) == ("activity", "activity-2")


def test_the_same_words_are_one_of_their_strand(sign_in, administrator) -> None:
    client = sign_in(administrator)
    assert add(client, "Bus training").status_code == 302
    assert add(client, "bus training").context["new"].errors
    assert add(client, "Bus training", strand="community").status_code == 302


def test_the_list_is_in_order(sign_in, administrator) -> None:
    listed = sign_in(administrator).get(reverse("activities")).context["listed"]
    order = [(form.instance.strand, form.instance.position) for form in listed]
    assert order == sorted(order)


def test_one_out_of_use_is_offered_no_more_and_stays_readable(sign_in, specialist, participant) -> None:
    row = Activity.objects.filter(strand="skills").first()
    factories.SessionFactory(participant=participant).activities.add(row)
    client, address = sign_in(specialist), reverse("log_session", args=[participant.pk])
    assert row.label in client.get(address).content.decode()
    Activity.objects.filter(pk=row.pk).update(is_active=False)
    assert row.label not in client.get(address).content.decode()
    assert row.label in client.get(reverse("participant", args=[participant.pk])).content.decode()


@pytest.mark.parametrize(("search", "found"), [("hy vong", True), ("LEGAL", True), ("zzz", False)])
def test_a_place_is_found_without_its_accents_and_what_is_not_there_is_said(
    sign_in, specialist, place, search: str, found: bool
) -> None:
    factories.ServiceFactory(name="Nhà Hy Vọng", what_for="legal papers")
    text = sign_in(specialist).get(reverse("services"), {"q": search}).content.decode()
    assert ("Nhà Hy Vọng" in text) is found
    assert ("Nothing found" in text) is not found
    assert "No place here yet" not in text
