"""Facts worth a talk between a person, their peer and the supervisor. No score, no order of people or colleagues."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from accounts.access import supervised_teams
from caseload.models import Complaint, Goal, GoalProgress, GoalStep, ServiceEpisode, Session, SignalTalk
from caseload.models.goals import Direction, GoalState
from caseload.models.participants import LocalMidnight, ParticipantQuerySet
from caseload.models.rules import rule
from followups.calendar.rhythms import STAGES
from followups.models.attempts import ContactAttempt
from followups.models.followups import FollowUp, LocalDay, State
from followups.models.plans import CheckInPlan, RhythmKind

# How far apart the contacts of an agreed rhythm are, in days.
APART = {RhythmKind.EVERY_TWO_WEEKS: 14, RhythmKind.MONTHLY: 31}
WEEK = 7
LONG_AGO = date(1900, 1, 1)
LONG_BEFORE = datetime(1900, 1, 1, tzinfo=UTC)


class DaysBefore(Func):
    """The moment so many times 24 hours before another."""

    arg_joiner = " - INTERVAL '1 day' * "
    template = "(%(expressions)s)"
    output_field = DateTimeField()


class EndOfDay(Func):
    """The moment the local day of a participant's row ends, in the zone of their team."""

    template = "((%(expressions)s)"
    arg_joiner = " + 1)::timestamp AT TIME ZONE "
    output_field = DateTimeField()

    def __init__(self, day: str) -> None:
        super().__init__(F(day), F("participant__team__time_zone"))


def days_ago(at: datetime, days: Any) -> ExpressionWrapper:
    """The local day so many days back, in the zone of the row's team."""
    return ExpressionWrapper(LocalDay(at) - days, output_field=DateField())


def counted(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are of each participant."""
    number = rows.order_by().values("participant").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def with_facts(people: ParticipantQuerySet, user: Any, at: datetime) -> ParticipantQuerySet:
    """Participants with the facts behind each signal: `complained`, `is_quiet`, `tries`, `is_still`.

    Also `quiet_since`, `apart` (the days between contacts of the agreed rhythm), `moved_on`, `talked_on`. Days are
    local days of each team. What was written down before the last talk counts no more; a talk of a day gone by covers
    that day and not what came after it. Of those who are not with us any more only complaints are left.

    Every fact is read by an index of its participant, within the team's window or since the last contact.
    """
    complaints = Complaint.objects.visible_to(user)
    people = people.filter(Q(is_active=True) | Q(pk__in=complaints.values("participant")))
    moment = Least("recorded_at", EndOfDay("talked_on"))
    talks = SignalTalk.objects.filter(participant=OuterRef("pk")).annotate(moment=moment).order_by("-moment")
    open_episode = ServiceEpisode.objects.filter(participant=OuterRef("pk"), ended_on=None)
    people = people.annotate(talked_on=Subquery(talks.values("talked_on")[:1])).alias(
        talk=Coalesce(Subquery(talks.values("moment")[:1]), Value(LONG_BEFORE)),
        talk_of_all=Coalesce(Subquery(talks.filter(knew_all=True).values("moment")[:1]), Value(LONG_BEFORE)),
        back_on=Coalesce(Subquery(open_episode.values("started_on")[:1]), Value(LONG_AGO)),
        back_at=Subquery(open_episode.annotate(back=LocalMidnight("started_on")).values("back")[:1]),
        # For a supervisor a complaint stays until it has been talked about, however long ago it was said.
        looks_back_to=Case(
            When(team__in=supervised_teams(user), then=Value(LONG_AGO)),
            default=days_ago(at, rule("complaint_days")),
            output_field=DateField(),
        ),
    )
    untold = Q(for_supervisor=False, recorded_at__gt=OuterRef("talk"))
    # Only who knew of it can have talked about it.
    untold |= Q(for_supervisor=True, recorded_at__gt=OuterRef("talk_of_all"))
    theirs = complaints.filter(untold, participant=OuterRef("pk"), said_on__gt=OuterRef("looks_back_to"))
    return with_progress(with_silence(people.annotate(complained=counted(theirs)), at), at)


def often(at: datetime) -> Case:
    """How many days lie between the contacts of a plan now; one that steps down has got further apart by itself."""
    weekly, every_two_weeks, _monthly = STAGES[RhythmKind.STEP_DOWN]
    first = weekly.days * (weekly.count - 1)
    second = first + every_two_weeks.days * every_two_weeks.count
    return Case(
        When(kind=RhythmKind.EVERY_N_DAYS, then=F("every")),
        When(kind=RhythmKind.STEP_DOWN, starts_on__lt=days_ago(at, second), then=Value(APART[RhythmKind.MONTHLY])),
        When(kind=RhythmKind.STEP_DOWN, starts_on__lt=days_ago(at, first), then=Value(every_two_weeks.days)),
        *(When(kind=kind, then=Value(number)) for kind, number in APART.items()),
        default=Value(WEEK),
        output_field=IntegerField(),
    )


def with_silence(people: ParticipantQuerySet, at: datetime) -> ParticipantQuerySet:
    """Adds `quiet_since`, `is_quiet` (longer than agreed) and `tries` without an answer since anybody was reached.

    Counted from the last contact, from when they came (back) to us, or from the end of a pause.
    """
    plan = CheckInPlan.objects.running().filter(participant=OuterRef("pk"))
    plan = plan.annotate(apart=often(at), paused=LocalMidnight("paused_until"))
    resting = FollowUp.objects.filter(participant=OuterRef("pk"), state=State.PAUSED).order_by("-due_on")
    met = Session.objects.held().filter(participant=OuterRef("pk")).order_by("-started_at", "-pk")
    attempts = ContactAttempt.objects.filter(participant=OuterRef("pk"), undone_at=None)
    reached = attempts.filter(outcome__reached=True).order_by("-at", "-pk")
    people = people.annotate(
        quiet_since=Greatest("created_at", "last_contact_at", "back_at"),
        apart=Subquery(plan.values("apart")[:1]),
    ).alias(
        limit=Coalesce(F("apart") * rule("silence_times"), F("team__silence_after_days")),
        counts_from=Greatest(
            "quiet_since",
            "talk",
            Subquery(plan.values("paused")[:1]),
            Subquery(resting.annotate(paused=LocalMidnight("due_on")).values("paused")[:1]),
        ),
        reached_at=Greatest(
            "created_at",
            "back_at",
            "talk",
            Subquery(met.values("started_at")[:1]),
            Subquery(reached.values("at")[:1]),
        ),
    )
    tries = counted(attempts.filter(outcome__reached=False, at__gt=OuterRef("reached_at")))
    quiet = Q(is_active=True, counts_from__lt=DaysBefore(Value(at, output_field=DateTimeField()), F("limit")))
    return people.annotate(is_quiet=Case(When(quiet, then=True), default=False), tries=tries)


def with_progress(people: ParticipantQuerySet, at: datetime) -> ParticipantQuerySet:
    """Adds `moved_on`, the last day anything moved where a goal is open; `is_still` where that is too long ago.

    A goal moves when it is set or closed, when a step is done, and when the person says that they are closer.
    """
    goals = Goal.objects.filter(participant=OuterRef("pk"))
    closer = GoalProgress.objects.filter(goal__participant=OuterRef("pk"), direction=Direction.CLOSER)
    days = [
        latest(goals, "participant", "started_on"),
        latest(goals, "participant", "closed_on"),
        latest(GoalStep.objects.filter(goal__participant=OuterRef("pk")), "goal__participant", "done_on"),
        latest(closer, "goal__participant", "said_on"),
    ]
    opened = When(Exists(goals.filter(state=GoalState.OPEN)), then=Greatest(*days))
    people = people.annotate(moved_on=Case(opened, default=None, output_field=DateField()))
    people = people.alias(still_since=Greatest("moved_on", "talked_on", "back_on"))
    still = Q(is_active=True, moved_on__isnull=False, still_since__lte=days_ago(at, rule("progress_days")))
    return people.annotate(is_still=Case(When(still, then=True), default=False))


def latest(rows: QuerySet[Any], person: str, day: str) -> Coalesce:
    """The latest of a column of dates for each participant; long ago where there is none."""
    newest = rows.order_by().values(person).annotate(day=Max(day)).values("day")
    return Coalesce(Subquery(newest, output_field=DateField()), Value(LONG_AGO))


def worth_a_talk(people: ParticipantQuerySet, user: Any) -> ParticipantQuerySet:
    """Of those with facts: who has at least one signal, by name. To a supervisor every complaint is one."""
    many = Q(complained__gte=rule("complaints_from")) | Q(complained__gte=1, team__in=supervised_teams(user))
    tried = Q(is_active=True, tries__gte=rule("unanswered_tries"))
    return people.filter(many | tried | Q(is_quiet=True) | Q(is_still=True)).order_by("name_used", "pk")
