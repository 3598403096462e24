"""Notes that are owed, to be read, overlapping; and records to look through."""

from datetime import timedelta
from itertools import groupby
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
from caseload.models import Participant, RecordReview, RecordRules, Session, paperwork
from followups.calendar import local_date

MOST = 100
OF_EACH = 5
PAIRS = 1000
WINDOW = timedelta(days=90)


@requires(Permission.READ_RECORDS)
def notes(request: HttpRequest) -> HttpResponse:
    teams = supervised_teams(request.user)
    owed = list(paperwork.owed_by(request.user)[: MOST + 1])
    theirs = list(paperwork.owed_in(request.user, teams, OF_EACH)) if teams else []
    seen = Session.objects.visible_to(request.user).filter(pk__in=[row.pk for row in owed])
    seen = set(seen.values_list("pk", flat=True))
    now = timezone.now()
    for row in (*owed, *theirs):
        row.is_late = row.note_due_on < local_date(now, row.team.time_zone)
        row.is_open = row.pk in seen
    context = {
        "owed": owed[:MOST],
        "there_is_more": len(owed) > MOST,
        "colleagues": [colleague_of(list(rows)) for _who, rows in groupby(theirs, key=lambda row: row.specialist_id)],
        "supervises": bool(teams),
    }
    return render(request, "notes/notes.html", context)


def colleague_of(rows: list[Session]) -> dict[str, Any]:
    """A colleague with the notes they owe, and how many more there are."""
    return {"name": rows[0].specialist, "number": rows[0].number, "rows": rows, "more": rows[0].number - len(rows)}


def listed(rows: Any) -> dict[str, Any]:
    """As many as a page shows, and whether there are more."""
    found = list(rows[: MOST + 1])
    return {"rows": found[:MOST], "there_is_more": len(found) > MOST, "supervises": True}


@requires(Permission.SUPERVISE)
def notes_to_read(request: HttpRequest) -> HttpResponse:
    rows = paperwork.to_read(request.user, supervised_teams(request.user))
    return render(request, "notes/notes_to_read.html", listed(rows))


@requires(Permission.SUPERVISE)
def overlaps(request: HttpRequest) -> HttpResponse:
    teams, since = supervised_teams(request.user), timezone.now() - WINDOW
    pairs = paperwork.overlapping_pairs(request.user, teams, since)[:PAIRS]
    pairs = [*pairs, *paperwork.of_elsewhere(paperwork.overlaps_elsewhere(request.user, teams, since)[:PAIRS])]
    pairs.sort(key=lambda row: (row.started_at, row.pk), reverse=True)
    return render(request, "notes/overlaps.html", listed(paperwork.once(pairs, MOST + 1)))


@requires(Permission.SUPERVISE)
def record_reviews(request: HttpRequest) -> HttpResponse:
    usual = RecordRules._meta.get_field("record_review_days").default
    people = paperwork.records_to_review(request.user, supervised_teams(request.user), usual, timezone.now())
    return render(request, "notes/record_reviews.html", listed(people.with_specialist()))


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
