"""Two records of one person: finding the other one, looking at both, putting them together, taking them apart."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from caseload.models import EndingReason, Merge, Participant
from caseload.models.merges import UNDO_WITHIN
from caseload.models.participants import ParticipantQuerySet
from followups.actions import merging
from followups.models.board import as_id
from followups.models.copied_words import sections
from followups.models.copy import record_of
from followups.models.merging import moved_in_words, obstacle, preview

MOST = 20


@requires(Permission.SUPERVISE)
def merge_records(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    person = get_object_or_404(people(request), pk=participant_id)
    others = people(request).filter(team=person.team_id).exclude(pk=person.pk)
    chosen = request.POST.get("other") or request.GET.get("other")
    if not chosen:
        return choose(request, person, others)
    if request.method == "POST":
        # Pressed twice, the other one is in it already.
        again = person.merged_people.filter(pk=as_id(chosen)).first()
        return put_together(request, person, again or get_object_or_404(others, pk=as_id(chosen)))
    other = get_object_or_404(others, pk=as_id(chosen))
    in_the_way = obstacle(person, other)
    context = {
        "participant": person,
        "other": other,
        "both": [in_words(person), in_words(other)],
        "obstacle": in_the_way.label if in_the_way else "",
        "preview": preview(request.user, person, other),
        "days": UNDO_WITHIN.days,
    }
    return render(request, "merging/preview.html", context)


def choose(request: HttpRequest, person: Participant, others: ParticipantQuerySet) -> HttpResponse:
    """The page on which the other record is found: likely ones, or by name or number."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    numbers = [phone["number"] for phone in person.numbers]
    found = others.matching(search) if search else others.similar_to(person.name_used, person.legal_name, numbers)
    before = Merge.objects.visible_to(request.user).about(person).select_related("kept", "merged", "by", "undone_by")
    context = {
        "participant": person,
        "search": search,
        "rows": [in_words(row) for row in found[:MOST]],
        "before": list(before.order_by("-at", "-pk")[:MOST]),
    }
    return render(request, "merging/choose.html", context)


def put_together(request: HttpRequest, kept: Participant, merged: Participant) -> HttpResponse:
    """Do it, and lead to the record that is kept."""
    try:
        merging.merge(kept=kept, merged=merged, by=request.user, at=timezone.now())
    except merging.CannotMerge as refused:
        messages.warning(request, refused.obstacle.label)
    else:
        messages.success(request, _("Put together. It can be undone for %(days)s days.") % {"days": UNDO_WITHIN.days})
    return redirect("participant", kept.pk)


@requires(Permission.SUPERVISE)
def merge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    rows = Merge.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    row = get_object_or_404(
        rows.select_related("kept__team", "merged__created_by", "merged__team", "by", "undone_by"), pk=merge_id
    )
    now = timezone.now()
    if request.method == "POST":
        try:
            merging.undo(merge=row, by=request.user, at=now)
        except merging.NotTheLast:
            messages.warning(request, _("Another record was put into this one since. Undo that first."))
            return redirect("merge", merge_id)
        except merging.CannotUndo:
            messages.warning(request, _("It can no longer be undone. Nothing was changed."))
            return redirect("merge", merge_id)
        messages.success(request, _("These are two records again. What was added since stays with the one you kept."))
        return redirect("participant", row.kept_id)
    context = {
        "merge": row,
        "participant": row.kept,
        "can_be_undone": row.can_be_undone(now),
        "until": row.at + UNDO_WITHIN,
        "moved": moved_in_words(request.user, row),
        "stayed": stayed(request.user, row),
    }
    return render(request, "merging/merge.html", context)


def stayed(user: Any, row: Merge) -> list[dict[str, Any]]:
    """What could not move, as people read it."""
    if row.undone_at is not None:
        return []
    return sections(record_of(user, [row.merged]), ZoneInfo(row.merged.team.time_zone))


def people(request: HttpRequest) -> ParticipantQuerySet:
    """The people of the teams one supervises, with what tells two of them apart."""
    mine = Participant.objects.visible_to(request.user).filter(team__in=supervised_teams(request.user))
    return mine.select_related("team").with_specialist().with_episode().with_phones()


def in_words(person: Any) -> Any:
    """The person with how the last stretch with us ended, in words."""
    person.ending = dict(EndingReason.choices).get(person.ending_reason, "") if person.ended_on else ""
    return person
