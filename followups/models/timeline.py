"""One participant's story, newest first, from all the tables it is kept in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, TruncDate

from accounts.prepared import prepared
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
    *("specialist__name", "specialist__email", "goal__wording", "meeting__name", "meeting__description"),
    *("next_step__reason", "next_step__decided_by", "next_step__followup__purpose", "next_step__followup__due_on"),
    *("next_step__followup__planned_on", "next_step__followup__moved_at"),
)
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
    Four queries, however long the story: each table gives at most one page, by its index.
    """
    at, key = before or (None, None)
    zone = participant.team.time_zone
    on = at and local_date(at, zone)
    # Where the place is that of a line of a day, its day may have more of them to give.
    same_day = on is not None and end_of(on, zone) == at
    entries = [
        *(Entry(row.started_at, "session", row) for row in sessions(participant.pk, at, key, size)),
        *(Entry(row.at, "attempt", row) for row in attempts(participant.pk, at, key, size)),
        *lines(of_days(participant.pk, zone, on, key if same_day else None, size), zone),
        *(Entry(row.closed_at, "decision", row) for row in closed(participant.pk, zone, at, key, size)),
    ]
    entries.sort(key=lambda entry: entry.key, reverse=True)
    more = len(entries) > size
    return entries[:size], entries[size - 1].cursor if more else ""


@prepared
def sessions(participant: UUID, at: datetime | None, key: UUID | None, size: int) -> QuerySet[Session]:
    """What happened, with what stands beside it in the story."""
    labels = Activity.objects.filter(
        pk__in=Session.activities.through.objects.filter(session=OuterRef(OuterRef("pk"))).values("activity")
    )
    rows = (
        Session.objects.filter(participant=participant)
        .select_related("specialist", "goal", "meeting", "next_step__followup")
        .only(*SESSION_SHOWN)
        .with_additions()
        .annotate(activity_labels=ArraySubquery(labels.order_by("position").values("label")))
    )
    return newest(rows, "started_at", at, key, size)


@prepared
def attempts(participant: UUID, at: datetime | None, key: UUID | None, size: int) -> QuerySet[ContactAttempt]:
    """Each try to reach them."""
    rows = ContactAttempt.objects.filter(participant=participant).select_related("by").only(*ATTEMPT_SHOWN)
    return newest(rows, "at", at, key, size)


@prepared
def closed(participant: UUID, zone: str, at: datetime | None, key: UUID | None, size: int) -> QuerySet[FollowUp]:
    """What was decided, what came of promises, and what was done later than meant, with both dates.

    `met_at` is when they met, where a session settled it. What was set aside with a rhythm was no decision, and
    what a missed meeting replaced was not done.
    """
    met = Session.objects.filter(participant=OuterRef("participant"), logged_at=OuterRef("closed_at"))
    late = Q(state=State.DONE, closing_reason="", closed_on__gt=F("due_on"))
    rows = (
        FollowUp.objects.filter(participant=participant)
        .alias(closed_on=TruncDate("closed_at", tzinfo=ZoneInfo(zone)))
        .filter(Q(state=State.NOT_NEEDED, set_aside=False) | Q(state=State.DONE, kept__isnull=False) | late)
        .annotate(met_at=Subquery(met.values("started_at")[:1]))
        .select_related("closed_by")
        .only(*DECISION_SHOWN)
    )
    return newest(rows, "closed_at", at, key, size)


def newest(rows: QuerySet[Any], moment: str, at: datetime | None, key: UUID | None, size: int) -> QuerySet[Any]:
    """One page of one table, and one more to know whether there is more."""
    if at is not None:
        rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at}, pk__lt=key))
    return rows.order_by(F(moment).desc(), "-pk")[: size + 1]


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
        (joined, "since", "joined", F("what"), words("")),
        # One who went once only has come and gone on a day: that is one line, and its place in the order is one.
        (joined.filter(until__gt=F("since")), "until", "left", F("what"), words("")),
    ]


@prepared
def of_days(participant: UUID, zone: str, on: date | None, key: UUID | None, size: int) -> QuerySet[Any]:
    """One page of all of them in one query: before that day, and with a key what follows it on the day itself."""
    pages = []
    for rows, day, kind, text, about in lines_of_days(participant, zone):
        if on is not None:
            same_day = Q(**{day: on}, pk__lt=key) if key is not None else Q()
            rows = rows.filter(Q(**{f"{day}__lt": on}) | same_day)
        columns = rows.values_list("pk", F(day), words(kind), text, about)
        pages.append(columns.order_by(F(day).desc(), "-pk")[: size + 1])
    return pages[0].union(*pages[1:], all=True)


def lines(rows: list[tuple[Any, ...]], zone: str) -> list[Entry]:
    """What belongs to a day stands on top of it."""
    found = [Said(*row) for row in rows]
    return [Entry(end_of(row.day, zone), row.kind, row) for row in found]


def words(text: str) -> Value:
    """A constant column."""
    return Value(text, output_field=CharField())


def end_of(day: date, zone: str) -> datetime:
    """The last moment of a local day."""
    return midnight(day + DAY, zone) - timedelta(microseconds=1)
