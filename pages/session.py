"""One session: its note, signed or not yet, and what was added to it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires, supervised_teams
from caseload.actions import notes
from caseload.forms.notes import AdditionForm
from caseload.models import Agreement, NoteAddition, Session, SessionReview
from caseload.models.rules import rules_of
from caseload.units import units
from followups.calendar import local_date


@requires(Permission.READ_RECORDS)
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    row = session_or_404(request, session_id)
    rules = rules_of(row.team)
    additions = NoteAddition.objects.visible_to(request.user).filter(session=row).order_by("written_at", "pk")
    reviews = SessionReview.objects.visible_to(request.user).filter(session=row).select_related("reviewer")
    said = Agreement.objects.visible_to(request.user).filter(session=row)
    return render(
        request,
        "session/session.html",
        {
            "session": row,
            "participant": row.participant,
            "additions": list(additions),
            "review": reviews.first(),
            "agreements": list(said.order_by("-recorded_at", "-pk")),
            "is_mine": row.specialist_id == request.user.pk,
            "may_leave": row.team_id in supervised_teams(request.user) and notes.may_be_left(row),
            "may_mark": rules.notes_are_reviewed and supervises_another(request, row),
            "rules": rules,
            "units": units(row.minutes or 0, rules.unit_rule) if rules.unit_rule and row.met else None,
        },
    )


@requires(Permission.READ_RECORDS)
def add_to_note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    row = session_or_404(request, session_id)
    if row.signed_at is None:
        messages.info(request, _("The note is not signed yet; it can still be written anew."))
        return redirect("session", session_id)
    zone = row.team.time_zone
    form = AdditionForm(
        request.POST or None,
        on=local_date(row.started_at, zone),
        today=local_date(timezone.now(), zone),
        within_days=rules_of(row.team).late_entry_days,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        details = {name: given[name] for name in ("kind", "text", "reason", "form_token")}
        notes.add(session=row, by=request.user, at=timezone.now(), **details)
        messages.success(request, _("Added, under your name and today's date."))
        return redirect("session", session_id)
    return render(request, "session/add_to_note.html", {"session": row, "participant": row.participant, "form": form})


@requires(Permission.SUPERVISE)
@require_POST
def mark_note_read(request: HttpRequest, session_id: UUID) -> HttpResponse:
    row = get_object_or_404(sessions(request).filter(team__in=supervised_teams(request.user)), pk=session_id)
    try:
        notes.mark_read(session=row, by=request.user, at=timezone.now())
    except (notes.NotYours, notes.NotSigned):
        messages.info(request, _("This note is not yours to mark, or not signed yet."))
    else:
        messages.success(request, _("Marked as read."))
    return redirect("notes_to_read") if "list" in request.POST else redirect("session", session_id)


def sessions(request: HttpRequest):
    """The sessions this person may see, with what the page shows."""
    rows = Session.objects.visible_to(request.user).select_related("meeting", "specialist", "unsigned_by")
    return rows.select_related("team__record_rules", "participant__team", "next_step__followup")


def session_or_404(request: HttpRequest, session_id: UUID) -> Session:
    """The session, if this person may see it."""
    return get_object_or_404(sessions(request), pk=session_id)


def supervises_another(request: HttpRequest, row: Session) -> bool:
    """Whether they supervise the team, and it is not their own note."""
    return row.team_id in supervised_teams(request.user) and row.specialist_id != request.user.pk
