import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.models import WordHint


def given_by(page) -> dict[str, object]:
    listed = page.context["listed"]
    shown: dict[str, object] = {}
    for form in (listed.management_form, *listed):
        shown |= {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in shown.items() if value is not False}


def test_administrators_reword_retire_and_add(sign_in, administrator, specialist) -> None:
    client = sign_in(administrator)
    given = given_by(client.get(reverse("word_hints")))
    first = WordHint.objects.order_by("code").first()
    given |= {"hints-0-prefer": "somebody else", "new-avoid": "junkie", "new-prefer": "person who uses drugs"}
    given.pop("hints-1-is_active")
    assert client.post(reverse("word_hints"), given).status_code == 302
    told = {one["avoid"]: one["prefer"] for one in sign_in(specialist).get(reverse("word_list")).json()["hints"]}
    assert told[first.avoid] == "somebody else"
    assert told["junkie"] == "person who uses drugs"
    assert len(told) == WordHint.objects.count() - 1


@pytest.mark.parametrize(
    "new", [{"new-avoid": "junkie"}, {"new-prefer": "x"}, {"new-avoid": "addict", "new-prefer": "x"}]
)
def test_half_a_word_or_one_that_is_there_is_said(sign_in, administrator, new) -> None:
    client, number = sign_in(administrator), WordHint.objects.count()
    page = client.post(reverse("word_hints"), {**given_by(client.get(reverse("word_hints"))), **new})
    assert page.context["new"].errors
    assert WordHint.objects.count() == number


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"avoid": ""}, {"prefer": ""}])
def test_the_database_wants_both(fields) -> None:
    with pytest.raises(IntegrityError, match="wordhint_says_both"), transaction.atomic():
        WordHint.objects.filter(pk="addict").update(**fields)
