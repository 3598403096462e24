"""What a person wants, the steps on the way, how it goes, and what helped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions import goals as said
from caseload.forms.goals import GoalForm, ProgressForm, StepForm
from caseload.models import Goal, GoalProgress, GoalStep, Participant, Tried
from caseload.models.goals import HELPFUL, STILL_ASKED, Answer, Doer, GoalState
from followups.actions import goals as deeds
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date

MOST = 50


@requires(Permission.READ_RECORDS)
def goals(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = get_object_or_404(people(request), pk=participant_id)
    form = GoalForm(request.POST or None, today=today_of(participant))
    if request.method == "POST" and form.is_valid():
        said.set_goal(
            participant=participant,
            goal=form.save(commit=False),
            on=today_of(participant),
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("Kept, in their words."))
        return redirect("goals", participant_id)
    mine = Goal.objects.visible_to(request.user).filter(participant=participant)
    tried = Tried.objects.visible_to(request.user).filter(participant=participant).order_by("-tried_on", "-pk")
    told = list(tried.exclude(answer__in=STILL_ASKED)[:MOST])
    context = {
        "participant": participant,
        "form": form,
        "goals": with_steps(request, list(mine.filter(state=GoalState.OPEN).order_by("-started_on", "-pk")[:MOST])),
        "closed": list(mine.exclude(state=GoalState.OPEN).order_by("-closed_on", "-pk")[:MOST]),
        "asking": list(tried.filter(answer__in=STILL_ASKED)[:MOST]),
        "helped": [one for one in told if one.answer in HELPFUL],
        "others": [one for one in told if one.answer not in HELPFUL],
        "today": today_of(participant),
        "doers": Doer.choices,
        "answers": Answer.choices,
    }
    return render(request, "goals/goals.html", context)


def with_steps(request: HttpRequest, rows: list[Goal]) -> list[Goal]:
    """Give each goal its `steps_listed` and what was said last about it. Two queries for all."""
    steps: dict[Any, list[GoalStep]] = {}
    for step in GoalStep.objects.visible_to(request.user).filter(goal__in=rows).order_by("recorded_at", "pk"):
        steps.setdefault(step.goal_id, []).append(step)
    latest = GoalProgress.objects.visible_to(request.user).filter(goal__in=rows)
    spoken = {one.goal_id: one for one in latest.order_by("goal", "-said_on", "-pk").distinct("goal")}
    for row in rows:
        row.steps_listed = steps.get(row.pk, [])
        row.latest = spoken.get(row.pk)
    return rows


@requires(Permission.READ_RECORDS)
def goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    row = goal_or_404(request, goal_id)
    form = StepForm(request.POST or None, today=today_of(row.participant))
    if request.method == "POST" and form.is_valid():
        try:
            asks = form.cleaned_data["asks"]
            deeds.add_step(goal=row, step=form.save(commit=False), asks=asks, by=request.user, at=timezone.now())
        except (said.AlreadyClosed, ServicesEnded):
            form.add_error(None, _("This has changed meanwhile. Take the goal up again first."))
        else:
            messages.success(request, _("A step, kept."))
            return back(row)
    return render(request, "goals/add_step.html", {"goal": row, "participant": row.participant, "form": form})


@requires(Permission.READ_RECORDS)
def goal_progress(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    row = goal_or_404(request, goal_id)
    today = today_of(row.participant)
    ahead = {"review_on": row.review_on if row.review_on and row.review_on > today else None}
    form = ProgressForm(request.POST or None, initial=ahead, today=today)
    if request.method == "POST" and form.is_valid():
        said.say_how_it_goes(goal=row, on=today, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Kept, as they see it."))
        return back(row)
    before = GoalProgress.objects.visible_to(request.user).filter(goal=row).order_by("-said_on", "-pk")[:100]
    context = {"goal": row, "participant": row.participant, "form": form, "before": list(before)}
    return render(request, "goals/goal_progress.html", context)


def people(request: HttpRequest) -> Any:
    """Those this person may see, with their teams."""
    return Participant.objects.visible_to(request.user).select_related("team")


def today_of(participant: Participant) -> Any:
    """The local day of the participant's team."""
    return local_date(timezone.now(), participant.team.time_zone)


def goal_or_404(request: HttpRequest, goal_id: UUID) -> Goal:
    """The goal, if this person may see whose it is."""
    return get_object_or_404(Goal.objects.visible_to(request.user).select_related("participant__team"), pk=goal_id)


def back(row: Goal) -> HttpResponse:
    """To the person's goals."""
    return redirect("goals", row.participant_id)
