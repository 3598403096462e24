import pytest
from django.db import connection

from caseload.models import Participant
from tests import factories

NAMES = (
    "Zoë Lindqvist",
    "Trần Thị Hoa",
    "Nguyễn Văn Đức",
    "محمد علي",
    "Sunny 🌻",
    "José Luis",
    "O’Malley",
    "李娜",
    "Room 3125",
    "García",
    "Stephen K.",
)


@pytest.fixture
def everybody(team) -> None:
    for name in NAMES:
        factories.ParticipantFactory(team=team, name_used=name)
    named = factories.ParticipantFactory(team=team, name_used="Bear", legal_name="Robert Castellano")
    factories.PhoneNumberFactory(participant=named, number="+16175550142")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoe", "Zoë Lindqvist"),
        ("ZOË", "Zoë Lindqvist"),
        ("lindquist", "Zoë Lindqvist"),
        ("tran thi", "Trần Thị Hoa"),
        ("duc", "Nguyễn Văn Đức"),
        ("nguyen van duc", "Nguyễn Văn Đức"),
        ("محمد", "محمد علي"),
        ("jose", "José Luis"),
        ("josé lui", "José Luis"),
        ("robert", "Bear"),
        ("castelano", "Bear"),
        ("555 0142", "Bear"),
        ("(617) 555-0142", "Bear"),
        ("0142", "Bear"),
        ("李", "李娜"),
        ("sunny", "Sunny 🌻"),
        ("3125", "Room 3125"),
        ("garsia", "García"),
        ("steven", "Stephen K."),
    ],
)
def test_search_forgives(everybody, text: str, found: str) -> None:
    assert found in [person.name_used for person in Participant.objects.matching(text)]


@pytest.mark.parametrize("text", ["%", "_", "xyzzy", "' OR 1=1 --", "9999", "\\"])
def test_what_matches_nobody_finds_nobody(everybody, text: str) -> None:
    assert not Participant.objects.matching(text).exists()


def test_closest_first(everybody, team) -> None:
    factories.ParticipantFactory(team=team, name_used="Zoelle")
    assert Participant.objects.matching("zoe").first().name_used == "Zoë Lindqvist"


def test_search_is_on_the_index(everybody) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # nine rows are read faster than any index
    assert "participant_search_name" in Participant.objects.matching("lindquist").order_by().explain()


@pytest.mark.parametrize(
    ("name", "numbers", "alike"),
    [("Zoe Lindquist", [], True), ("Somebody Else", ["+16175550142"], True), ("Somebody Else", [], False)],
)
def test_likely_the_same_person(everybody, name: str, numbers: list[str], alike: bool) -> None:
    assert Participant.objects.similar_to(name, "", numbers).exists() == alike


def test_the_likeliest_comes_first(team) -> None:
    for number in range(12):
        factories.ParticipantFactory(team=team, name_used=f"Maya Anders {number}")
    close = factories.ParticipantFactory(team=team, name_used="Maya Zorn")
    called = factories.PhoneNumberFactory(participant__team=team, number="+16175550142").participant

    likely = Participant.objects.similar_to("Maya Zörn", "", ["+16175550142"])
    assert list(likely[:2]) == [called, close]
