"""What is still to be written, read or looked through: questions over a team's notes and records."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, DateField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Team, User
from caseload.models.notes import RecordReview, SessionReview
from caseload.models.participants import Participant
from caseload.models.sessions import Session, SessionQuerySet


def owed_by(user: User) -> SessionQuerySet:
    """Somebody's own notes that are not signed yet, those due first in front."""
    mine = Session.objects.visible_to(user).note_owed().filter(specialist=user)
    return mine.select_related("participant", "team").order_by("note_due_on", "pk")


def owed_in(teams: list[Any]) -> QuerySet[Any, Any]:
    """For each colleague of these teams who owes notes: how many, and since when the oldest is due."""
    rows = Session.objects.note_owed().filter(team__in=teams)
    return (
        rows.values("specialist", name=F("specialist__name"))
        .annotate(number=Count("pk"), first=Min("note_due_on"))
        .order_by("first", "name")
    )


def to_read(user: User, teams: list[Any], since: datetime) -> SessionQuerySet:
    """Signed notes of these teams nobody has marked as read, newest first; not one's own."""
    rows = Session.objects.visible_to(user).filter(team__in=teams, team__record_rules__notes_are_reviewed=True)
    rows = rows.filter(signed_at__isnull=False, started_at__gte=since).exclude(specialist=user)
    unread = rows.filter(~Exists(SessionReview.objects.filter(session=OuterRef("pk"))))
    return unread.select_related("participant", "specialist", "team").order_by("-started_at", "-pk")


@dataclass(frozen=True)
class SameTime:
    """Another session at the same time: when, how long, how, and with whom where one may know that."""

    started_at: datetime
    minutes: int
    method: str
    name: str
    specialist: str


def at_the_same_time(user: Any, session: Session, participant: Participant) -> list[SameTime]:
    """What this colleague, or this person, has in the record already for that time; a few of them. Two queries.

    The session itself, sent a second time, is no other.
    """
    began, minutes = session.started_at, session.minutes or 0
    ours = Q(specialist=user.pk) | Q(participant=participant.pk)
    rows = list(
        Session.objects.filter(ours)
        .exclude(form_token=session.form_token)
        .overlapping(began, began + timedelta(minutes=minutes))
        .select_related("participant", "specialist")
        .order_by("started_at", "pk")[:5]
    )
    seen = set(Session.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [
        SameTime(
            row.started_at,
            row.minutes,
            str(row.get_method_display()),
            row.participant.name_used if row.pk in seen else "",
            row.specialist.name,
        )
        for row in rows
    ]


def overlapping_pairs(user: User, teams: list[Any], since: datetime) -> SessionQuerySet:
    """Sessions of these teams since then that another of the same colleague or person overlaps, newest first.

    Adds `other_at`, `other_minutes` and `other_same` ("colleague" where the same colleague was in both).
    """
    minute = timedelta(minutes=1)
    rows = Session.objects.visible_to(user).held().filter(team__in=teams, started_at__gte=since)
    others = Session.objects.held().exclude(pk=OuterRef("pk"))
    others = others.filter(Q(specialist=OuterRef("specialist")) | Q(participant=OuterRef("participant")))
    # A session is a day long at most, so the index on the start is enough to find them.
    near = others.filter(
        started_at__lt=OuterRef("started_at") + OuterRef("minutes") * minute,
        started_at__gt=OuterRef("started_at") - timedelta(days=1),
        team__in=teams,
    ).filter(started_at__gt=OuterRef("started_at") - F("minutes") * minute)
    first = near.order_by("started_at", "pk")
    return (
        rows.annotate(other=Subquery(first.values("pk")[:1]))
        .filter(other__isnull=False)
        .annotate(
            other_at=Subquery(first.values("started_at")[:1]),
            other_minutes=Subquery(first.values("minutes")[:1]),
            other_participant=Subquery(first.values("participant__name_used")[:1]),
            other_specialist=Subquery(first.values("specialist__name")[:1]),
        )
        .select_related("participant", "specialist", "team")
        .order_by("-started_at", "-pk")
    )


def records_to_review(user: User, teams: list[Any], default_days: int, on: date) -> QuerySet[Participant]:
    """Active participants of these teams whose record, on that day, had waited as long as the team says to be read."""
    latest = RecordReview.objects.filter(participant=OuterRef("pk")).order_by("-reviewed_on")
    limit = Coalesce("team__record_rules__record_review_days", default_days)
    people = Participant.objects.visible_to(user).active().filter(team__in=teams)
    last = Coalesce(Subquery(latest.values("reviewed_on")[:1]), F("created_at__date"))
    people = people.annotate(last_reviewed=Subquery(latest.values("reviewed_on")[:1]), last=last)
    due = ExpressionWrapper(F("last") + limit, output_field=DateField())
    return people.annotate(review_due=due).filter(review_due__lte=on).order_by("review_due", "pk")


def with_rules(teams: list[Any]) -> QuerySet[Team]:
    """These teams with the rules of their records, by name."""
    return Team.objects.filter(pk__in=teams).select_related("record_rules").order_by("name")


def minutes_of(teams: list[Any], began: datetime, ended: datetime) -> QuerySet[Any, Any]:
    """The sessions that took place between two moments, as (team, colleague, name, person, start, minutes)."""
    rows = Session.objects.held().filter(team__in=teams, started_at__gte=began, started_at__lt=ended)
    return rows.order_by("specialist__name", "started_at").values_list(
        "team", "specialist", "specialist__name", "participant", "started_at", "minutes"
    )


def first_of(month: str, today: date) -> date:
    """The first day of a month written as 2026-05; this month's where it is none."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return today.replace(day=1)
