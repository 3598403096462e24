from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from caseload.models import Participant
from followups.models import FollowUp
from tests import factories

NOON, DAY = factories.NOON, factories.DAY


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


def due(participant, specialist, days: int = 0, **fields) -> FollowUp:
    return factories.FollowUpFactory(
        participant=participant, owner=specialist, due_on=DAY + timedelta(days=days), **fields
    )


def sections(client) -> dict[str, list[FollowUp]]:
    return client.get(reverse("today")).context["sections"]


def test_each_card_has_its_place(sign_in, specialist, participant) -> None:
    late, now, week = (due(participant, specialist, days) for days in (-1, 0, 7))
    due(participant, specialist, 8)
    awaited = due(participant, specialist, 12, state="waiting")
    gone_quiet = due(participant, specialist, -2, state="waiting")
    ended_pause = due(participant, specialist, -1, state="paused")

    found = sections(sign_in(specialist))

    assert set(found["overdue"]) == {late, gone_quiet, ended_pause}
    assert found["today"] == [now]
    assert found["waiting"] == [awaited]
    assert found["coming"] == [week]


def test_the_card_says_what_to_know_before_calling(sign_in, specialist, participant) -> None:
    Participant.objects.filter(pk=participant.pk).update(good_times="after six")
    factories.QuotationFactory(participant=participant, text="A key of my own.")
    factories.WinFactory(participant=participant, text="Cooked for all.")
    factories.PhoneNumberFactory(
        participant=participant, number="+16175550142", message="may_say", message_text="Books"
    )
    due(participant, specialist, purpose="promise", what="ask about the bus")

    text = sign_in(specialist).get(reverse("today")).content.decode()

    for words in ("A key of my own.", "Cooked for all.", "ask about the bus", "after six", "tel:+16175550142", "Books"):
        assert words in text


def test_the_card_counts_the_tries(sign_in, specialist, participant) -> None:
    row = due(participant, specialist)
    client = sign_in(specialist)
    assert "<dt>Tries</dt>" not in client.get(reverse("today")).content.decode()
    FollowUp.objects.filter(pk=row.pk).update(attempts=3)
    assert "<dt>Tries</dt><dd>3</dd>" in client.get(reverse("today")).content.decode()


def test_a_number_not_to_be_called_is_no_link(sign_in, specialist, participant) -> None:
    factories.PhoneNumberFactory(participant=participant, number="+16175550142", may_call=False, may_text=False)
    due(participant, specialist)
    text = sign_in(specialist).get(reverse("today")).content.decode()
    assert "tel:" not in text
    assert "sms:" not in text
    assert "(617) 555-0142" in text


def test_somebody_who_asked_for_no_contact_is_not_to_be_called(sign_in, specialist, participant) -> None:
    factories.PhoneNumberFactory(participant=participant)
    row = due(participant, specialist, purpose="review", what="Asked for no contact")
    text = sign_in(specialist).get(reverse("today")).content.decode()
    assert "Asked for no contact" in text
    assert "tel:" not in text
    assert reverse("record_attempt", args=[row.pk]) not in text
    assert reverse("not_needed", args=[row.pk]) in text


def test_nobody_is_left_without_a_next_step(sign_in, specialist, participant) -> None:
    page = sign_in(specialist).get(reverse("today"))
    assert page.context["left_without"] == [participant]
    assert reverse("next_step", args=[participant.pk]) in page.content.decode()


@pytest.mark.parametrize("decision", ["session", "not_needed"])
def test_a_decision_is_no_gap(sign_in, specialist, participant, decision: str) -> None:
    if decision == "session":
        factories.SessionFactory(participant=participant)
    else:
        due(participant, specialist, state="not_needed", closed_at=NOON, closing_reason="x", decided_by="together")
    assert sign_in(specialist).get(reverse("today")).context["left_without"] == []


def test_whom_i_stand_in_for_is_not_forgotten_either(sign_in, team, specialist, colleague, participant) -> None:
    # Whether a cover runs is asked of the database's clock.
    days = {"starts_at": datetime(2020, 1, 1, tzinfo=UTC), "ends_at": datetime(2200, 1, 1, tzinfo=UTC)}
    factories.CoverFactory(team=team, absent=specialist, cover=colleague, **days)
    assert sign_in(colleague).get(reverse("today")).context["left_without"] == [participant]


def test_whoever_stands_in_for_a_supervisor_has_what_they_keep(
    sign_in, team, supervisor, colleague, participant, specialist
) -> None:
    days = {"starts_at": datetime(2020, 1, 1, tzinfo=UTC), "ends_at": datetime(2200, 1, 1, tzinfo=UTC)}
    factories.CoverFactory(team=team, absent=supervisor, cover=colleague, role="supervisor", **days)
    due(participant, supervisor, -1)
    due(participant, specialist, -1)
    page = sign_in(colleague).get(reverse("today"))
    assert [card.owner for card in page.context["sections"]["overdue"]] == [supervisor]
    assert "covering for Vera" in page.content.decode()


def test_many_overdue_hide_neither_today_nor_their_number(sign_in, specialist, participant) -> None:
    for _row in range(25):
        due(participant, specialist, -3)
    now = due(participant, specialist)
    client = sign_in(specialist)

    page = client.get(reverse("today"))
    assert (len(page.context["sections"]["overdue"]), page.context["counts"]["overdue"]) == (20, 25)
    assert page.context["sections"]["today"] == [now]
    assert "20 of 25" in page.content.decode()
    assert len(client.get(reverse("today") + "?all=1").context["sections"]["overdue"]) == 25


def test_a_draft_that_can_no_longer_be_saved_is_not_offered(sign_in, supervisor, participant) -> None:
    draft = factories.SessionDraftFactory(participant=participant, author=supervisor)
    assert sign_in(supervisor).get(reverse("today")).context["drafts"] == [draft]
    factories.end_services(participant)
    assert sign_in(supervisor).get(reverse("today")).context["drafts"] == []


def test_nobody_is_reminded_and_the_page_says_so(sign_in, specialist) -> None:
    assert "Nobody is being reminded" in sign_in(specialist).get(reverse("today")).content.decode()


def count_queries(client, address: str) -> int:
    client.get(address)
    with connection.execute_wrapper(asked := counter()):
        client.get(address)
    return asked.count


def counter():
    class Count:
        count = 0

        def __call__(self, execute, sql, params, many, context):
            self.count += 1
            return execute(sql, params, many, context)

    return Count()


@pytest.mark.parametrize("name", ["today", "participants", "overdue", "waiting", "notices", "cover"])
def test_every_list_asks_as_little_for_many_as_for_few(sign_in, team, specialist, supervisor, name: str) -> None:
    user = specialist if name == "today" else supervisor

    def add(number: int) -> None:
        for _person in range(number):
            person = factories.ParticipantFactory(team=team)
            waits = factories.ParticipantFactory(team=team)
            factories.QuotationFactory(participant=waits)
            factories.AssignmentFactory(participant=person, specialist=specialist)
            factories.PhoneNumberFactory(participant=person)
            # With everything that a line can say of one.
            ended = {"state": "not_needed", "closed_at": NOON, "closing_reason": "met", "decided_by": "together"}
            by = {"moved_at": NOON, "moved_by": specialist, "discussed_at": NOON, "discussed_by": supervisor}
            before = due(person, specialist, -9, **ended)
            row = due(person, specialist, -3, came_from=before, why_here="asked to wait", **by)
            factories.ReminderFactory(followup=row, recipient=supervisor)
            factories.SessionDraftFactory(participant=person, author=specialist)

    add(2)
    few = count_queries(sign_in(user), reverse(name))
    add(12)
    many = count_queries(sign_in(user), reverse(name))

    assert few == many <= 12
