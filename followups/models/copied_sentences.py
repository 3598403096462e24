"""Sentences the program itself writes into a column of text, and what the person they are about reads instead.

They were written for a colleague. A test walks the deeds: a new sentence has to be named here.
"""

import re
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from caseload.models.sessions import SessionStatus
from followups.models.copied_choices import DECIDED, STATUS
from followups.models.decisions import DecidedBy

# The columns that hold them, beside what colleagues write there.
HELD_IN = {
    "followups.FollowUp.closing_reason",
    "followups.FollowUp.why_here",
    "followups.FollowUp.what",
    "followups.ContactAttempt.label",
    "caseload.PeerRequest.answer",
}
DIED = _("Died")
# What came of a try, in the words a program starts with; one that was reworded is read as it was written.
OUTCOMES = [
    (_("Reached"), _("We reached you")),
    (_("Message left"), _("We left a message")),
    (_("No answer"), _("No answer")),
    (_("Text sent"), _("We sent a text")),
    (_("Asked to be called later"), _("You asked us to call later")),
    (_("Letter sent"), _("We sent a letter")),
    (_("Someone else answered, nothing disclosed"), _("Somebody else answered; we said nothing about you")),
    (_("Wrong number or no number"), _("The number did not lead to you")),
    (_("Prefers no calls for now"), _("You asked for no calls for now")),
    (_("In hospital or away"), _("You were in hospital or away")),
    (_("Asked for no contact"), _("You asked us not to be in touch")),
    # Read by those they were dear to.
    (DIED, _("The sad news reached us")),
]
SENTENCES: list[tuple[Any, Any]] = [
    *((label, STATUS[code]) for code, label in SessionStatus.choices),
    *OUTCOMES,
    # Rests.
    (_("Resting until %(day)s."), _("We let contact rest until %(day)s.")),
    (_("Another pause was agreed on."), _("We agreed on another pause.")),
    (_("The pause ended early (%(who)s)."), _("The pause ended early. Who decided: %(who)s.")),
    (_("The pause was taken back."), _("We took the pause back.")),
    (_("The earlier pause holds again."), _("The pause from before holds again.")),
    # Closer contact.
    (_("A closer rhythm was agreed on."), _("We agreed to be in touch more often for a while.")),
    (_("Another closer rhythm was agreed on."), _("We agreed on another time of closer contact.")),
    (_("A closer rhythm stands in for it."), _("We were to be in touch more often for a while instead.")),
    (_("The closer rhythm ended early."), _("The time of closer contact ended early.")),
    (_("The closer rhythm has ended."), _("The time of closer contact has ended.")),
    (_("Asked for again."), _("You asked for it again.")),
    (
        _("Ask whether being in touch more often would help."),
        _("Ask you whether being in touch more often would help."),
    ),
    # How often we are in touch.
    (_("The check-in plan was changed."), _("We changed how often we are in touch.")),
    (_("The last check-in of the plan."), _("The last of the check-ins we had agreed on.")),
    (_("Ask whether they would like to go on"), _("Ask whether you would like to go on")),
    (_("moved from %(day)s, a day the team is closed"), _("moved from %(day)s, when we are closed")),
    (_("The days on which the team is closed changed."), _("The days on which we are closed changed.")),
    # Steps, goals, days to remember, other help.
    (_("The step got another day."), _("The step got another day.")),
    (_("The step was set aside."), _("You let the step go.")),
    (_("The step was not done after all."), _("The step is still to come.")),
    (_("The goal was reached or set aside."), _("You reached the goal, or let it rest.")),
    (_("The goal was taken up again."), _("You took the goal up again.")),
    (_("No longer to be remembered."), _("You no longer want this day remembered.")),
    (_("Not now."), _("You said: not now.")),
    # Taking up again, and putting together.
    (_("Taken back."), _("We took it back.")),
    (_("Brought back from what was decided."), _("We took it up again.")),
    (
        _("Brought back by choice; nothing was planned."),
        _("Nothing was planned, and we wanted to stay in touch with you."),
    ),
    (
        _("Two records were put together; the other one has its own."),
        _("We had two records about you and put both together. This is planned there already."),
    ),
    (_("Two records were taken apart again."), _("We had put your record together with another one, and undid that.")),
    # The wish for another peer.
    (_("Another peer walks with them now."), _("Another peer walks with you now.")),
    (_("Services ended."), _("Your time with us ended.")),
]
VALUE = re.compile(r"%\((\w+)\)s")


def spoken_text(field: str, words: str) -> str:
    """Words of the program's own, kept as text, as the person is told them; what a colleague wrote stays as it is."""
    if field not in HELD_IN:
        return words
    whole, with_values = sentences_in(get_language())
    if words in whole:
        return whole[words]
    for pattern, to_them in with_values:
        if found := pattern.fullmatch(words):
            return to_them % {name: spoken_value(value) for name, value in found.groupdict().items()}
    return words


@cache
def sentences_in(language: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """The sentences as they stand in columns and as they are told: whole ones, and those that hold values."""
    pairs = [(str(ours), str(to_them)) for ours, to_them in SENTENCES]
    with_values = [(as_pattern(ours), to_them) for ours, to_them in pairs if VALUE.search(ours)]
    return {ours: to_them for ours, to_them in pairs if not VALUE.search(ours)}, with_values


def as_pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence with values looks like once they are filled in."""
    parts = VALUE.split(sentence)  # words and names of values in turn
    return re.compile("".join(f"(?P<{one}>.+)" if place % 2 else re.escape(one) for place, one in enumerate(parts)))


def spoken_value(value: str) -> str:
    """Who decided, as the person is told it; any other value as it is."""
    return next((str(DECIDED[code]) for code, label in DecidedBy.choices if str(label) == value), value)
