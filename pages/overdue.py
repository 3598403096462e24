"""The supervisor's board and its list."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from followups.actions import oversight
from followups.calendar import AGES, local_date
from followups.exports import as_csv
from followups.models import board
from followups.models.asked import overdue as asked
from pages.health import mail_alarm, worker_state

MOST_EXPORTED = 10_000


@requires(Permission.SUPERVISE)
def overdue(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    chosen = filter_of(request)
    team, who, age = chosen.read
    counted = board.rows(asked.by_colleague(request.user, now, team))
    last = request.GET.get("after")
    known = board.overdue_for(request.user, now).filter(pk=board.as_id(last)).first() if last else None
    rows = asked.listed(request.user, now, team, who, age, *board.place_of(known))
    offer_colleagues(request, rows)
    return render(
        request,
        "overdue/overdue.html",
        {
            "ages": AGES,
            "board": counted,
            "totals": board.totals(counted),
            "total": sum(row.total for row in counted),
            "chosen": chosen,
            "chosen_name": next((row.name for row in counted if row.who == chosen.who), ""),
            "query": urlencode({name: value for name, value in vars(chosen).items() if value}),
            "rows": rows[: asked.PAGE],
            "next": rows[asked.PAGE - 1].pk if len(rows) > asked.PAGE else "",
            "is_first": not last,
            "here": request.get_full_path(),
            "waiting": asked.waiting(request.user),
            "silent": asked.silent(request.user, now),
            "left_without": asked.left_without(request.user),
            "worker": worker_state(now),
            "alarm": mail_alarm(request.user, now),
            "now": now,
        },
    )


def filter_of(request: HttpRequest) -> board.Filter:
    """What the address asks for, written as the links of the page write it."""
    asked_for = {name: request.GET.get(name, "")[:40] for name in ("who", "age", "team")}
    for name in ("who", "team"):
        if asked_for[name] not in ("", board.NOBODY):
            asked_for[name] = str(board.as_id(asked_for[name]))
    return board.Filter(**asked_for)


def offer_colleagues(request: HttpRequest, rows: list[Any]) -> None:
    """Give each row who may keep it: `colleagues`, and whether `may_take_over`.

    One query for all rows, the same rule as the deed's: whoever stands in for a supervisor is not offered.
    """
    colleagues = asked.supervisors(request.user)
    for row in rows:
        offered: dict[UUID, str] = {}
        if row.specialist_id:
            offered[row.specialist_id] = row.specialist_name
        offered |= {one.user_id: one.user.name for one in colleagues if one.team_id == row.team_id}
        offered.pop(row.owner_id, None)
        row.may_take_over = request.user.pk in offered
        row.colleagues = offered


@requires(Permission.SUPERVISE)
def overdue_csv(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    overdue = board.chosen(board.overdue_for(request.user, now), *filter_of(request).read, now)
    rows = list(board.listed(overdue, now)[: MOST_EXPORTED + 1])
    lines = [line_of(row) for row in rows[:MOST_EXPORTED]]
    oversight.exported(count=len(lines), by=request.user, at=now)
    if len(rows) > MOST_EXPORTED:
        rest = _(
            "There is more: this table ends after %(number)d lines. Choose a colleague or days, and take it again."
        )
        lines.append([rest % {"number": MOST_EXPORTED}])
    on = local_date(now, rows[0].team.time_zone) if rows else local_date(now, "UTC")
    header = (_("Participant"), _("What for"), _("About"), _("Due"), _("Days overdue"), _("Kept by"), _("Tries"))
    header += (_("Last contact"), _("Told on"), _("Talked about on"), _("Team"))
    response = HttpResponse(as_csv(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="overdue-{on.isoformat()}.csv"'
    return response


def line_of(row: Any) -> list[object]:
    """One follow-up as a line of the table; days are the team's."""
    told = [row.participant.last_contact_at, row.flagged_at, row.discussed_at]
    contact, flagged, discussed = (at and local_date(at, row.team.time_zone).isoformat() for at in told)
    return [
        row.participant.name_used,
        row.get_purpose_display(),
        row.what,
        row.due_on.isoformat(),
        row.days_overdue,
        row.owner.name if row.owner else _("Nobody yet"),
        row.attempts,
        contact,
        flagged,
        discussed,
        row.team.name,
    ]
