"""What is left after a fault, read from the rows and the mailbox, past the program."""

import time
from collections.abc import Callable
from typing import Any

from tests.worker.conftest import Mailbox, wait_until

# Due by now and not told to anybody in the program.
NOT_TOLD = """
    SELECT count(*) FROM followups_followup AS row JOIN accounts_team AS team ON team.id = row.team_id
    WHERE row.state IN ('open', 'waiting', 'paused')
      AND CASE WHEN {which} THEN row.due_on <= (now() AT TIME ZONE team.time_zone)::date END
      AND (row.flagged_rung = 0 OR NOT EXISTS (
          SELECT FROM followups_reminder AS reminder WHERE reminder.followup_id = row.id AND reminder.rung = 1
      ))
"""
# Somebody heard more than once of one date, whatever the rung: within twelve hours that is a repeat.
TOLD_AGAIN = """
    SELECT coalesce(sum(times - 1), 0)::int FROM (
        SELECT count(*) AS times FROM followups_reminder AS reminder
        JOIN followups_followup AS row ON row.id = reminder.followup_id
        WHERE {which} GROUP BY reminder.followup_id, reminder.recipient_id, reminder.due_on
    ) AS told
"""
NOT_CARRIED = """
    SELECT count(*) FROM followups_reminder AS reminder JOIN followups_followup AS row ON row.id = reminder.followup_id
    WHERE {which} AND reminder.mailed_at IS NULL
"""
MESSAGES = """
    SELECT array_agg(id::text) FROM accounts_outgoingemail WHERE state = ANY(%s) AND created_at >= %s
"""
# To whom a message went that they may not have: closed accounts.
MAY_NOT = "SELECT array_agg(email) FROM accounts_user WHERE NOT is_active"


class Aftermath:
    """What was due, told and sent since it was begun; `which` narrows the follow-ups (as SQL about `row`)."""

    def __init__(self, ask: Callable[..., Any], mailbox: Mailbox, which: str = "true") -> None:
        self.ask, self.mailbox, self.which = ask, mailbox, which
        self.since = ask("SELECT now()")
        self.came_before = len(mailbox.messages)

    def messages(self, *states: str) -> set[str]:
        """The Message-IDs of what stands in the outbox in these states."""
        return {f"<{key}@peersupport>" for key in self.ask(MESSAGES, list(states), self.since) or []}

    @property
    def is_quiet(self) -> bool:
        """Whether all that was due is told, and nothing waits to be sent."""
        return (
            self.ask(NOT_TOLD.format(which=self.which)) == 0
            and self.ask(NOT_CARRIED.format(which=self.which)) == 0
            and not self.messages("queued")
        )

    def settles(self, seconds: float = 40) -> float:
        """Wait until all is quiet; how long that took."""
        began = time.monotonic()
        wait_until(lambda: self.is_quiet, seconds)
        return time.monotonic() - began

    def lost(self) -> int:
        """Due and not told, told and not carried by a message, or said to be sent and never arrived."""
        came = set(self.mailbox.ids())
        missing = self.messages("sent", "queued", "stopped") - came
        waiting = self.ask(NOT_CARRIED.format(which=self.which))
        return self.ask(NOT_TOLD.format(which=self.which)) + waiting + len(missing)

    def repeated(self) -> int:
        """Notices given again, and messages that came again; what came must have been ours, for somebody active."""
        came = self.mailbox.ids()[self.came_before :]
        assert set(came) <= self.messages("sent", "queued", "stopped", "cancelled")
        assert not set(self.ask(MAY_NOT) or []) & set(self.mailbox.recipients())
        return self.ask(TOLD_AGAIN.format(which=self.which)) + len(came) - len(set(came))

    def told_again(self) -> int:
        """Notices in the program alone."""
        return self.ask(TOLD_AGAIN.format(which=self.which))
