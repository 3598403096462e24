"""Notes that are owed, to be read, overlapping; records to look through; and the time of a month."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from caseload.actions import notes as deeds
from caseload.forms.notes import RecordReviewForm
from caseload.models import Participant, RecordReview, RecordRules, paperwork
from caseload.models.rules import rules_of
from caseload.units import total
from followups.actions import oversight
from followups.calendar import local_date, midnight
from followups.exports import as_csv

MOST = 100
WINDOW = timedelta(days=90)


@requires(Permission.READ_RECORDS)
def notes(request: HttpRequest) -> HttpResponse:
    teams = supervised_teams(request.user)
    owed = list(paperwork.owed_by(request.user)[: MOST + 1])
    now = timezone.now()
    for row in owed:
        row.is_late = row.note_due_on < local_date(now, row.team.time_zone)
    context = {
        "owed": owed[:MOST],
        "there_is_more": len(owed) > MOST,
        "colleagues": list(paperwork.owed_in(teams)) if teams else [],
        "supervises": bool(teams),
    }
    return render(request, "notes/notes.html", context)


@requires(Permission.SUPERVISE)
def notes_to_read(request: HttpRequest) -> HttpResponse:
    rows = paperwork.to_read(request.user, supervised_teams(request.user), timezone.now() - WINDOW)
    return render(request, "notes/notes_to_read.html", {"rows": list(rows[:MOST]), "supervises": True})


@requires(Permission.SUPERVISE)
def overlaps(request: HttpRequest) -> HttpResponse:
    rows = paperwork.overlapping_pairs(request.user, supervised_teams(request.user), timezone.now() - WINDOW)
    return render(request, "notes/overlaps.html", {"rows": list(rows[:MOST]), "supervises": True})


@requires(Permission.SUPERVISE)
def record_reviews(request: HttpRequest) -> HttpResponse:
    usual = RecordRules._meta.get_field("record_review_days").default
    today = timezone.now().date()
    people = paperwork.records_to_review(request.user, supervised_teams(request.user), usual, today)
    rows = list(people.with_specialist()[:MOST])
    return render(request, "notes/record_reviews.html", {"rows": rows, "supervises": True})


@requires(Permission.SUPERVISE)
def review_record(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    participant = get_object_or_404(people.select_related("team"), pk=participant_id)
    form = RecordReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        on = local_date(now, participant.team.time_zone)
        deeds.review_record(participant=participant, on=on, by=request.user, at=now, **form.cleaned_data)
        messages.success(request, _("Saved. It stands with the record."))
        return redirect("record_reviews")
    reviews = RecordReview.objects.visible_to(request.user).filter(participant=participant)
    reviews = reviews.select_related("reviewer").order_by("-reviewed_on", "-pk")[:20]
    context = {"participant": participant, "form": form, "reviews": list(reviews)}
    return render(request, "notes/review_record.html", context)


@requires(Permission.SUPERVISE)
def time_of_month(request: HttpRequest) -> HttpResponse:
    month, rows = month_of(request)
    days = {"before": month - timedelta(days=1), "after": (month + timedelta(days=32)).replace(day=1)}
    context = {"month": month, "rows": rows, "supervises": True, "counts_units": any(row["rule"] for row in rows)}
    return render(request, "notes/time.html", {**context, **days})


@requires(Permission.SUPERVISE)
def time_of_month_csv(request: HttpRequest) -> HttpResponse:
    month, rows = month_of(request)
    lines = [[row["team"], row["name"], row["sessions"], row["minutes"], row["units"] or ""] for row in rows]
    oversight.exported(count=len(lines), by=request.user, at=timezone.now())
    header = (_("Team"), _("Peer specialist"), _("Sessions"), _("Minutes"), _("Units"))
    response = HttpResponse(as_csv(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="time-{month:%Y-%m}.csv"'
    return response


def month_of(request: HttpRequest) -> tuple[Any, list[dict[str, Any]]]:
    """The month that is asked for, and for each colleague of each team sessions, minutes and units in it."""
    teams = paperwork.with_rules(supervised_teams(request.user))
    month = paperwork.first_of(request.GET.get("month", ""), timezone.now().date())
    following = (month + timedelta(days=32)).replace(day=1)
    found: dict[tuple[str, str, Any], dict[str, Any]] = {}
    for team in teams:
        contacts: dict[Any, list[Any]] = defaultdict(list)
        names: dict[Any, str] = {}
        began, ended = midnight(month, team.time_zone), midnight(following, team.time_zone)
        for _team, colleague, name, person, start, minutes in paperwork.minutes_of([team.pk], began, ended):
            names[colleague] = name
            contacts[colleague].append((colleague, person, local_date(start, team.time_zone), minutes))
        rules = rules_of(team)
        for colleague, rows in contacts.items():
            found[team.name, names[colleague], colleague] = {
                "team": team.name,
                "name": names[colleague],
                "sessions": len(rows),
                "minutes": sum(minutes for *_ids, minutes in rows),
                "rule": rules.unit_rule,
                "units": total(rows, rules.unit_rule, rules.unit_scope) if rules.unit_rule else None,
            }
    return month, [found[key] for key in sorted(found, key=str)]
