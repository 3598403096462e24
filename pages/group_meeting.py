"""Logging a meeting of a group: all present already ticked, the exceptions tapped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, teams_of
from accounts.models import Team
from caseload.actions.notes import NeedsWords
from caseload.models import GroupMeeting, GroupSeries, Participant, RosterPlace, paperwork
from caseload.models.rules import rules_of
from followups.actions import groups as deeds
from followups.actions.plans import NotWithUs
from followups.calendar import local_datetime
from followups.forms.groups import MeetingForm

MOST_OTHERS = 200


@requires(Permission.READ_RECORDS)
def meet(request: HttpRequest, series_id: UUID) -> HttpResponse:
    series = GroupSeries.objects.visible_to(request.user).select_related("team__record_rules")
    series = get_object_or_404(series.prefetch_related("facilitators"), pk=series_id)
    places = RosterPlace.objects.visible_to(request.user).current().filter(series=series)
    roster = [one.participant for one in places.select_related("participant").order_by("participant__name_used", "pk")]
    known = {"name": series.name, "method": series.method, "place": series.place}
    meeting = GroupMeeting(team=series.team, series=series, **known)
    return log(request, meeting, roster, list(series.facilitators.all()))


@requires(Permission.READ_RECORDS)
def meet_once(request: HttpRequest) -> HttpResponse:
    teams = list(paperwork.with_rules(teams_of(request.user)))
    if not teams:
        return redirect("groups")
    return log(request, GroupMeeting(team=teams[0]), [], [request.user])


def log(request: HttpRequest, meeting: GroupMeeting, roster: list[Participant], leaders: list[Any]) -> HttpResponse:
    """The form of a meeting, saved or with what is wrong and all that was typed."""
    team: Team = meeting.team
    now = timezone.now()
    mine = Participant.objects.visible_to(request.user).active().filter(team=team)
    others = mine.exclude(pk__in=[person.pk for person in roster]).order_by("name_used", "pk")[:MOST_OTHERS]
    form = MeetingForm(
        request.POST or None,
        instance=meeting,
        roster=roster,
        others=list(others),
        leaders=len(leaders),
        size=rules_of(team).group_size,
        local_now=local_datetime(now, team.time_zone),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = deeds.log_meeting(
                meeting=form.meeting(),
                facilitators=leaders,
                attendances=form.attendances(),
                sign="sign" in request.POST,
                by=request.user,
                at=now,
            )
        except NeedsWords:
            words = _("Your team wants a few words about each person before a note is signed. Save, and sign later.")
            form.add_error(None, words)
        except (deeds.NobodyThere, NotWithUs):
            form.add_error(None, _("This has changed meanwhile. Please look at who was there again."))
        else:
            messages.success(request, _("Saved, for everybody. Thank you for bringing them together."))
            return redirect("meeting", saved.pk)
    context = {"form": form, "meeting": meeting, "lines": form.lines(), "size": rules_of(team).group_size}
    return render(request, "groups/log_meeting.html", context)
