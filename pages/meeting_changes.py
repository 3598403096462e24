"""A meeting that is logged: what all share may change until a part is signed, and somebody may have been forgotten."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from caseload.actions.notes import AlreadySigned
from caseload.models import GroupMeeting
from caseload.models.groups import may_have_come
from caseload.models.rules import rules_of
from followups.actions import groups as deeds
from followups.actions.planning import ServicesEnded
from followups.actions.plans import NotWithUs
from followups.calendar import local_date
from followups.forms.meeting_changes import EditMeetingForm, PartForm


@requires(Permission.READ_RECORDS)
def edit_meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    row = meeting_or_404(request, meeting_id)
    if row.attendances.exclude(signed_at=None).exists():
        return signed_already(request, row)
    size, named = rules_of(row.team).group_size, row.attendances.all().held().count()
    leaders = {"facilitators": list(row.facilitators.all())}
    form = EditMeetingForm(request.POST or None, instance=row, initial=leaders, size=size, named=named)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
        leaders = list(form.cleaned_data["facilitators"])
        try:
            deeds.change_meeting(meeting=row, facilitators=leaders, fields=fields, by=request.user, at=timezone.now())
        except AlreadySigned:
            return signed_already(request, row)
        messages.success(request, _("Saved."))
        sees = request.user in leaders or row.team_id in supervised_teams(request.user)
        return redirect("meeting", row.pk) if sees else redirect("groups")
    return render(request, "groups/edit_meeting.html", {"meeting": row, "form": form, "size": size})


def signed_already(request: HttpRequest, row: GroupMeeting) -> HttpResponse:
    """Say that it stays, and where more can be said."""
    messages.info(request, _("Somebody's part is signed, so what all share stays. Add to the notes what is missing."))
    return redirect("meeting", row.pk)


@requires(Permission.READ_RECORDS)
def add_to_meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    row = meeting_or_404(request, meeting_id)
    now = timezone.now()
    people = may_have_come(request.user, row.team_id, row.series_id)
    people = people.exclude(pk__in=row.attendances.values("participant")).order_by("name_used", "pk")
    today = local_date(now, row.team.time_zone)
    form = PartForm(request.POST or None, people=people, team=row.team, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.add_part(meeting=row, part=form.part(), by=request.user, at=now)
        except (ServicesEnded, NotWithUs):
            form.add_error("participant", _("This has changed meanwhile. Choose somebody else."))
        else:
            messages.success(request, _("Added to the meeting."))
            return redirect("meeting", row.pk)
    return render(request, "groups/add_to_meeting.html", {"meeting": row, "form": form})


def meeting_or_404(request: HttpRequest, meeting_id: UUID) -> GroupMeeting:
    """The meeting, if they led it or supervise the team."""
    rows = GroupMeeting.objects.visible_to(request.user).select_related("team__record_rules", "series")
    return get_object_or_404(rows, pk=meeting_id)
