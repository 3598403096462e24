from datetime import timedelta
from uuid import UUID

import pytest

from accounts.ids import new_id
from caseload.actions import strands
from followups.actions import oversight
from followups.models.timeline import page, read_cursor
from tests import factories
from tests.followups.test_contact import tap
from tests.followups.test_planning import log, unsaved

NOON, DAY = factories.NOON, factories.DAY
SOME = UUID(int=1)


def whole_story(participant, size: int) -> list:
    """All entries, page by page."""
    seen, before = [], None
    while True:
        entries, following = page(participant, before, size)
        seen += entries
        if not following:
            return seen
        before = read_cursor(following)


def days_ago(days: int) -> dict:
    return {"happened_on": DAY - timedelta(days=days), "recorded_at": NOON}


def test_a_win_written_down_later_stands_on_its_day(participant, specialist) -> None:
    old = factories.SessionFactory(participant=participant, started_at=NOON - timedelta(days=9), logged_at=NOON)
    recent = factories.SessionFactory(participant=participant, started_at=NOON - timedelta(days=1))
    win = factories.WinFactory(participant=participant, session=old, **days_ago(9))
    said = factories.QuotationFactory(participant=participant, said_on=DAY - timedelta(days=5))

    story = [entry.row.pk for entry in whole_story(participant, 25)]
    assert story == [recent.pk, said.pk, win.pk, old.pk]


def test_what_a_supervisor_says_to_a_colleague_is_no_part_of_it(participant, specialist, supervisor) -> None:
    followup = factories.FollowUpFactory(participant=participant, owner=specialist)
    before = whole_story(participant, 25)
    oversight.nudge(followup=followup, by=supervisor, at=NOON)
    oversight.mark_discussed(followup=followup, by=supervisor, at=NOON)
    assert [one.key for one in whole_story(participant, 25)] == [one.key for one in before]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo"])
def test_every_page_goes_on_where_the_last_ended(participant, specialist, size: int, zone: str) -> None:
    participant.team.time_zone = zone
    participant.team.save()
    for number in range(4):
        moment = NOON - timedelta(days=number // 2, hours=7 * (number % 2))
        factories.SessionFactory(participant=participant, started_at=moment)
        factories.ContactAttemptFactory(participant=participant, at=moment)
        factories.WinFactory(participant=participant, **days_ago(number // 2))
        factories.QuotationFactory(participant=participant, said_on=DAY - timedelta(days=number // 3))
        factories.FollowUpFactory(
            participant=participant,
            state="not_needed",
            closed_at=moment,
            closed_by=specialist,
            closing_reason="They are at the sea",
            decided_by="participant",
        )

    story = whole_story(participant, size)
    assert len(story) == len({entry.row.pk for entry in story}) == 20
    assert story == sorted(story, key=lambda entry: entry.key, reverse=True)


def test_words_beyond_the_newest_are_readable_in_the_story(participant, specialist) -> None:
    for number in range(70):
        factories.QuotationFactory(participant=participant, text=f"word {number}", said_on=DAY - timedelta(days=number))
    assert {entry.row.text for entry in whole_story(participant, 25)} == {f"word {n}" for n in range(70)}


@pytest.mark.parametrize(
    "place",
    [
        "",
        "_",
        "yesterday_x",
        f"2026-05-06_{SOME}",
        f"0001-01-01T00:00:00+14:00_{SOME}",
        f"9999-12-31T23:59:59-14:00_{SOME}",
        "2026-05-06T00:00:00+00:00_x",
        "\0",
    ],
)
def test_a_place_that_is_none_is_the_start(place: str) -> None:
    assert read_cursor(place) is None


def test_a_place_in_any_zone_is_read(participant, specialist) -> None:
    factories.SessionFactory(participant=participant)
    place = read_cursor(f"2026-05-08T00:00:00+23:59_{new_id()}")
    assert len(page(participant, place, 25)[0]) == 1


def decisions(participant) -> list:
    return [entry.row for entry in whole_story(participant, 25) if entry.kind == "decision"]


def test_what_was_done_late_stands_with_both_dates(participant, specialist) -> None:
    late = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY - timedelta(days=1))
    tap(late, "reached", specialist)
    (told,) = decisions(participant)
    assert (told, told.due_on, told.closed_at) == (late, DAY - timedelta(days=1), NOON)
    late.refresh_from_db()
    assert late.due_on == DAY - timedelta(days=1)


def test_late_is_counted_by_the_days_of_the_team(participant, specialist) -> None:
    # Nine in the evening of the 5th in New York.
    done = {"state": "done", "closed_at": NOON.replace(hour=1), "closed_by": specialist}
    factories.FollowUpFactory(participant=participant, due_on=DAY - timedelta(days=1), **done)
    assert decisions(participant) == []


def test_one_settled_by_a_session_was_done_when_they_met(participant, specialist) -> None:
    due = factories.FollowUpFactory(participant=participant, due_on=DAY - timedelta(days=9))
    session = unsaved(participant, started_at=NOON - timedelta(days=5))
    log(participant, specialist, session, settles=[due.pk])
    (told,) = decisions(participant)
    assert (told.closed_at, told.met_at) == (NOON, NOON - timedelta(days=5))


def test_what_a_missed_meeting_replaced_or_a_rhythm_set_aside_is_no_line(participant, specialist) -> None:
    late = {"participant": participant, "due_on": DAY - timedelta(days=4), "closed_at": NOON, "closed_by": specialist}
    factories.FollowUpFactory(state="done", closing_reason="We missed each other", **late)
    factories.FollowUpFactory(
        state="not_needed", set_aside=True, closing_reason="The plan was changed.", decided_by="together", **late
    )
    assert decisions(participant) == []


def test_what_was_in_the_way_and_where_they_belong_are_part_of_it(participant, specialist) -> None:
    told = {"by": specialist, "at": NOON}
    ago = [DAY - timedelta(days=number) for number in range(5)]
    barrier = strands.name_barrier(participant=participant, what="The bus does not run", on=ago[4], **told)
    strands.change_barrier(barrier=barrier, state="gone", on=ago[1], **told)
    choir = strands.belong(participant=participant, what="The choir", on=ago[3], **told)
    strands.part_from(connection=choir, on=ago[0], **told)
    once = strands.belong(participant=participant, what="A walk", on=ago[2], **told)
    strands.part_from(connection=once, on=ago[2], **told)

    for size in (1, 25):
        lines = [(entry.kind, entry.row.text, entry.row.about) for entry in whole_story(participant, size)]
        assert lines == [
            ("left", "The choir", ""),
            ("barrier", "The bus does not run", "Gone"),
            ("once", "A walk", ""),
            ("joined", "The choir", ""),
            ("barrier", "The bus does not run", "In the way"),
        ]
