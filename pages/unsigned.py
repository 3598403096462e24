"""A note that is not signed yet: its author signs it or writes it anew; one whose author left is let be."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires, supervised_teams
from caseload.actions import notes
from caseload.forms.notes import LeaveUnsignedForm, RewriteForm
from caseload.forms.session import chips_of
from caseload.models import Goal, Session, paperwork


@requires(Permission.READ_RECORDS)
@require_POST
def sign_note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    row = note_or_404(request, session_id)
    try:
        notes.sign(session=row, by=request.user, at=timezone.now())
    except notes.NotYours:
        messages.warning(request, _("Only whoever was there signs the note."))
    except notes.NeedsWords:
        messages.warning(request, _("Your team wants a few words where you met. Add them, then sign."))
        return redirect("rewrite_note", session_id)
    else:
        messages.success(request, _("Signed. From now on things are only added."))
    return onwards(request, row)


@requires(Permission.READ_RECORDS)
def rewrite_note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    row = note_or_404(request, session_id)
    if row.specialist_id != request.user.pk or row.signed_at is not None:
        return cannot_rewrite(request, row)
    seen, there = request.POST.get("seen") or notes.note_mark(row), None
    goals = Goal.objects.visible_to(request.user).filter(participant=row.participant_id, closed_on=None)
    form = RewriteForm(request.POST or None, instance=row, goals=goals)
    overlaps = overlaps_of(request, row, form) if request.method == "POST" and form.is_valid() else []
    if request.method == "POST" and form.is_valid() and not overlaps:
        try:
            notes.rewrite(session=row, fields=form.cleaned_data, seen=seen, by=request.user, at=timezone.now())
        except notes.ChangedMeanwhile as changed:
            there, seen = changed.session, notes.note_mark(changed.session)
            form.add_error(None, _("This was saved from another window meanwhile. Both texts are here."))
        except (notes.NotYours, notes.AlreadySigned):
            form.add_error(None, _("The note was signed meanwhile. Copy what you wrote, and add it to the note."))
        else:
            messages.success(request, _("Saved."))
            return sign_note(request, session_id) if "sign" in request.POST else onwards(request, row)
    context: dict[str, Any] = {"session": row, "participant": row.participant, "form": form, "seen": seen}
    context |= {"there": there, "overlaps": overlaps, "is_open": is_open(request, row), **chips_of(form)}
    return render(request, "session/rewrite_note.html", context)


def overlaps_of(request: HttpRequest, row: Session, form: RewriteForm) -> list[paperwork.SameTime]:
    """What stands at the same time once it took longer, unless they have said that both are right."""
    minutes = form.cleaned_data.get("minutes") or 0
    if "overlap_ok" in request.POST or minutes <= (row.minutes or 0):
        return []
    ours = {"leaders": [row.specialist_id], "people": [row.participant_id], "but": Q(pk=row.pk)}
    return paperwork.at_the_same_time(request.user, row.started_at, minutes, **ours)


@requires(Permission.SUPERVISE)
def leave_unsigned(request: HttpRequest, session_id: UUID) -> HttpResponse:
    rows = Session.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    row = get_object_or_404(rows.select_related("specialist", "participant__team"), pk=session_id)
    form = LeaveUnsignedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notes.leave_unsigned(session=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except notes.StillTheirs:
            messages.info(request, _("Whoever was there can still sign it, or has."))
        else:
            messages.success(request, _("Kept. Nobody owes this note any more; what it says stays."))
        return redirect("session", session_id)
    context = {"session": row, "participant": row.participant, "form": form}
    return render(request, "session/leave_unsigned.html", context)


def cannot_rewrite(request: HttpRequest, row: Session) -> HttpResponse:
    """Say why, and show the note."""
    signed = _("The note is signed. What is missing or wrong can be added.")
    messages.info(request, signed if row.signed_at else _("Only whoever was there writes the note."))
    return onwards(request, row)


def note_or_404(request: HttpRequest, session_id: UUID) -> Session:
    """The session, if the note is theirs to sign, or the record theirs to see."""
    own = Session.objects.kept_by(request.user).filter(pk=session_id).exists()
    rows = Session.objects.kept_by(request.user) if own else Session.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("team__record_rules", "participant__team", "goal"), pk=session_id)


def is_open(request: HttpRequest, row: Session) -> bool:
    """Whether they may see the session's page, which belongs to the record."""
    return Session.objects.visible_to(request.user).filter(pk=row.pk).exists()


def onwards(request: HttpRequest, row: Session) -> HttpResponse:
    """To the session; to their notes where its record is not theirs to see any more."""
    return redirect("session", row.pk) if is_open(request, row) else redirect("notes")
