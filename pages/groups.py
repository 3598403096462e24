"""Groups: who leads them, who comes, and their meetings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.models import GroupMeeting, GroupSeries, Participant, RosterPlace, Session
from followups.actions import groups as deeds
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date
from followups.forms.groups import RosterForm, SeriesForm, colleagues_of
from pages.choosing import team_choice

PAGE = 30


@requires(Permission.READ_RECORDS)
def groups(request: HttpRequest) -> HttpResponse:
    series = GroupSeries.objects.visible_to(request.user).select_related("team").prefetch_related("facilitators")
    meetings = GroupMeeting.objects.visible_to(request.user).select_related("team").order_by("-started_at", "-pk")
    context = {
        "series": list(series.order_by("-is_active", "name", "pk")[:200]),
        "meetings": list(meetings[:PAGE]),
        "team": team_choice(request)["team"],
    }
    return render(request, "groups/groups.html", context)


@requires(Permission.READ_RECORDS)
def add_group(request: HttpRequest) -> HttpResponse:
    choice = team_choice(request)
    if choice["team"] is None:
        return redirect("groups")
    return save(request, GroupSeries(team=choice["team"]), choice)


@requires(Permission.READ_RECORDS)
def edit_group(request: HttpRequest, series_id: UUID) -> HttpResponse:
    return save(request, series_or_404(request, series_id), {})


def save(request: HttpRequest, series: GroupSeries, more: dict[str, Any]) -> HttpResponse:
    """The form of a group, saved or with what is wrong."""
    colleagues = colleagues_of(series.team_id)
    # Whoever begins a group leads it; who leads one that meets already is theirs to say.
    initial = {"facilitators": [request.user.pk]} if series._state.adding else {}
    form = SeriesForm(request.POST or None, instance=series, colleagues=colleagues, initial=initial)
    if request.method == "POST" and form.is_valid():
        leaders = form.cleaned_data["facilitators"]
        row = deeds.start_group(
            series=form.save(commit=False), facilitators=leaders, by=request.user, at=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect("group", row.pk) if request.user in leaders else redirect("groups")
    return render(request, "groups/group_form.html", {"form": form, "is_new": series._state.adding, **more})


@requires(Permission.READ_RECORDS)
def group(request: HttpRequest, series_id: UUID) -> HttpResponse:
    series = series_or_404(request, series_id)
    places = RosterPlace.objects.visible_to(request.user).current().filter(series=series).select_related("participant")
    places = list(places.order_by("participant__name_used", "pk"))
    mine = Participant.objects.visible_to(request.user).active().filter(team=series.team_id)
    form = RosterForm(request.POST or None, people=mine.order_by("name_used", "pk"))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        on = local_date(now, series.team.time_zone)
        try:
            deeds.join(series=series, on=on, by=request.user, at=now, **form.cleaned_data)
        except ServicesEnded:
            form.add_error("participant", _("This has changed meanwhile. Choose somebody else."))
        else:
            return redirect("group", series_id)
    meetings = GroupMeeting.objects.visible_to(request.user).filter(series=series).order_by("-started_at", "-pk")
    context = {
        "series": series,
        "places": places,
        "seen": set(mine.filter(pk__in=[one.participant_id for one in places]).values_list("pk", flat=True)),
        "form": form,
        "meetings": list(meetings[:PAGE]),
    }
    return render(request, "groups/group.html", context)


@requires(Permission.READ_RECORDS)
@require_POST
def leave_group(request: HttpRequest, place_id: UUID) -> HttpResponse:
    places = RosterPlace.objects.visible_to(request.user).select_related("series__team")
    place = get_object_or_404(places, pk=place_id)
    now = timezone.now()
    deeds.leave(place=place, on=local_date(now, place.series.team.time_zone), by=request.user, at=now)
    messages.success(request, _("They come no more. Their sessions stay."))
    return redirect("group", place.series_id)


@requires(Permission.READ_RECORDS)
def meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    meetings = GroupMeeting.objects.visible_to(request.user).select_related("team", "logged_by")
    row = get_object_or_404(meetings.prefetch_related("facilitators"), pk=meeting_id)
    # Who was there is known by name to whoever led it; the rest of a session only to who may see the record.
    seen = set(Session.objects.visible_to(request.user).filter(meeting=row).values_list("pk", flat=True))
    parts = list(row.attendances.select_related("participant").order_by("participant__name_used", "pk"))
    for part in parts:
        part.is_open = part.pk in seen
        part.is_mine = part.specialist_id == request.user.pk
    may_change = not any(part.signed_at for part in parts)
    return render(request, "groups/meeting.html", {"meeting": row, "parts": parts, "may_change": may_change})


def series_or_404(request: HttpRequest, series_id: UUID) -> GroupSeries:
    """The group, if this person leads or supervises it."""
    return get_object_or_404(GroupSeries.objects.visible_to(request.user).select_related("team"), pk=series_id)
