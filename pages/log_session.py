"""The one form: what happened, and what happens next."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions.notes import NeedsWords
from caseload.forms.session import chips_of
from caseload.models import Participant, Session, SessionDraft, paperwork
from caseload.models.glance import Line, asked_of, at_a_glance
from caseload.models.goals import agreed_now
from caseload.models.rules import rules_of
from caseload.models.words import words_in_order
from followups.actions import planning, sessions
from followups.actions.plans import NotWithUs
from followups.calendar import local_date, local_datetime
from followups.forms.log_session import LogSessionForm, in_a_line
from followups.models.asked import log_session as asked
from followups.models.board import as_id
from pages.found import the_one

# Where somebody may be sent back to after saving.
PLACES = {"today": "today", "overdue": "overdue"}


@requires(Permission.READ_RECORDS)
def log_session(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    participant = the_one(asked.person_of(request.user, participant_id))
    if was_saved(request, participant):
        messages.info(request, _("This session was saved already; it is kept once."))
        return onwards(request, participant_id)
    # What is sent stands for what was begun.
    begun = asked.drafts_of(request.user, participant.pk) if request.method == "GET" else []
    draft = next(iter(begun), None)
    glance = at_a_glance(participant)
    form = form_for(request, participant, draft, glance)
    overlaps = overlaps_of(request, form) if request.method == "POST" and form.is_valid() else []
    if request.method == "POST" and form.is_valid() and not overlaps:
        try:
            session = sessions.log_session(
                session=form.session(),
                activities=form.cleaned_data["activities"],
                win=form.cleaned_data["win"],
                said=form.cleaned_data["said"],
                tried=form.cleaned_data["tried"],
                answered=answer_of(form),
                settles=[row.pk for row in form.cleaned_data["settles"]],
                what_next=form.what_next(),
                sign="sign" in request.POST,
                by=request.user,
                at=timezone.now(),
            )
        except NeedsWords:
            form.add_error("note", _("Your team wants a few words about a session that took place."))
        except (planning.ServicesEnded, NotWithUs):
            form.add_error("next_choice", _("This has changed meanwhile. Please choose another next step."))
        else:
            messages.success(request, words_of_thanks(session))
            for row in form.planned_since:
                words = _("%(what)s was planned after that day and still stands.")
                messages.info(request, words % {"what": in_a_line(row)})
            return onwards(request, participant_id)
    context = {**context_of(request, participant, form, draft), "overlaps": overlaps, "glance": glance}
    return render(request, "log_session/log_session.html", context)


def answer_of(form: LogSessionForm) -> tuple[UUID, str] | None:
    """Whether what was tried last time helped, if they have said so."""
    answer = form.cleaned_data.get("tried_answer")
    return (form.asked.pk, answer) if form.asked and answer else None


def overlaps_of(request: HttpRequest, form: LogSessionForm) -> list[paperwork.SameTime]:
    """What stands at the same time already, unless they have said that both are right."""
    session = form.session()
    if "overlap_ok" in request.POST or not session.minutes:
        return []
    ours = {"leaders": [request.user.pk], "people": [session.participant.pk], "but": Q(form_token=session.form_token)}
    return paperwork.at_the_same_time(request.user, session.started_at, session.minutes, **ours)


def was_saved(request: HttpRequest, participant: Participant) -> bool:
    """Whether this very page was sent before: asked first, as what was due then no longer is."""
    if request.method != "POST":
        return False
    return bool(asked.saved_before(request.user, participant.pk, as_id(request.POST.get("form_token", ""))))


def words_of_thanks(session: Session) -> str:
    """That it is saved, and what comes next."""
    following = session.next_step.followup
    words = _("Saved. Thank you for being there.")
    return words if following is None else words + " " + _("Next: %(what)s.") % {"what": in_a_line(following)}


def onwards(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """To where they came from, else to the participant's page."""
    place = PLACES.get(request.GET.get("from", ""))
    return redirect(place) if place else redirect("participant", participant_id)


def form_for(
    request: HttpRequest, participant: Participant, draft: SessionDraft | None, glance: dict[str, list[Line]]
) -> LogSessionForm:
    """The form, with what was sent, else with what was kept as a draft, else with what is most likely."""
    asked_then = request.POST.get("tried_asked", "")
    to_ask = asked_of(participant, glance, as_id(asked_then) if asked_then else None, request.method == "POST")
    initial: dict[str, Any] = {}
    if draft is not None:
        many = {"strands", "activities", "settles"}
        initial = {name: kept if name in many else kept[-1] for name, kept in draft.fields.items() if kept}
        # Boxes without a tick are not sent, so their absence is what was chosen.
        initial.setdefault("settles", [])
        if to_ask is None or initial.pop("tried_asked", "") != str(to_ask.pk):
            initial.pop("tried_answer", None)
    return LogSessionForm(
        request.POST or None,
        goals=glance.get("goal", []),
        asked=to_ask,
        participant=participant,
        local_now=local_datetime(timezone.now(), participant.team.time_zone),
        standing=asked.owed_to(request.user, participant.pk),
        plan=next(iter(asked.running_plans(request.user, participant.pk)), None),
        chosen=request.GET.get("follow_up", ""),
        initial=initial,
    )


def context_of(
    request: HttpRequest, participant: Participant, form: LogSessionForm, draft: SessionDraft | None
) -> dict[str, Any]:
    """What the page shows beside the form: their words on top, and the last win."""
    today, rules = local_date(timezone.now(), participant.team.time_zone), rules_of(participant.team)
    return {
        "participant": participant,
        "form": form,
        "draft": draft,
        "words": words_in_order(participant.said, today, rules.words_again_days),
        "expected": agreed_now(participant.agreed, today, rules.expectations_days),
        **chips_of(form),
    }
