"""The morning's summary: the day for those who chose it, a supervisor's week from its first working day on."""

import logging
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.access import supervised_teams
from accounts.actions import mail
from accounts.models import OutgoingEmail, User
from accounts.models.outbox import EmailKind
from accounts.models.users import RemindBy
from followups.models import Digest
from followups.models.digests import DigestKind
from followups.models.summary import of_a_day, of_a_week
from followups.poison import FAULTS_OF_A_ROW
from followups.reminders.rules import TeamRules, listeners_now, rules_at

log = logging.getLogger(__name__)

SUMMARY = {DigestKind.DAY: of_a_day, DigestKind.WEEK: of_a_week}
READ_IN = {DigestKind.DAY: "?mine", DigestKind.WEEK: ""}


def send_digests(at: datetime) -> int:
    """Queue the summaries that are due and not made yet; returns how many. May run twice, at once, or late."""
    every = rules_at(at)
    rules = {one.team_id: one for one in every if not one.is_quiet and one.is_working_day}
    wanted = {**those_of_a_day(rules), **those_of_a_week(rules, {one.team_id: one.week_began for one in every})}
    made = set(Digest.objects.filter(on__in={on for _user, _kind, on in wanted}).values_list("recipient", "kind", "on"))
    return sum(made_or_left(user, kind, on, at) for user, kind, on in sorted(set(wanted) - made, key=str))


def made_or_left(user: UUID, kind: str, on: date, at: datetime) -> bool:
    """Make one; one that cannot be is noted and left for the next run, so that it does not stop the others."""
    try:
        return make_one(user, kind, on, at)
    except FAULTS_OF_A_ROW as error:
        log.error("the summary of %s cannot be made: %s", user, type(error).__name__)
        return False


def those_of_a_day(rules: dict[UUID, TeamRules]) -> dict[tuple[UUID, str, date], None]:
    """Everybody who keeps follow-ups or is told of others' and chose one summary instead of single messages."""
    chosen = set(User.objects.active().filter(remind_by=RemindBy.DIGEST).values_list("pk", flat=True))
    if not chosen:
        return {}
    heard = listeners_now().keepers
    return {
        (user, DigestKind.DAY, rules[team].today): None
        for team, _keeper, user in heard
        if team in rules and user in chosen
    }


def those_of_a_week(rules: dict[UUID, TeamRules], began: dict[UUID, date]) -> dict[tuple[UUID, str, date], None]:
    """Supervisors on duty, unless they want to read it here only: on the week's first working day or, late, after it.

    Named by the first day of the first of their teams, so that a week has one, whenever it could be made and however
    many teams somebody has.
    """
    if not any(one.week_began <= one.today for one in rules.values()):
        return {}
    only_here = set(User.objects.active().filter(remind_by=RemindBy.APP).values_list("pk", flat=True))
    teams: dict[UUID, list[UUID]] = {}
    for team, user in listeners_now().supervisors:
        if team in began and user not in only_here:
            teams.setdefault(user, []).append(team)
    return {
        (user, DigestKind.WEEK, min(began[team] for team in theirs)): None
        for user, theirs in teams.items()
        if any(team in rules and rules[team].week_began <= rules[team].today for team in theirs)
    }


@transaction.atomic
def make_one(user_id: UUID, kind: str, on: date, at: datetime) -> bool:
    """Write one summary down and queue it; False where another run was quicker. Nothing to say makes no message."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.is_active or Digest.objects.filter(recipient=user, kind=kind, on=on).exists():
        return False
    said = SUMMARY[kind](user, at)
    message = None
    if not said.is_empty:
        context = {"summary": said, "link": settings.BASE_URL + reverse("week") + READ_IN[kind]}
        message = mail.queue(to=user, kind=EmailKind.DIGEST, letter=mail.write(f"digest_{kind}", context), at=at)
    Digest.objects.create(recipient=user, kind=kind, on=on, created_at=at, email=message)
    return True


def still_wanted(message: OutgoingEmail, at: datetime) -> bool:
    """Ask again before a summary leaves: who no longer supervises hears of no week, and nothing is no day."""
    made = message.digests.first()
    if made is None:
        return False
    if made.kind == DigestKind.WEEK:
        return bool(supervised_teams(message.recipient))
    return not of_a_day(message.recipient, at).is_empty
