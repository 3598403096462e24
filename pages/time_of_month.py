"""The time of a month: what each colleague of a team did, and the units in it."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from accounts.models import Team
from caseload.models import paperwork
from caseload.models.rules import rules_of
from caseload.units import total
from followups.actions import oversight
from followups.calendar import DAY, local_date, midnight
from followups.exports import as_csv


@requires(Permission.SUPERVISE)
def time_of_month(request: HttpRequest) -> HttpResponse:
    month, rows = month_of(request)
    days = {"before": month - DAY, "after": following(month)}
    context = {"month": month, "rows": rows, "supervises": True, "counts_units": any(row["rule"] for row in rows)}
    return render(request, "notes/time.html", {**context, **days})


@requires(Permission.SUPERVISE)
def time_of_month_csv(request: HttpRequest) -> HttpResponse:
    month, rows = month_of(request)
    lines = [[row["team"], row["name"], row["sessions"], row["minutes"], blank_if_none(row["units"])] for row in rows]
    oversight.exported(count=len(lines), by=request.user, at=timezone.now())
    header = (_("Team"), _("Peer specialist"), _("Sessions"), _("Minutes"), _("Units"))
    response = HttpResponse(as_csv(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="time-{month:%Y-%m}.csv"'
    return response


def blank_if_none(number: int | None) -> Any:
    """No units counted is an empty field; none earned is 0."""
    return "" if number is None else number


def following(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def month_of(request: HttpRequest) -> tuple[date, list[dict[str, Any]]]:
    """The month that is asked for, and for each colleague of each team sessions, minutes and units in it.

    A meeting of a group is one session of everybody who led it, however many came; the units are each person's.
    """
    teams = {team.pk: team for team in paperwork.with_rules(supervised_teams(request.user))}
    now = timezone.now()
    today = min((local_date(now, team.time_zone) for team in teams.values()), default=local_date(now, "UTC"))
    month = paperwork.first_of(request.GET.get("month", ""), today)
    # Wide enough for every zone; what is of the month is told by the team's own.
    window = [*teams], midnight(month - DAY, "UTC"), midnight(following(month) + DAY, "UTC")
    names: dict[tuple[Any, Any], str] = {}
    time_of: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    contacts: dict[tuple[Any, Any], list[Any]] = defaultdict(list)

    def in_month(team: Any, start: Any) -> date | None:
        day = local_date(start, teams[team].time_zone)
        return day if month <= day < following(month) else None

    for team, colleague, name, start, minutes, person, meeting in paperwork.minutes_of(*window):
        if day := in_month(team, start):
            names[team, colleague] = name
            contacts[team, colleague].append((colleague, person, day, meeting is not None, minutes))
            if meeting is None:
                time_of[team, colleague].append(minutes)
    for team, colleague, name, start, minutes in paperwork.led_minutes_of(*window):
        if in_month(team, start):
            names[team, colleague] = name
            time_of[team, colleague].append(minutes)
    rows = [row_of(teams[key[0]], name, time_of[key], contacts[key]) for key, name in names.items()]
    return month, sorted(rows, key=lambda row: (row["team"], row["name"]))


def row_of(team: Team, name: str, minutes: list[int], contacts: list[Any]) -> dict[str, Any]:
    """One colleague's month in one team."""
    rules = rules_of(team)
    return {
        "team": team.name,
        "name": name,
        "sessions": len(minutes),
        "minutes": sum(minutes),
        "rule": rules.unit_rule,
        "units": total(contacts, rules.unit_rule, rules.unit_scope) if rules.unit_rule else None,
    }
