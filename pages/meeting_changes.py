"""A meeting that is logged: what all share may change until a part is signed, and somebody may have been forgotten."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from accounts.models import User
from caseload.actions.notes import AlreadySigned
from caseload.models import GroupMeeting, Participant, paperwork
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
    led = list(row.facilitators.all())
    form = EditMeetingForm(request.POST or None, instance=row, initial={"facilitators": led}, size=size, named=named)
    is_right, overlaps = request.method == "POST" and form.is_valid(), []
    if is_right:
        overlaps = overlaps_of(request, row, leaders=set(form.cleaned_data["facilitators"]).difference(led))
    if is_right and not overlaps:
        fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
        leaders = list(form.cleaned_data["facilitators"])
        try:
            deeds.change_meeting(meeting=row, facilitators=leaders, fields=fields, by=request.user, at=timezone.now())
        except AlreadySigned:
            return signed_already(request, row)
        messages.success(request, _("Saved."))
        sees = request.user in leaders or row.team_id in supervised_teams(request.user)
        return redirect("meeting", row.pk) if sees else redirect("groups")
    context = {"meeting": row, "form": form, "size": size, "overlaps": overlaps}
    return render(request, "groups/edit_meeting.html", context)


def overlaps_of(
    request: HttpRequest, row: GroupMeeting, leaders: Iterable[User] = (), people: Iterable[Participant] = ()
) -> list[paperwork.SameTime]:
    """What those who join the meeting now have at that time already, unless they have said that both are right."""
    ours = {"leaders": [one.pk for one in leaders], "people": [one.pk for one in people]}
    if "overlap_ok" in request.POST or not any(ours.values()):
        return []
    return paperwork.at_the_same_time(request.user, row.started_at, row.minutes, **ours, but=Q(meeting=row))


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
    is_right, overlaps = request.method == "POST" and form.is_valid(), []
    if is_right and form.cleaned_data["here"]:
        overlaps = overlaps_of(request, row, people=[form.cleaned_data["participant"]])
    if is_right and not overlaps:
        try:
            deeds.add_part(meeting=row, part=form.part(), by=request.user, at=now)
        except (ServicesEnded, NotWithUs):
            form.add_error("participant", _("This has changed meanwhile. Choose somebody else."))
        else:
            messages.success(request, _("Added to the meeting."))
            return redirect("meeting", row.pk)
    return render(request, "groups/add_to_meeting.html", {"meeting": row, "form": form, "overlaps": overlaps})


def meeting_or_404(request: HttpRequest, meeting_id: UUID) -> GroupMeeting:
    """The meeting, if they led it or supervise the team."""
    rows = GroupMeeting.objects.visible_to(request.user).select_related("team__record_rules", "series")
    return get_object_or_404(rows, pk=meeting_id)
