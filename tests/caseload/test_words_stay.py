"""What somebody said stays, is about something we know, and may be as long as its field allows."""

import random
from collections.abc import Callable

import pytest

from caseload.actions import goals, notes, trust
from caseload.models import Agreement, Expectations, Goal, Quotation, ServiceEpisode, SignalTalk, Win
from tests import factories
from tests.caseload.test_constraints import refused

NOON, DAY = factories.NOON, factories.DAY


@pytest.mark.parametrize(("make", "model"), [(factories.QuotationFactory, Quotation), (factories.WinFactory, Win)])
def test_words_and_wins_are_never_corrected(participant, make, model) -> None:
    row = make(participant=participant)
    refused(lambda: model.objects.filter(pk=row.pk).update(text="x"), "stays as it was")
    refused(lambda: model.objects.filter(pk=row.pk).delete(), "stays as it was")


def test_only_what_we_know_of_is_written_down(participant, specialist) -> None:
    ended = {"ended_on": DAY, "ended_by": specialist, "ending_reason": "out_of_the_blue"}
    refused(lambda: ServiceEpisode.objects.update(**ended), "serviceepisode_ending_reason_known")
    refused(lambda: factories.QuotationFactory(participant=participant, topic="weather"), "quotation_topic_known")
    refused(lambda: factories.GoalFactory(participant=participant, dimension="lunar"), "goal_dimension_known")
    assert not Goal.objects.exists()


def emoji(seed: int) -> str:
    """Two thousand signs of four bytes each that no compression makes shorter."""
    chance = random.Random(seed)
    return "".join(chr(chance.randrange(0x1F300, 0x1FAFF)) for _sign in range(2000))


def twice(deed: Callable[[], object]) -> None:
    """Do it two times, as a page sent again does."""
    deed()
    deed()


def test_the_longest_words_are_kept_once(participant, specialist) -> None:
    said = {"on": DAY, "by": specialist, "at": NOON}
    session = factories.SessionFactory(participant=participant, specialist=specialist)
    notes.sign(session=session, by=specialist, at=NOON)
    twice(lambda: trust.talk(participant=participant, agreed=emoji(1), **said))
    twice(lambda: notes.agree(session=session, agrees=False, words=emoji(2), **said))
    row = {"theirs": emoji(3), "ours": emoji(4)}
    twice(lambda: goals.expect(participant=participant, **row, **said))
    assert [model.objects.count() for model in (SignalTalk, Agreement, Expectations)] == [1, 1, 1]
    again = {"participant": participant, "recorded_by": specialist, "recorded_at": NOON}
    refused(
        lambda: SignalTalk.objects.create(agreed=emoji(1), talked_on=DAY, **again),
        "signaltalk_once_a_day",
    )
    refused(lambda: Expectations.objects.create(agreed_on=DAY, **row, **again), "expectations_once_a_day")
    Expectations.objects.create(agreed_on=DAY, **{**row, "ours": emoji(5)}, **again)
