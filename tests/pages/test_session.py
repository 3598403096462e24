from datetime import date, datetime, timedelta

import pytest
from django.db.models import Q
from django.urls import reverse

from accounts.models import Team
from caseload.actions import notes
from caseload.models import NoteAddition, RecordRules, Session, paperwork
from tests import factories
from tests.pages.test_log_session import answers as form
from tests.pages.test_today import count_queries

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def session(participant, specialist) -> Session:
    return factories.SessionFactory(
        participant=participant, specialist=specialist, note="We planned the move.", note_due_on=DAY
    )


@pytest.fixture
def signed(session, specialist) -> Session:
    return notes.sign(session=session, by=specialist, at=NOON)


def address(name: str, row: Session) -> str:
    return reverse(name, args=[row.pk])


def test_saving_and_signing_is_one_press(sign_in, specialist, participant) -> None:
    sign_in(specialist).post(reverse("log_session", args=[participant.pk]), form(sign="1"))
    row = Session.objects.get()
    assert (row.signed_name, row.signed_at is not None) == ("Sam", True)


def test_saved_without_signing_it_is_owed(sign_in, specialist, participant) -> None:
    client = sign_in(specialist)
    client.post(reverse("log_session", args=[participant.pk]), form())
    row = Session.objects.get()
    assert row.signed_at is None
    assert address("session", row) in client.get(reverse("notes")).content.decode()
    client.post(address("sign_note", row))
    assert "All notes are signed" in client.get(reverse("notes")).content.decode()


# Contact, holidays → due after 2 and after 5 working days (research: domain facts, section 1.2).
DUE = [
    ("2026-01-02", [], "2026-01-06", "2026-01-09"),
    ("2026-01-10", [], "2026-01-13", "2026-01-16"),
    ("2026-04-17", [], "2026-04-21", "2026-04-24"),
    ("2026-04-17", ["2026-04-20"], "2026-04-22", "2026-04-27"),
    ("2026-11-25", [], "2026-11-27", "2026-12-02"),
    ("2026-11-25", ["2026-11-26"], "2026-11-30", "2026-12-03"),
]


@pytest.mark.parametrize(("contact", "closed", "two", "five"), DUE)
def test_a_note_is_due_after_the_teams_working_days(
    sign_in, specialist, participant, time_machine, contact: str, closed: list[str], two: str, five: str
) -> None:
    team = Team.objects.get(pk=participant.team_id)
    for day in closed:
        team.closed_days.create(on=day)
    time_machine.move_to(datetime.fromisoformat(f"{contact}T20:00+00:00"))
    for days, due in ((2, two), (5, five)):
        RecordRules.objects.update_or_create(team=team, defaults={"note_due_days": days})
        given = form(when_date=contact, overlap_ok="1")
        sign_in(specialist).post(reverse("log_session", args=[participant.pk]), given)
        assert Session.objects.latest("logged_at", "pk").note_due_on == date.fromisoformat(due)
        time_machine.shift(timedelta(minutes=1))


def test_the_team_may_want_words(sign_in, specialist, participant, team) -> None:
    RecordRules.objects.create(team=team, narrative_required=True)
    given = form(note="", sign="1")
    page = sign_in(specialist).post(reverse("log_session", args=[participant.pk]), given)
    assert "note" in page.context["form"].errors
    assert not Session.objects.exists()


def test_the_same_time_is_shown_with_its_facts_before_it_is_saved(sign_in, specialist, participant, other_team) -> None:
    elsewhere = factories.ParticipantFactory(team=other_team, name_used="Hidden")
    factories.SessionFactory(participant=elsewhere, specialist=specialist, started_at=NOON - timedelta(minutes=10))
    client, given = sign_in(specialist), form(when_time="10:00", note="kept words")
    text = client.post(reverse("log_session", args=[participant.pk]), given).content.decode()
    assert "At the same time there is already" in text
    top = text.index("Not saved yet. Everything you typed is still here.")
    assert top < text.index('href="#overlap_ok"') < text.index('<form method="post" class="stack"')
    assert "09:50 · 30 min · a session in another team · <bdi>Sam</bdi></li>" in text
    assert "Hidden" not in text
    assert "kept words" in text
    assert Session.objects.count() == 1
    client.post(reverse("log_session", args=[participant.pk]), {**given, "overlap_ok": "1"})
    assert Session.objects.count() == 2


def test_somebody_who_was_with_a_colleague_at_that_time_is_shown_before_it_is_saved(
    sign_in, specialist, colleague, participant
) -> None:
    factories.SessionFactory(participant=participant, specialist=colleague, started_at=NOON - timedelta(minutes=10))
    client, given = sign_in(specialist), form(when_time="10:00")
    text = client.post(reverse("log_session", args=[participant.pk]), given).content.decode()
    assert "At the same time there is already" in text
    assert "<bdi>Kim</bdi>, <bdi>Maya</bdi></li>" in text
    assert not Session.objects.filter(specialist=specialist).exists()
    client.post(reverse("log_session", args=[participant.pk]), {**given, "overlap_ok": "1"})
    assert Session.objects.filter(specialist=specialist).count() == 1


def test_a_double_click_is_no_overlap_with_itself(participant, specialist) -> None:
    saved = factories.SessionFactory(participant=participant, specialist=specialist, started_at=NOON)
    ours = {"leaders": [specialist.pk], "people": [participant.pk]}
    again = paperwork.at_the_same_time(specialist, NOON, 30, **ours, but=Q(form_token=saved.form_token))
    other = paperwork.at_the_same_time(specialist, NOON, 30, **ours, but=Q(form_token=factories.new_id()))
    assert (len(again), len(other)) == (0, 1)


def test_writing_anew_keeps_what_is_not_on_the_form(sign_in, specialist, session) -> None:
    given = {"method": "video", "minutes": "25", "note": "We planned it twice.", "place": "home", "strands": ["goals"]}
    assert sign_in(specialist).post(address("rewrite_note", session), given).status_code == 302
    session.refresh_from_db()
    assert (session.note, session.minutes, session.place) == ("We planned it twice.", 25, "home")
    assert (session.started_at, session.status) == (NOON - timedelta(days=1), "held")


@pytest.mark.parametrize(
    ("answers", "wrong"), [({"minutes": ""}, "minutes"), ({"minutes": "0"}, "minutes"), ({"method": "owl"}, "method")]
)
def test_what_cannot_be_written_is_said(sign_in, specialist, session, answers, wrong: str) -> None:
    given = {"method": "video", "minutes": "25", "note": "New words", **answers}
    page = sign_in(specialist).post(address("rewrite_note", session), given)
    assert list(page.context["form"].errors) == [wrong]
    assert "New words" in page.content.decode()
    session.refresh_from_db()
    assert session.note == "We planned the move."


def test_a_signed_note_is_only_added_to(sign_in, specialist, signed) -> None:
    client = sign_in(specialist)
    page = client.get(address("rewrite_note", signed), follow=True)
    assert "The note is signed" in page.content.decode()
    token = str(factories.new_id())
    given = {"kind": "correction", "text": "It was Tuesday.", "reason": "Wrong day", "form_token": token}
    for _twice in range(2):
        client.post(address("add_to_note", signed), given)
    text = client.get(address("session", signed)).content.decode()
    assert NoteAddition.objects.count() == 1
    for words in ("We planned the move.", "Signed by", "Correction", "It was Tuesday.", "Wrong day"):
        assert words in text
    story = client.get(reverse("participant", args=[signed.participant_id])).content.decode()
    assert "correction" in story


@pytest.mark.parametrize(
    ("kind", "label"), [("late_entry", "Late entry"), ("addendum", "Addendum"), ("correction", "Correction")]
)
def test_what_was_added_says_its_kind_who_wrote_it_and_when(
    sign_in, specialist, supervisor, signed, time_machine, kind: str, label: str
) -> None:
    time_machine.move_to(NOON + timedelta(days=1, hours=2))
    given = {"kind": kind, "text": "It was Tuesday.", "reason": "Asked again", "form_token": str(factories.new_id())}
    sign_in(supervisor).post(address("add_to_note", signed), given)
    added = sign_in(specialist).get(address("session", signed)).content.decode().split('id="added"')[1]
    assert f"<h3>{label}" in added
    assert "<bdi>Vera</bdi> · 7 May 2026, 12:00" in added


@pytest.mark.parametrize(("today", "fits"), [("2026-03-17", True), ("2026-03-18", False)])
@pytest.mark.parametrize("kind", ["late_entry", "addendum"])
def test_facts_are_added_for_45_days_only_and_corrections_always(
    sign_in, specialist, participant, time_machine, today: str, fits: bool, kind: str
) -> None:
    on = datetime.fromisoformat("2026-01-31T17:00+00:00")
    row = factories.SessionFactory(participant=participant, specialist=specialist, started_at=on)
    notes.sign(session=row, by=specialist, at=on)
    time_machine.move_to(datetime.fromisoformat(f"{today}T17:00+00:00"))
    client, given = sign_in(specialist), {"kind": kind, "text": "More.", "reason": "Heard later"}
    client.post(address("add_to_note", row), {**given, "form_token": str(factories.new_id())})
    assert NoteAddition.objects.exists() is fits
    client.post(address("add_to_note", row), {**given, "kind": "correction", "form_token": str(factories.new_id())})
    assert NoteAddition.objects.filter(kind="correction").exists()


@pytest.mark.parametrize(("kind", "wrong"), [("addendum", "reason"), ("correction", "reason"), ("", "kind")])
def test_an_addition_says_why(sign_in, specialist, signed, kind: str, wrong: str) -> None:
    given = {"kind": kind, "text": "More words", "reason": "", "form_token": str(factories.new_id())}
    page = sign_in(specialist).post(address("add_to_note", signed), given)
    assert list(page.context["form"].errors) == [wrong]
    assert "More words" in page.content.decode()


def test_supervisors_read_mark_and_look_through(sign_in, specialist, supervisor, participant, signed, team) -> None:
    client = sign_in(supervisor)
    assert address("session", signed) not in client.get(reverse("notes_to_read")).content.decode()
    RecordRules.objects.create(team=team, notes_are_reviewed=True, record_review_days=30)
    assert address("session", signed) in client.get(reverse("notes_to_read")).content.decode()
    page = client.get(address("session", signed))
    assert page.context["may_mark"]
    assert address("mark_note_read", signed) in page.content.decode()
    assert not sign_in(specialist).get(address("session", signed)).context["may_mark"]
    client.post(address("mark_note_read", signed))
    assert address("mark_note_read", signed) not in client.get(address("session", signed)).content.decode()
    assert address("session", signed) not in client.get(reverse("notes_to_read")).content.decode()
    assert "Read by" in sign_in(specialist).get(address("session", signed)).content.decode()

    type(participant).objects.update(created_at=NOON - timedelta(days=60))
    assert participant in client.get(reverse("record_reviews")).context["rows"]
    client.post(reverse("review_record", args=[participant.pk]), {"words": "Ask about the goal"})
    assert participant not in client.get(reverse("record_reviews")).context["rows"]


def test_overlaps_and_owed_notes_reach_the_supervisor_in_a_constant_number_of_queries(
    sign_in, supervisor, specialist, participant, team
) -> None:
    client = sign_in(supervisor)

    def pair() -> None:
        other = factories.ParticipantFactory(team=team)
        for person in (participant, other):
            factories.SessionFactory(
                participant=person, specialist=specialist, note_due_on=DAY, started_at=NOON - timedelta(days=2)
            )

    pair()
    few = [count_queries(client, reverse(name)) for name in ("overlaps", "notes", "time_of_month")]
    for _more in range(5):
        pair()
    assert [count_queries(client, reverse(name)) for name in ("overlaps", "notes", "time_of_month")] == few
    assert len(client.get(reverse("overlaps")).context["rows"]) == 11  # each with the first; the first with one
    assert client.get(reverse("notes")).context["colleagues"][0]["number"] == 12


def test_the_month_is_counted_by_the_teams_rule(sign_in, supervisor, specialist, participant, team) -> None:
    for hours in (1, 3):
        factories.SessionFactory(
            participant=participant, specialist=specialist, minutes=10, started_at=NOON - timedelta(hours=hours)
        )
    factories.SessionFactory(participant=participant, specialist=specialist, started_at=NOON - timedelta(days=40))
    client = sign_in(supervisor)
    assert client.get(reverse("time_of_month")).context["rows"][0]["units"] is None
    RecordRules.objects.create(team=team, unit_rule="round8", unit_scope="day")
    row = client.get(reverse("time_of_month")).context["rows"][0]
    assert (row["sessions"], row["minutes"], row["units"]) == (2, 20, 1)
    table = client.get(reverse("time_of_month_csv") + "?month=2026-05").content.decode("utf-8-sig")
    assert '"Harbor","Sam","2","20","1"' in table
    assert client.get(reverse("time_of_month") + "?month=nonsense").status_code == 200


@pytest.mark.parametrize(("scope", "units"), [("session", 2), ("day", 1)])
def test_units_are_counted_by_session_or_by_day_in_the_month_and_under_a_note(
    sign_in, supervisor, specialist, participant, team, scope: str, units: int
) -> None:
    RecordRules.objects.create(team=team, unit_rule="round8", unit_scope=scope)
    for hours in (1, 3):
        row = factories.SessionFactory(
            participant=participant, specialist=specialist, minutes=10, started_at=NOON - timedelta(hours=hours)
        )
    assert sign_in(supervisor).get(reverse("time_of_month")).context["rows"][0]["units"] == units
    note = sign_in(specialist).get(address("session", row)).content.decode()
    assert "10 min · 1 unit" in note
    assert ("a day's sessions are counted together" in note) is (scope == "day")
