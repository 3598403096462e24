"""What is ticked, answered, reached or set aside on the page of somebody's goals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from caseload.actions import goals as said
from caseload.forms.goals import AnswerForm, CloseGoalForm, StepDateForm, TickForm
from caseload.models import Goal, GoalStep, Participant, Tried
from caseload.models.goals import GoalState
from followups.actions import goals as deeds
from followups.actions.planning import ServicesEnded
from followups.calendar import local_date
from pages.back import came_from


@requires(Permission.READ_RECORDS)
@require_POST
def close_goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    row = goal_or_404(request, goal_id)
    form = CloseGoalForm(request.POST)
    if form.is_valid():
        deeds.close(goal=row, on=today_of(row.participant), by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, words_of_end(row, form.cleaned_data["state"]))
    return redirect("goals", row.participant_id)


def words_of_end(row: Goal, state: str) -> str:
    """That it is closed; a goal reached is one tap from being kept as a win."""
    if state != GoalState.REACHED:
        return _("Set aside, as they wish.")
    address = reverse("add_win", args=[row.participant_id], query={"goal": row.pk})
    return format_html('{} <a href="{}">{}</a>', _("Reached! A win to mention."), address, _("Keep it as a win"))


@requires(Permission.READ_RECORDS)
@require_POST
def reopen_goal(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    row = goal_or_404(request, goal_id)
    try:
        deeds.take_up_again(goal=row, by=request.user, at=timezone.now())
    except said.AlreadyClosed:
        messages.info(request, _("The same goal is open already."))
    return redirect("goals", row.participant_id)


@requires(Permission.READ_RECORDS)
@require_POST
def tick_step(request: HttpRequest, step_id: UUID) -> HttpResponse:
    step = step_or_404(request, step_id)
    now, form = timezone.now(), TickForm(request.POST)
    if "undo" in request.POST:
        deeds.untick(step=step, by=request.user, at=now)
    elif form.is_valid():
        deeds.tick(step=step, on=today_of(step.goal.participant), by=request.user, at=now, **form.cleaned_data)
        messages.success(request, _("Done. What asks after it is settled too."))
    return redirect(came_from(request) or reverse("goals", args=[step.goal.participant_id]))


@requires(Permission.READ_RECORDS)
def step_date(request: HttpRequest, step_id: UUID) -> HttpResponse:
    step = step_or_404(request, step_id)
    form = StepDateForm(request.POST or None, initial={"due_on": step.due_on}, today=today_of(step.goal.participant))
    if request.method == "POST" and form.is_valid():
        on, asks = form.cleaned_data["due_on"], form.cleaned_data["asks"]
        try:
            deeds.move_step(step=step, on=on, asks=asks, by=request.user, at=timezone.now())
        except (said.AlreadyClosed, ServicesEnded):
            messages.info(request, _("This has changed meanwhile. Nothing was changed now."))
        else:
            messages.success(request, _("The new date is saved."))
        return redirect("goals", step.goal.participant_id)
    return render(request, "goals/step_date.html", {"step": step, "participant": step.goal.participant, "form": form})


@requires(Permission.READ_RECORDS)
@require_POST
def drop_step(request: HttpRequest, step_id: UUID) -> HttpResponse:
    step = step_or_404(request, step_id)
    deeds.drop_step(step=step, on=today_of(step.goal.participant), by=request.user, at=timezone.now())
    messages.success(request, _("Set aside, as they wish."))
    return redirect("goals", step.goal.participant_id)


@requires(Permission.READ_RECORDS)
@require_POST
def answer_tried(request: HttpRequest, tried_id: UUID) -> HttpResponse:
    rows = Tried.objects.visible_to(request.user).select_related("participant__team")
    tried, form = get_object_or_404(rows, pk=tried_id), AnswerForm(request.POST)
    if form.is_valid():
        on = today_of(tried.participant)
        said.answer_tried(tried=tried, on=on, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Kept, as they say."))
    return redirect(came_from(request) or reverse("goals", args=[tried.participant_id]))


def today_of(participant: Participant) -> Any:
    """The local day of the participant's team."""
    return local_date(timezone.now(), participant.team.time_zone)


def step_or_404(request: HttpRequest, step_id: UUID) -> GoalStep:
    """The step, if this person may see whose it is."""
    steps = GoalStep.objects.visible_to(request.user).select_related("goal__participant__team")
    return get_object_or_404(steps, pk=step_id)


def goal_or_404(request: HttpRequest, goal_id: UUID) -> Goal:
    """The goal, if this person may see whose it is."""
    return get_object_or_404(Goal.objects.visible_to(request.user).select_related("participant__team"), pk=goal_id)
