"""What is still to be written, read or looked through: questions over a team's notes and records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, JSONObject, RowNumber

from accounts.access import teams_of
from accounts.models import Team, User
from caseload.models.groups import GroupMeeting
from caseload.models.notes import RecordReview, SessionReview
from caseload.models.participants import Participant
from caseload.models.sessions import Session, SessionQuerySet

# So many parts of meetings at one time are looked at, to show a few.
FEW_MEETINGS = 60


def owed_by(user: User) -> SessionQuerySet:
    """Somebody's own notes that are not signed yet, those due first in front."""
    mine = Session.objects.kept_by(user).note_owed()
    return mine.select_related("participant", "team").order_by("note_due_on", "pk")


def owed_in(user: User, teams: list[Any], each: int) -> SessionQuerySet:
    """What the colleagues of this supervisor's teams owe: of each the first `each` due, whoever is late in front.

    Adds of whose notes it is one: `number`, how many these are, and `first`, when the first was due.
    """
    rows = Session.objects.visible_to(user).note_owed().filter(team__in=teams).exclude(specialist=user)
    theirs = {"partition_by": F("specialist")}
    rows = rows.annotate(
        number=Window(Count("pk"), **theirs),
        first=Window(Min("note_due_on"), **theirs),
        turn=Window(RowNumber(), order_by=[F("note_due_on"), F("pk")], **theirs),
    ).filter(turn__lte=each)
    return rows.select_related("participant", "team", "specialist").order_by("first", "specialist", "turn")


def to_read(user: User, teams: list[Any]) -> SessionQuerySet:
    """Signed notes of these teams nobody has marked as read, newest first; not one's own."""
    rows = Session.objects.visible_to(user).filter(team__in=teams, team__record_rules__notes_are_reviewed=True)
    rows = rows.filter(signed_at__isnull=False).exclude(specialist=user)
    unread = rows.filter(~Exists(SessionReview.objects.filter(session=OuterRef("pk"))))
    return unread.select_related("participant", "specialist", "team").order_by("-started_at", "-pk")


@dataclass(frozen=True)
class SameTime:
    """Another session at the same time: when, how long, how, and with whom where one may know that.

    Of one in a team they do not belong to only the times, and whose time of those they asked about.
    """

    started_at: datetime
    minutes: int
    method: str
    name: str
    specialist: str
    elsewhere: bool


def led(by: Any) -> QuerySet[Any, Any]:
    """The meetings of groups which these colleagues led; also where the parts are signed by another who led."""
    return GroupMeeting.facilitators.through.objects.filter(user__in=by).values("groupmeeting")


def at_the_same_time(
    user: Any, began: datetime, minutes: int, *, leaders: Iterable[Any], people: Iterable[Any], but: Q
) -> list[SameTime]:
    """What these colleagues, or these people, have in the record already for that time; a few of them. Two queries.

    `but` names the session or meeting itself, which is no other; a meeting of many counts once. `user` is told
    names only of those they may see.
    """
    leaders = list(leaders)
    ours = Q(specialist__in=leaders) | Q(participant__in=list(people)) | Q(meeting__in=led(leaders))
    found = (
        Session.objects.filter(ours)
        .exclude(but)
        .overlapping(began, began + timedelta(minutes=minutes))
        .select_related("participant", "specialist")
        .order_by("started_at", "pk")[:FEW_MEETINGS]
    )
    rows = list({row.meeting_id or row.pk: row for row in reversed(found)}.values())[::-1][:5]
    seen = set(Session.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    here = set(teams_of(user))
    return [
        SameTime(
            row.started_at,
            row.minutes,
            str(row.get_method_display()) if row.team_id in here else "",
            row.participant.name_used if row.pk in seen else "",
            row.specialist.name if row.team_id in here or row.specialist_id in leaders else "",
            row.team_id not in here,
        )
        for row in rows
    ]


def overlapping_pairs(user: User, teams: list[Any], since: datetime) -> SessionQuerySet:
    """Sessions of these teams since then that another of the same colleague or person overlaps, newest first.

    A colleague who led a meeting with another was there too. Adds what the other was: `other_at`,
    `other_minutes`, `other_participant`, `other_specialist`. `once` has each pair of meetings once.
    """
    minute = timedelta(minutes=1)
    rows = Session.objects.visible_to(user).held().filter(team__in=teams, started_at__gte=since)
    # The parts of one meeting are one thing that happened.
    occasion = Coalesce("meeting", "pk")
    rows = rows.annotate(occasion=occasion)
    others = Session.objects.held().annotate(occasion=occasion).exclude(occasion=OuterRef("occasion"))
    led_too = GroupMeeting.facilitators.through.objects.filter(
        groupmeeting=OuterRef("meeting"), user=OuterRef(OuterRef("specialist"))
    )
    others = others.filter(
        Q(specialist=OuterRef("specialist"))
        | Q(participant=OuterRef("participant"))
        | (Q(meeting__isnull=False) & Exists(led_too))
    )
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
            other_occasion=Subquery(first.values("occasion")[:1]),
            other_at=Subquery(first.values("started_at")[:1]),
            other_minutes=Subquery(first.values("minutes")[:1]),
            other_participant=Subquery(first.values("participant__name_used")[:1]),
            other_specialist=Subquery(first.values("specialist__name")[:1]),
        )
        .select_related("participant", "specialist", "team")
        .defer("note")
        .order_by("-started_at", "-pk")
    )


def overlaps_elsewhere(user: User, teams: list[Any], since: datetime) -> SessionQuerySet:
    """Sessions of these teams since then whose colleague was in a session of another team meanwhile, newest first.

    Adds `elsewhere`: which colleague, and when, and nothing else of it; with whom, and in which team, is not for
    whoever supervises these. `of_elsewhere` reads it. Whoever led a meeting was in it.
    """
    rows = Session.objects.visible_to(user).held().filter(team__in=teams, started_at__gte=since)
    led_this = GroupMeeting.facilitators.through.objects.filter(groupmeeting=OuterRef(OuterRef("meeting")))
    sessions = Session.objects.held().exclude(team__in=teams)
    meetings = GroupMeeting.objects.exclude(team__in=teams)
    # Each of these by its index: one look at a colleague's sessions around that time, one at the meetings.
    found = [
        during(there, who, ours)
        for there, who in ((sessions, "specialist"), (meetings, "facilitators"))
        for ours in (Q(**{who: OuterRef("specialist")}), Q(**{f"{who}__in": led_this.values("user")}))
    ]
    rows = rows.annotate(elsewhere=Coalesce(*found)).filter(elsewhere__isnull=False)
    return rows.select_related("participant", "specialist", "team").defer("note").order_by("-started_at", "-pk")


def during(there: QuerySet[Any], who: str, ours: Q) -> Subquery:
    """The first of those at the same time as the session outside in which one of our colleagues was."""
    minute = timedelta(minutes=1)
    # None is longer than a day, so the index on the start is enough to find them.
    near = there.filter(
        ours,
        started_at__lt=OuterRef("started_at") + OuterRef("minutes") * minute,
        started_at__gt=OuterRef("started_at") - timedelta(days=1),
    ).filter(started_at__gt=OuterRef("started_at") - F("minutes") * minute)
    told = JSONObject(who=F(who), name=F(f"{who}__name"), began=F("started_at"), minutes=F("minutes"))
    return Subquery(near.order_by("started_at", "pk").values(told=told)[:1])


def of_elsewhere(rows: Iterable[Any]) -> list[Session]:
    """The rows of `overlaps_elsewhere` as those of `overlapping_pairs` are: `occasion`, and the other's."""
    found = list(rows)
    for row in found:
        told = row.elsewhere
        row.other_at, row.other_minutes = datetime.fromisoformat(told["began"]), told["minutes"]
        row.other_specialist = told["name"]
        row.occasion, row.other_occasion = row.meeting_id or row.pk, (told["who"], told["began"], told["minutes"])
    return found


def once(pairs: Iterable[Any], most: int) -> list[Any]:
    """Up to so many of `overlapping_pairs`: a meeting of twelve beside one call is one overlap, not twelve."""
    rows: dict[frozenset[Any], Any] = {}
    for row in pairs:
        rows.setdefault(frozenset((row.occasion, row.other_occasion)), row)
        if len(rows) == most:
            break
    return list(rows.values())


class LocalDay(Func):
    """The day a moment falls on in the zone of a team."""

    template = "(%(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()


def records_to_review(user: User, teams: list[Any], default_days: int, at: datetime) -> QuerySet[Participant]:
    """Active participants of these teams whose record has waited as long as the team says to be read, by its day."""
    latest = RecordReview.objects.filter(participant=OuterRef("pk")).order_by("-reviewed_on")
    limit = Coalesce("team__record_rules__record_review_days", default_days)
    people = Participant.objects.visible_to(user).active().filter(team__in=teams)
    last = Coalesce(Subquery(latest.values("reviewed_on")[:1]), LocalDay(F("created_at"), F("team__time_zone")))
    people = people.annotate(last_reviewed=Subquery(latest.values("reviewed_on")[:1]), last=last)
    due = ExpressionWrapper(F("last") + limit, output_field=DateField())
    moment = Value(at, output_field=DateTimeField())
    people = people.annotate(review_due=due).filter(review_due__lte=LocalDay(moment, F("team__time_zone")))
    return people.order_by("review_due", "pk")


def with_rules(teams: list[Any]) -> QuerySet[Team]:
    """These teams with the rules of their records, by name."""
    return Team.objects.filter(pk__in=teams).select_related("record_rules").order_by("name")


def minutes_of(teams: list[Any], began: datetime, ended: datetime) -> QuerySet[Any, Any]:
    """The sessions that took place, as (team, colleague, name, start, minutes, person, meeting), between two moments.

    Each person's part of a meeting is one of them.
    """
    rows = Session.objects.held().filter(team__in=teams, started_at__gte=began, started_at__lt=ended)
    return rows.order_by("started_at", "pk").values_list(
        "team", "specialist", "specialist__name", "started_at", "minutes", "participant", "meeting"
    )


def led_minutes_of(teams: list[Any], began: datetime, ended: datetime) -> QuerySet[Any, Any]:
    """The meetings of groups, once for each who led: (team, colleague, name, start, minutes), between two moments."""
    rows = GroupMeeting.objects.filter(team__in=teams, started_at__gte=began, started_at__lt=ended)
    rows = rows.filter(facilitators__isnull=False).order_by("started_at", "pk")
    return rows.values_list("team", "facilitators", "facilitators__name", "started_at", "minutes")


def first_of(month: str, today: date) -> date:
    """The first day of a month written as 2026-05; this month's where it is none, or nobody can mean it."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return today.replace(day=1)
    # The month before and after it is there in every zone.
    return first if 1900 < first.year < 9999 else today.replace(day=1)
