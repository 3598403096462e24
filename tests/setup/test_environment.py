"""Odd values are refused by name; nothing is guessed."""

import pytest

from peersupport import environment


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THING", raising=False)


def test_text_is_given_without_the_space_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", " a b ")
    assert environment.text("THING") == "a b"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_or_empty_text_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("THING", value)
    with pytest.raises(environment.BadEnvironment, match="THING is not set"):
        environment.text("THING")
    assert environment.text("THING", default="d") == "d"


@pytest.mark.parametrize(("value", "meant"), [("true", True), ("False", False), ("", True)])
def test_a_flag_is_true_or_false(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("THING", value)
    assert environment.flag("THING", default=True) is meant


@pytest.mark.parametrize("value", ["yes", "1", "0", "ture", "on"])
def test_any_other_flag_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    with pytest.raises(environment.BadEnvironment, match="THING must be true or false"):
        environment.flag("THING", default=False)


def test_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "a.example, b.example,,")
    assert environment.names("THING", default=[]) == ["a.example", "b.example"]


@pytest.mark.parametrize("value", ["-1", "1.5", "two", "²", "٣"])
def test_a_number_that_is_not_whole_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    with pytest.raises(environment.BadEnvironment, match="THING must be a whole number"):
        environment.number("THING", default=1)


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "postgres://u%40x:p%2Fw@db.example:5433/na%20me?sslmode=verify-full")
    found = environment.database("THING")
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("u@x", "p/w", "db.example")
    assert (found["PORT"], found["NAME"], found["OPTIONS"]["sslmode"]) == ("5433", "na me", "verify-full")


def test_a_database_on_a_unix_socket_is_named_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "postgres://u@/name?host=/a%20b/sockets")
    found = environment.database("THING")
    assert (found["HOST"], found["NAME"], found["PORT"]) == ("/a b/sockets", "name", "")


def test_nothing_may_hang_on_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "postgres://h/name")
    options = environment.database("THING")["OPTIONS"]
    assert options["connect_timeout"] == 5
    for limit in ("statement_timeout=10000", "lock_timeout=2000", "idle_in_transaction_session_timeout=30000"):
        assert limit in options["options"]


@pytest.mark.parametrize(
    "value",
    ["mysql://h/name", "postgres://h/", "postgres://h", "name", "postgres://h:port/name", "postgres://[h/name"],
)
def test_an_odd_database_address_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    with pytest.raises(environment.BadEnvironment, match="THING must look like postgres://user:password@") as refusal:
        environment.database("THING")
    assert value not in str(refusal.value).split()


def test_an_unknown_database_option_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "postgres://h/name?ssl=true")
    with pytest.raises(environment.BadEnvironment, match="THING has the unknown option ssl"):
        environment.database("THING")


@pytest.mark.parametrize(
    ("value", "port", "starttls", "tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://u:p@mail.example", 587, True, False),
        ("smtps://u:p@mail.example", 465, False, True),
        ("smtp+tls://mail.example:2525", 2525, True, False),
    ],
)
def test_mail_goes_where_the_address_says(
    monkeypatch: pytest.MonkeyPatch, value: str, port: int, starttls: bool, tls: bool
) -> None:
    monkeypatch.setenv("THING", value)
    found = environment.email("THING")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starttls, tls)


def test_mail_can_be_put_into_a_folder_with_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "file:///a%20b%23/mail")
    assert environment.email("THING")["EMAIL_FILE_PATH"] == "/a b#/mail"


@pytest.mark.parametrize(
    "value", ["mail.example", "smtp://", "http://mail.example", "smtp://h:port", "file://h/folder"]
)
def test_an_odd_mail_address_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    with pytest.raises(environment.BadEnvironment, match="THING must look like smtp"):
        environment.email("THING")
