"""Data sets S, M and L: the demo's stories, for L years of history before them, and all that many times over."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Role, Team, User
from bench.history import HISTORY
from bench.twins import multiply
from caseload.models import Assignment, Participant
from caseload.models.participants import ParticipantQuerySet
from demo import notes, words
from demo.generator import Generator
from followups.models import FollowUp

# One participant of each data set has a story of so many entries more.
LONG_STORY = 400
USUAL_CASELOAD = 15


@dataclass(frozen=True)
class Size:
    """How many participants are told about, how many a specialist, how much older history, and how many copies."""

    people: int
    caseload: int = USUAL_CASELOAD
    sessions: float = 0
    calls: int = 0
    times: int = 1


SIZES = {
    "S": Size(people=150),
    # 20 teams with 500 people each.
    "M": Size(people=2_500, times=4),
    # 200 teams, 2,000 specialists; with the demo's own, 2 million sessions and 3 million follow-ups.
    "L": Size(people=2_500, caseload=50, sessions=15, calls=9, times=40),
}


def make(size: Size, now: datetime) -> None:
    """Fill an empty database, and leave it as one that has been running: vacuumed and analysed."""
    Generator(people=size.people, caseload=size.caseload, now=now).run()
    enlarge(size)


def enlarge(size: Size) -> None:
    """Lay history before the demo's stories, multiply them, and let every hour of every day be a working one."""
    specialist = User.objects.get(email="specialist@demo.example")
    lighten(specialist)
    if size.sessions:
        add_history(Participant.objects.all(), sessions=size.sessions, calls=size.calls)
    add_history(long_story(specialist), sessions=LONG_STORY / 2, calls=LONG_STORY // 2)
    multiply(size.times)
    # Nights and Sundays without e-mail would make the sweep depend on the moment at which it is measured.
    week = list(range(1, 8))
    Team.objects.update(
        quiet_from=time(0), quiet_until=time(0), working_days=week, holiday_country="", holiday_region=""
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


@transaction.atomic
def lighten(specialist: User) -> None:
    """Leave the demo specialist, and those they stand in for, as many people as in S: the same page at every size."""
    team = specialist.memberships.get(role=Role.SPECIALIST).team_id
    colleagues = User.objects.filter(memberships__team=team, memberships__role=Role.SPECIALIST)
    absent = list(User.objects.filter(absences__cover=specialist))
    other = colleagues.exclude(pk__in=[specialist.pk, *(one.pk for one in absent)]).order_by("-pk")[0]
    for colleague in (specialist, *absent):
        current = Assignment.objects.current().filter(specialist=colleague).order_by("pk")
        passed_on = list(current.values_list("participant", flat=True)[USUAL_CASELOAD:])
        FollowUp.objects.standing().filter(participant__in=passed_on).update(owner=other)
        Assignment.objects.current().filter(participant__in=passed_on).update(specialist=other)


def caseload_of(specialist: User) -> ParticipantQuerySet:
    """Whom a specialist walks with now."""
    mine = Assignment.objects.current().filter(specialist=specialist)
    return Participant.objects.filter(pk__in=list(mine.values_list("participant", flat=True))).order_by("name_used")


def long_story(specialist: User) -> ParticipantQuerySet:
    """The participant of theirs with the longest story."""
    longest = caseload_of(specialist).annotate(length=Count("sessions")).order_by("-length", "name_used")
    return Participant.objects.filter(pk=longest[0].pk)


@transaction.atomic
def add_history(people: ParticipantQuerySet, *, sessions: float, calls: int) -> None:
    """Lay sessions and answered calls before what the participants have, one in nine days, back in time.

    Every session keeps its rule: it ends in a follow-up, which the next one settles.
    """
    values = {
        "people": [str(key) for key in people.values_list("pk", flat=True)],
        "sessions": sessions,
        "calls": calls,
        "notes": [text.replace("{p}", "they") for text in notes.NOTES],
        "wins": list(words.WINS),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for statement in HISTORY:
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TABLE old_session, old_call")
