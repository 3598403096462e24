"""Facts worth a talk between a person, their peer and the supervisor. No score, no order of people or colleagues."""

from datetime import date, datetime
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
from django.db.models.functions import Cast, Coalesce, Greatest

from caseload.models import Complaint, Goal, GoalProgress, GoalStep, Session, SignalTalk
from caseload.models.goals import GoalState
from caseload.models.participants import ParticipantQuerySet
from caseload.models.rules import rule
from followups.models.attempts import ContactAttempt
from followups.models.plans import CheckInPlan, RhythmKind

# How far apart the contacts of an agreed rhythm are, in days; one that steps down is counted as it begins.
APART = {RhythmKind.EVERY_TWO_WEEKS: 14, RhythmKind.MONTHLY: 31}
WEEK = 7
LONG_AGO = date(1900, 1, 1)


class DaysBefore(Func):
    """The moment so many times 24 hours before another."""

    arg_joiner = " - INTERVAL '1 day' * "
    template = "(%(expressions)s)"
    output_field = DateTimeField()


def before(on: date, name: str) -> ExpressionWrapper:
    """The local day as many days back as that rule says."""
    return ExpressionWrapper(Value(on, output_field=DateField()) - rule(name), output_field=DateField())


def counted(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are of each participant."""
    number = rows.order_by().values("participant").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def with_facts(people: ParticipantQuerySet, user: Any, at: datetime, on: date) -> ParticipantQuerySet:
    """Active participants with the facts behind each signal: `complained`, `is_quiet`, `tries`, `is_still`.

    Also `quiet_since`, `moved_on`, `talked_on`. `on` is the day, `at` the moment. What was before the last talk
    counts no more.

    Every fact is read by an index of its participant, within the team's window or since the last contact.
    """
    talks = SignalTalk.objects.filter(participant=OuterRef("pk")).order_by("-talked_on")
    people = people.active().annotate(talked_on=Subquery(talks.values("talked_on")[:1]))
    people = people.alias(talk=Coalesce("talked_on", Value(LONG_AGO)))
    people = people.alias(complaints_after=Greatest(before(on, "complaint_days"), F("talk")))
    complaints = Complaint.objects.visible_to(user).filter(participant=OuterRef("pk"))
    people = people.annotate(complained=counted(complaints.filter(said_on__gt=OuterRef("complaints_after"))))
    return with_progress(with_silence(people, at), on)


def with_silence(people: ParticipantQuerySet, at: datetime) -> ParticipantQuerySet:
    """Adds `quiet_since`, `is_quiet` (longer than agreed) and `tries` without an answer since anybody was reached."""
    often = Case(
        When(kind=RhythmKind.EVERY_N_DAYS, then=F("every")),
        *(When(kind=kind, then=Value(number)) for kind, number in APART.items()),
        default=Value(WEEK),
        output_field=IntegerField(),
    )
    plan = CheckInPlan.objects.running().filter(participant=OuterRef("pk")).annotate(apart=often)
    met = Session.objects.held().filter(participant=OuterRef("pk")).order_by("-started_at", "-pk")
    attempts = ContactAttempt.objects.filter(participant=OuterRef("pk"), undone_at=None)
    reached = attempts.filter(outcome__reached=True).order_by("-at", "-pk")
    people = people.annotate(quiet_since=Greatest("created_at", "last_contact_at")).alias(
        limit=Coalesce(Subquery(plan.values("apart")[:1]) * rule("silence_times"), F("team__silence_after_days")),
        counts_from=Greatest("created_at", "last_contact_at", Cast("talk", DateTimeField())),
        reached_at=Greatest(
            "created_at",
            Subquery(met.values("started_at")[:1]),
            Subquery(reached.values("at")[:1]),
            Cast("talk", DateTimeField()),
        ),
    )
    tries = counted(attempts.filter(outcome__reached=False, at__gt=OuterRef("reached_at")))
    quiet = Q(counts_from__lt=DaysBefore(Value(at, output_field=DateTimeField()), F("limit")))
    return people.annotate(is_quiet=Case(When(quiet, then=True), default=False), tries=tries)


def with_progress(people: ParticipantQuerySet, on: date) -> ParticipantQuerySet:
    """Adds `moved_on`, the last day anything moved where a goal is open; `is_still` where that is too long ago."""
    goals = Goal.objects.filter(participant=OuterRef("pk"))
    days = [
        latest(goals, "participant", "started_on"),
        latest(goals, "participant", "closed_on"),
        latest(GoalStep.objects.filter(goal__participant=OuterRef("pk")), "goal__participant", "done_on"),
        latest(GoalProgress.objects.filter(goal__participant=OuterRef("pk")), "goal__participant", "said_on"),
    ]
    opened = When(Exists(goals.filter(state=GoalState.OPEN)), then=Greatest(*days))
    people = people.annotate(moved_on=Case(opened, default=None, output_field=DateField()))
    limit = before(on, "progress_days")
    return people.annotate(is_still=Case(When(moved_on__lte=limit, talk__lte=limit, then=True), default=False))


def latest(rows: QuerySet[Any], person: str, day: str) -> Coalesce:
    """The latest of a column of dates for each participant; long ago where there is none."""
    newest = rows.order_by().values(person).annotate(day=Max(day)).values("day")
    return Coalesce(Subquery(newest, output_field=DateField()), Value(LONG_AGO))


def worth_a_talk(people: ParticipantQuerySet) -> ParticipantQuerySet:
    """Of those with facts: who has at least one signal, by name."""
    many = Q(complained__gte=rule("complaints_from")) | Q(tries__gte=rule("unanswered_tries"))
    return people.filter(many | Q(is_quiet=True) | Q(is_still=True)).order_by("name_used", "pk")
