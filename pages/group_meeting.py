"""Logging a meeting of a group: all present already ticked, the exceptions tapped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from accounts.models import Team
from caseload.actions.notes import NeedsWords
from caseload.forms.session import chips_of
from caseload.models import GroupMeeting, GroupSeries, Participant, RosterPlace, paperwork
from caseload.models.groups import may_have_come
from caseload.models.rules import rules_of
from followups.actions import groups as deeds
from followups.actions.plans import NotWithUs
from followups.calendar import local_datetime
from followups.forms.meetings import MeetingForm
from followups.models.board import as_id
from pages.choosing import team_choice

MOST_OTHERS = 200


@requires(Permission.READ_RECORDS)
def meet(request: HttpRequest, series_id: UUID) -> HttpResponse:
    series = GroupSeries.objects.visible_to(request.user).select_related("team__record_rules")
    series = get_object_or_404(series.prefetch_related("facilitators"), pk=series_id)
    places = RosterPlace.objects.visible_to(request.user).current().filter(series=series)
    roster = [one.participant for one in places.select_related("participant").order_by("participant__name_used", "pk")]
    known = {"name": series.name, "method": series.method, "place": series.place}
    meeting = GroupMeeting(team=series.team, series=series, **known)
    return log(request, meeting, roster, [one.pk for one in series.facilitators.all() if one.is_active], {})


@requires(Permission.READ_RECORDS)
def meet_once(request: HttpRequest) -> HttpResponse:
    choice = team_choice(request)
    if choice["team"] is None:
        return redirect("groups")
    return log(request, GroupMeeting(team=choice["team"]), [], [request.user.pk], choice)


def log(
    request: HttpRequest, meeting: GroupMeeting, roster: list[Participant], leaders: list[Any], more: dict[str, Any]
) -> HttpResponse:
    """The form of a meeting, saved or with what is wrong and all that was typed."""
    team: Team = meeting.team
    now = timezone.now()
    if request.method == "POST" and (known := was_saved(request)):
        messages.info(request, _("This meeting was saved already; it is kept once."))
        return redirect("meeting", known.pk)
    others = may_have_come(request.user, team, meeting.series).exclude(pk__in=[person.pk for person in roster])
    form = MeetingForm(
        request.POST or None,
        instance=meeting,
        initial={"facilitators": leaders},
        roster=roster,
        others=list(others.order_by("name_used", "pk")[:MOST_OTHERS]),
        size=rules_of(team).group_size,
        local_now=local_datetime(now, team.time_zone),
    )
    overlaps = overlaps_of(request, form) if request.method == "POST" and form.is_valid() else []
    if request.method == "POST" and form.is_valid() and not overlaps:
        try:
            saved = save(request, form, now)
        except NeedsWords:
            words = _("Your team wants a few words about each person before a note is signed. Save, and sign later.")
            form.add_error(None, words)
        except (deeds.NobodyThere, NotWithUs):
            form.add_error(None, _("This has changed meanwhile. Please look at who was there again."))
        else:
            return onwards(request, form, saved)
    context = {"form": form, "meeting": meeting, "lines": form.lines(), "size": rules_of(team).group_size}
    context |= {"overlaps": overlaps, "may_sign": request.user.pk in leaders, **chips_of(form), **more}
    return render(request, "groups/log_meeting.html", context)


def was_saved(request: HttpRequest) -> GroupMeeting | None:
    """The meeting, where this very page was sent before: asked first, as who is new then is known now."""
    token = as_id(request.POST.get("form_token", ""))
    return GroupMeeting.objects.visible_to(request.user).filter(form_token=token).first()


def save(request: HttpRequest, form: MeetingForm, now: Any) -> GroupMeeting:
    """Keep what a valid form says."""
    given = form.cleaned_data
    return deeds.log_meeting(
        meeting=form.meeting(),
        facilitators=given["facilitators"],
        attendances=form.attendances(),
        newcomers=form.new_people(),
        strands=given["strands"],
        activities=given["activities"],
        sign="sign" in request.POST,
        by=request.user,
        at=now,
    )


def overlaps_of(request: HttpRequest, form: MeetingForm) -> list[paperwork.SameTime]:
    """What whoever led or came has at the same time already, unless they have said that both are right."""
    if "overlap_ok" in request.POST:
        return []
    meeting = form.meeting()
    ours = {
        "leaders": [one.pk for one in form.cleaned_data["facilitators"]],
        "people": [part.participant_id for part in form.attendances() if part.here],
        "but": Q(meeting__form_token=meeting.form_token),
    }
    return paperwork.at_the_same_time(request.user, meeting.started_at, meeting.minutes, **ours)


def onwards(request: HttpRequest, form: MeetingForm, saved: GroupMeeting) -> HttpResponse:
    """To the meeting; to the groups where somebody else led it and it is not theirs to read."""
    led = request.user in form.cleaned_data["facilitators"]
    messages.success(request, _("Saved, for everybody. Thank you for bringing them together."))
    if not led:
        messages.info(request, _("The notes are of those who led it; they sign them."))
    sees = led or saved.team_id in supervised_teams(request.user)
    return redirect("meeting", saved.pk) if sees else redirect("groups")
