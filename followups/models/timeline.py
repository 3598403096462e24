"""One participant's story, newest first, from all the tables it is kept in."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, TruncDate

from accounts.prepared import Ids, prepared
from caseload.models import (
    Activity,
    BarrierChange,
    Connection,
    Goal,
    GoalProgress,
    GoalStep,
    Merge,
    Participant,
    Quotation,
    Referral,
    Session,
    Setback,
    Tried,
    Win,
)
from caseload.models.goals import Answer, Direction, Doer, GoalState
from caseload.models.strands import BarrierState, ReferralState
from caseload.models.words import Topic
from followups.calendar import DAY, local_date, midnight
from followups.models.attempts import ContactAttempt
from followups.models.followups import FollowUp, State

# The choices behind the word that stands beside a line.
ABOUT = {
    "words": Topic,
    "goal": GoalState,
    "step": Doer,
    "progress": Direction,
    "tried": Answer,
    "referral": ReferralState,
    "barrier": BarrierState,
}

# The goal, and what was said of how it goes, if anything was.
WORDLESS = When(words="", then=F("goal__wording"))
WORDED = Concat("goal__wording", Value(" · "), "words", output_field=CharField())

# What a line of the story shows; every row comes with a colleague and more, and most of their columns are never read.
SESSION_SHOWN = (
    *("started_at", "logged_late", "signed_at", "note_due_on", "status", "method", "minutes", "strands", "note"),
)
BESIDE_A_SESSION = {
    "led_by": Coalesce(NullIf("specialist__name", Value("")), "specialist__email", output_field=CharField()),
    "towards": F("goal__wording"),
    "group": F("meeting__name"),
    "of_the_group": F("meeting__description"),
    "next_for": F("next_step__followup__purpose"),
    # The day that was agreed on: on which it stood before anybody moved it later.
    "next_on": Case(
        When(
            Q(next_step__followup__moved_at=None) | Q(next_step__followup__moved_at__lte=F("logged_at")),
            then=F("next_step__followup__due_on"),
        ),
        default=F("next_step__followup__planned_on"),
    ),
    "nothing_next_because": F("next_step__reason"),
    "nothing_next_by": F("next_step__decided_by"),
}
ATTEMPT_SHOWN = ("at", "label", "undone_at", "followup_id", "by__name", "by__email")
DECISION_SHOWN = (
    *("closed_at", "state", "purpose", "what", "kept", "due_on", "closing_reason", "decided_by"),
    *("closed_by__name", "closed_by__email"),
)

DayLines = tuple[QuerySet[Any], str, str, Any, Any]


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, of which kind, and the row itself."""

    at: datetime
    kind: str
    row: Any

    @property
    def key(self) -> tuple[datetime, UUID]:
        """The place in the order; the id decides between things of the same moment."""
        return self.at, self.row.pk

    @property
    def cursor(self) -> str:
        """The place as an address carries it."""
        return f"{self.at.isoformat()}_{self.row.pk}"


@dataclass(frozen=True)
class Said:
    """A win, words of theirs and the like, in the order by the local day they belong to, whenever written down."""

    pk: UUID
    day: date
    kind: str
    text: str
    topic: str

    @property
    def about(self) -> str:
        """What the words are about, or how it stands with a goal, a step, or what was tried; empty for a win."""
        return str(dict(ABOUT[self.kind].choices).get(self.topic, "")) if self.kind in ABOUT else ""


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """The place in an address; None for the start or for what is none."""
    try:
        at, key = text.split("_")
        moment = datetime.fromisoformat(at)
        # A day at either end of time cannot be read in every zone.
        known = moment.tzinfo is not None and 1900 < moment.year < 9999
        return (moment.astimezone(UTC), UUID(key)) if known else None
    except ValueError:
        return None


def page(participant: Participant, before: tuple[datetime, UUID] | None, size: int) -> tuple[list[Entry], str]:
    """The newest `size` entries before that place, and the place to go on from (empty at the end).

    The participant was found by `visible_to`: what is the person's own may be seen with the person.
    At most four queries, however long the story: which they are, by the index of each table, and then those alone.
    """
    at, key = before or (None, None)
    zone = participant.team.time_zone
    on = at and local_date(at, zone)
    # Where the place is that of a line of a day, its day may have more of them to give.
    same_day = on is not None and end_of(on, zone) == at
    found = places(participant.pk, zone, at, key, on, key if same_day else None, size)
    shown, more = [read(row, zone) for row in found[:size]], len(found) > size
    rows: dict[UUID, Any] = {}
    for kind, ask in WHOLE.items():
        keys = Ids(entry.row.pk for entry in shown if entry.kind == kind)
        rows |= {row.pk: row for row in ask(keys)} if keys else {}
    entries = [replace(entry, row=rows[entry.row.pk]) if entry.kind in WHOLE else entry for entry in shown]
    return entries, entries[-1].cursor if more else ""


def read(row: tuple[Any, ...], zone: str) -> Entry:
    """The entry in its place; what happened at a moment has its row still to be read."""
    pk, at, day, kind, text, topic = row
    return Entry(at or end_of(day, zone), kind, Said(pk, day, kind, text, topic))


@prepared
def places(
    participant: UUID,
    zone: str,
    at: datetime | None,
    key: UUID | None,
    on: date | None,
    day_key: UUID | None,
    size: int,
) -> QuerySet[Any, Any]:
    """One page before that place, and one more to know whether there is more; what belongs to a day on top of it.

    Of what belongs to a day: before that day, and with a key what follows it on the day itself. Each table gives a
    page of its own at most, by its index.
    """
    pages = []
    for rows, moment, kind in moments(participant, zone):
        if at is not None:
            rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at}, pk__lt=key))
        rows = rows.annotate(moment=F(moment), local_day=TruncDate(moment, tzinfo=ZoneInfo(zone)))
        columns = rows.values_list("pk", "moment", "local_day", words(kind), words(""), words(""))
        pages.append(columns.order_by("-moment", "-pk")[: size + 1])
    for rows, day, kind, text, about in lines_of_days(participant, zone):
        if on is not None:
            same_day = Q(**{day: on}, pk__lt=day_key) if day_key is not None else Q()
            rows = rows.filter(Q(**{f"{day}__lt": on}) | same_day)
        columns = rows.values_list("pk", no_moment(), F(day), words(kind), text, about)
        pages.append(columns.order_by(F(day).desc(), "-pk")[: size + 1])
    # Without a moment comes first: PostgreSQL takes nothing for more than everything.
    return pages[0].union(*pages[1:], all=True).order_by("-local_day", "-moment", "-pk")[: size + 1]


def moments(participant: UUID, zone: str) -> list[tuple[QuerySet[Any], str, str]]:
    """What happened at a moment: rows, the moment's column, the kind.

    Of follow-ups: what was decided, what came of promises, and what was done later than meant. What was set aside
    with a rhythm was no decision, and what a missed meeting replaced was not done.
    """
    late = Q(state=State.DONE, closing_reason="", closed_on__gt=F("due_on"))
    closed = FollowUp.objects.filter(participant=participant)
    closed = closed.alias(closed_on=TruncDate("closed_at", tzinfo=ZoneInfo(zone)))
    told = Q(state=State.NOT_NEEDED, set_aside=False) | Q(state=State.DONE, kept__isnull=False) | late
    return [
        (Session.objects.filter(participant=participant), "started_at", "session"),
        (ContactAttempt.objects.filter(participant=participant), "at", "attempt"),
        (closed.filter(told), "closed_at", "decision"),
    ]


@prepared
def sessions(keys: Ids) -> QuerySet[Session]:
    """What happened, with what stands beside it in the story."""
    labels = Activity.objects.filter(
        pk__in=Session.activities.through.objects.filter(session=OuterRef(OuterRef("pk"))).values("activity")
    )
    return (
        Session.objects.filter(pk__among=keys)
        .only(*SESSION_SHOWN)
        .with_additions()
        .annotate(activity_labels=ArraySubquery(labels.order_by("position").values("label")), **BESIDE_A_SESSION)
    )


@prepared
def attempts(keys: Ids) -> QuerySet[ContactAttempt]:
    """Tries to reach them."""
    return ContactAttempt.objects.filter(pk__among=keys).select_related("by").only(*ATTEMPT_SHOWN)


@prepared
def decisions(keys: Ids) -> QuerySet[FollowUp]:
    """What was settled, with both dates; `met_at` is when they met, where a session settled it."""
    met = Session.objects.filter(participant=OuterRef("participant"), logged_at=OuterRef("closed_at"))
    rows = FollowUp.objects.filter(pk__among=keys).annotate(met_at=Subquery(met.values("started_at")[:1]))
    return rows.select_related("closed_by").only(*DECISION_SHOWN)


# The questions that read whole rows of a kind.
WHOLE = {"session": sessions, "attempt": attempts, "decision": decisions}


def lines_of_days(participant: UUID, zone: str) -> list[DayLines]:
    """What belongs to a day and not to a moment: rows, the day's column, the kind, what it says, what it is about."""
    wins = Win.objects.filter(participant=participant)
    said = Quotation.objects.filter(participant=participant)
    answered = Referral.objects.filter(participant=participant).exclude(state="offered")
    setbacks = Setback.objects.filter(participant=participant)
    closed = Goal.objects.filter(participant=participant).exclude(closed_on=None)
    steps = GoalStep.objects.filter(goal__participant=participant).exclude(done_on=None)
    progress = GoalProgress.objects.filter(goal__participant=participant)
    tried = Tried.objects.filter(participant=participant).exclude(answered_on=None)
    barriers = BarrierChange.objects.filter(barrier__participant=participant)
    joined = Connection.objects.filter(participant=participant)
    merges = Merge.objects.standing().filter(kept=participant).annotate(day=TruncDate("at", tzinfo=ZoneInfo(zone)))
    return [
        (merges, "day", "merge", F("by__name"), words("")),
        (wins, "happened_on", "win", F("text"), words("")),
        (said, "said_on", "words", F("text"), F("topic")),
        (answered, "changed_on", "referral", Coalesce("service__name", "to_whom"), F("state")),
        (setbacks, "happened_on", "setback", F("words"), words("")),
        (closed, "closed_on", "goal", F("wording"), F("state")),
        (steps, "done_on", "step", F("text"), F("done_by")),
        (progress, "said_on", "progress", Case(WORDLESS, default=WORDED), F("direction")),
        (tried, "answered_on", "tried", F("text"), F("answer")),
        (barriers, "on", "barrier", F("barrier__what"), F("state")),
        (joined.filter(Q(until=None) | Q(until__gt=F("since"))), "since", "joined", F("what"), words("")),
        # Come and gone on one day: that is one line, and its place in the order is one.
        (joined.filter(until=F("since")), "since", "once", F("what"), words("")),
        (joined.filter(until__gt=F("since")), "until", "left", F("what"), words("")),
    ]


def words(text: str) -> Value:
    """A constant column."""
    return Value(text, output_field=CharField())


@lru_cache(maxsize=2048)
def end_of(day: date, zone: str) -> datetime:
    """The last moment of a local day."""
    return midnight(day + DAY, zone) - timedelta(microseconds=1)


def no_moment() -> Cast:
    """An empty column of moments."""
    return Cast(Value(None), DateTimeField())
