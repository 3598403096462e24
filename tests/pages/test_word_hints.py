import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseload.actions import notes
from caseload.models import WordHint
from tests import factories
from tests.several import at_one_moment

# Words to avoid and what to say instead, as the field's glossaries have them (see WordHint).
TABLE = {
    "addict": ["person with a substance use disorder"],
    "abuser": ["person with a substance use disorder"],
    "alcoholic": ["person with alcohol use disorder"],
    "abuse": ["use (of drugs)", "misuse (of medicine)"],
    "clean": ["in recovery", "not using", "tested negative"],
    "dirty": ["tested positive"],
    "former addict": ["person in recovery"],
    "drug habit": ["substance use disorder"],
    "denial": ["ambivalence"],
    "compliant with": ["consistent with", "working towards"],
    "relapse": ["recurrence", "return to use"],
    "drug of choice": ["drug of use"],
    "self-help group": ["mutual aid group"],
    "clients": ["people we serve", "participants"],
    "consumers": ["people we serve", "participants"],
    "opioid replacement": ["medication treatment"],
}
ALSO = ("addicts", "abusers", "alcoholics", "client", "consumer", "former addicts", "relapsed", "non-compliant")


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
    "new",
    [
        {"new-avoid": "junkie"},
        {"new-prefer": "x"},
        {"new-avoid": "Addict", "new-prefer": "x"},
        {"new-avoid": "\u200b", "new-prefer": "x"},
    ],
)
def test_half_a_word_or_one_that_is_there_is_said(sign_in, administrator, new) -> None:
    client, number = sign_in(administrator), WordHint.objects.count()
    page = client.post(reverse("word_hints"), {**given_by(client.get(reverse("word_hints"))), **new})
    assert page.context["new"].errors
    assert WordHint.objects.count() == number


def test_two_made_the_same_at_once_are_said_beside_the_second(sign_in, administrator) -> None:
    client, before = sign_in(administrator), set(WordHint.objects.values_list("avoid", flat=True))
    given = given_by(client.get(reverse("word_hints")))
    both = {"hints-0-avoid": "junkie", "hints-1-avoid": "Junkie"}
    page = client.post(reverse("word_hints"), {**given, **both})
    assert [form.errors.get("avoid") for form in page.context["listed"]][:2] == [
        None,
        ["This word is in the list already."],
    ]
    new = {"hints-0-avoid": "junkie", "new-avoid": "JUNKIE", "new-prefer": "x"}
    page = client.post(reverse("word_hints"), {**given, **new})
    assert page.context["new"].errors == {"avoid": ["This word is in the list already."]}
    assert set(WordHint.objects.values_list("avoid", flat=True)) == before


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        # Small letters as the database has them, not as Python does.
        ({"hints-0-avoid": "\u0130x", "hints-1-avoid": "ix"}, 1),
        ({"hints-0-avoid": "junkie"} | {"new-avoid": "jun\u200bkie\u00a0", "new-prefer": "x"}, "new"),
        ({"hints-0-avoid": "two\u00a0 words"} | {"new-avoid": "Two\twords", "new-prefer": "x"}, "new"),
    ],
)
def test_two_that_are_one_to_the_database_are_said_with_all_that_was_typed(sign_in, administrator, sent, where) -> None:
    client, before = sign_in(administrator), list(WordHint.objects.order_by("pk").values_list("avoid", "prefer"))
    given = given_by(client.get(reverse("word_hints"))) | {"hints-2-prefer": "something else"} | sent
    page = client.post(reverse("word_hints"), given)
    listed, new = page.context["listed"], page.context["new"]
    assert (new if where == "new" else listed[where]).errors == {"avoid": ["This word is in the list already."]}
    assert sum(bool(form.errors) for form in (*listed, new)) == 1
    assert listed[2]["prefer"].value() == "something else"
    assert list(WordHint.objects.order_by("pk").values_list("avoid", "prefer")) == before


def test_two_words_change_places_and_an_old_spelling_is_added_anew(sign_in, administrator) -> None:
    client = sign_in(administrator)
    given = given_by(client.get(reverse("word_hints")))
    first, second, third = (given[f"hints-{number}-avoid"] for number in range(3))
    sent = {"hints-0-avoid": second, "hints-1-avoid": first, "hints-2-avoid": "junkie"}
    assert (
        client.post(reverse("word_hints"), {**given, **sent, "new-avoid": third, "new-prefer": "x"}).status_code == 302
    )
    codes = [given[f"hints-{number}-code"] for number in range(3)]
    assert [WordHint.objects.get(pk=code).avoid for code in codes] == [second, first, "junkie"]
    assert WordHint.objects.get(avoid=third).prefer == "x"


@pytest.mark.django_db(transaction=True)
def test_a_word_that_is_sent_several_times_at_one_moment_is_there_once(sign_in, administrator) -> None:
    clients = [sign_in(administrator) for _each in range(4)]
    given = given_by(clients[0].get(reverse("word_hints")))
    # Each has reworded another one too, so that they could wait for each other.
    sent = [{**given, "new-avoid": "junkie", "new-prefer": "x", f"hints-{n}-avoid": f"word {n}"} for n in range(4)]
    pages = at_one_moment(
        [lambda c=c, s=s: c.post(reverse("word_hints"), s) for c, s in zip(clients, sent, strict=True)]
    )
    assert sorted(page.status_code for page in pages) == [200, 200, 200, 302]
    told = [page.context["new"].errors for page in pages if page.status_code == 200]
    assert told == [{"avoid": ["This word is in the list already."]}] * 3
    assert WordHint.objects.filter(avoid="junkie").count() == 1


@pytest.mark.django_db
def test_the_database_has_a_word_once() -> None:
    with pytest.raises(IntegrityError, match="wordhint_avoid_once"), transaction.atomic():
        WordHint.objects.create(code="again", avoid="ADDICT", prefer="somebody")


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"avoid": ""}, {"prefer": ""}])
def test_the_database_wants_both(fields) -> None:
    with pytest.raises(IntegrityError, match="wordhint_says_both"), transaction.atomic():
        WordHint.objects.filter(pk="addict").update(**fields)


@pytest.mark.parametrize("avoid", [*TABLE, *ALSO])
def test_the_list_begins_with_the_words_of_the_field(sign_in, specialist, avoid: str) -> None:
    told = {one["avoid"]: one["prefer"] for one in sign_in(specialist).get(reverse("word_list")).json()["hints"]}
    assert [words for words in TABLE.get(avoid, []) if words not in told[avoid]] == []


@pytest.fixture
def ids(participant, specialist, team) -> dict[str, object]:
    """What the pages with staff fields are about."""
    unsigned, signed = (factories.SessionFactory(participant=participant, specialist=specialist) for _each in range(2))
    notes.sign(session=signed, by=specialist, at=factories.NOON)
    series = factories.GroupSeriesFactory(team=team, facilitators=[specialist])
    place = factories.RosterPlaceFactory(series=series, participant=participant)
    owed = {"specialist": factories.UserFactory(), "note_due_on": factories.DAY}
    return {
        "participant": participant.pk,
        "unsigned": unsigned.pk,
        "signed": signed.pk,
        "series": series.pk,
        "comment": place.participant_id,
        "meeting": factories.GroupMeetingFactory(team=team, series=series, facilitators=[specialist]).pk,
        "owed": factories.SessionFactory(participant=participant, **owed).pk,
        "followup": factories.FollowUpFactory(participant=participant, owner=specialist).pk,
        "promise": factories.FollowUpFactory(participant=participant, owner=specialist, purpose="promise").pk,
        "wish": factories.PeerRequestFactory(participant=participant).pk,
        "goal": factories.GoalFactory(participant=participant).pk,
    }


def hinted_fields(page) -> set[str]:
    """The names of the fields that suggest other words."""
    tags = re.findall(r"<(?:input|textarea)\b[^>]*>", page.content.decode())
    return {re.search(r'name="([^"]+)"', tag)[1] for tag in tags if "data-hints=" in tag}


OURS = {
    ("log_session", "participant"): {"note", "what", "none_reason"},
    ("next_step", "participant"): {"what"},
    ("rewrite_note", "unsigned"): {"note"},
    ("add_to_note", "signed"): {"text", "reason"},
    ("meet", "series"): {"description", "none_reason", "over_size_reason", "comment-{}", "because-{}"},
    ("edit_meeting", "meeting"): {"description", "over_size_reason"},
    ("add_to_meeting", "meeting"): {"comment", "none_reason"},
    ("leave_unsigned", "owed"): {"reason"},
    ("reschedule", "followup"): {"reason"},
    ("not_needed", "followup"): {"reason"},
    ("promise_not_kept", "promise"): {"words"},
    ("refer", "participant"): {"why"},
    ("trust_of", "participant"): {"agreed"},
    ("answer_request", "wish"): {"words"},
    ("review_record", "participant"): {"words"},
}


@pytest.mark.parametrize(("name", "about"), OURS, ids=str)
def test_fields_of_our_own_words_suggest_others(sign_in, specialist, supervisor, ids, name: str, about: str) -> None:
    user = supervisor if name in {"answer_request", "review_record", "leave_unsigned"} else specialist
    page = sign_in(user).get(reverse(name, args=[ids[about]]))
    assert hinted_fields(page) == {field.format(ids["comment"]) for field in OURS[name, about]}
    assert "js/hints" in page.content.decode()


THEIRS = [
    *((name, "participant") for name in ("add_words", "add_win", "goals", "expectations", "setback", "complaint")),
    *((name, "participant") for name in ("another_peer", "milestones")),
    ("goal", "goal"),
    ("goal_progress", "goal"),
    ("agree_with_note", "signed"),
]


@pytest.mark.parametrize(("name", "about"), [*THEIRS, ("not_happy", ""), ("add_participant", "")])
def test_fields_of_their_words_suggest_nothing(sign_in, specialist, ids, name: str, about: str) -> None:
    page = sign_in(specialist).get(reverse(name, args=[ids[about]] if about else []))
    assert page.status_code == 200
    assert "data-hints" not in page.content.decode()
