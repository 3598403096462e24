"""What is worth a talk: complaints, silence, little progress, and the wish for another peer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, supervised_teams
from caseload.actions import trust
from caseload.forms.trust import AnotherPeerForm, AnswerRequestForm, ComplaintForm, TalkForm
from caseload.models import Complaint, Concern, Participant, PeerRequest, SignalTalk
from caseload.models.trust import has_reader
from followups.calendar import local_date
from followups.models.board import as_id
from followups.models.signals import with_facts, worth_a_talk

PAGE = 50


@requires(Permission.READ_RECORDS)
def signals(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    people = Participant.objects.visible_to(request.user).select_related("team__record_rules").with_specialist()
    found = worth_a_talk(with_facts(people, request.user, now), request.user)
    last = Participant.objects.visible_to(request.user).filter(pk=as_id(request.GET.get("after", ""))).first()
    rows = list(found.after(last and last.name_used, last and last.pk)[: PAGE + 1])
    asked = PeerRequest.objects.visible_to(request.user).filter(answered_at=None, participant__is_active=True)
    asked = asked.select_related("participant")
    concerns = Concern.objects.visible_to(request.user).filter(settled_at=None).select_related("recorded_by", "team")
    context = {
        "rows": rows[:PAGE],
        "next": f"?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "first": request.path if last else "",
        "asked": [] if last else list(asked.order_by("asked_on", "pk")[:PAGE]),
        "concerns": [] if last else list(concerns.order_by("said_on", "pk")[:PAGE]),
        "supervises": bool(supervised_teams(request.user)),
        "now": now,
    }
    return render(request, "signals/signals.html", context)


@requires(Permission.READ_RECORDS)
def trust_of(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    now = timezone.now()
    people = Participant.objects.visible_to(request.user).select_related("team__record_rules")
    participant = get_object_or_404(people.with_specialist(), pk=participant_id)
    on = local_date(now, participant.team.time_zone)
    form = TalkForm(request.POST or None, today=on)
    if request.method == "POST" and form.is_valid():
        trust.talk(participant=participant, by=request.user, at=now, **form.cleaned_data)
        messages.success(request, _("Kept. What was before is talked about."))
        return redirect("participant", participant_id)
    facts = with_facts(Participant.objects.visible_to(request.user).filter(pk=participant_id), request.user, now)
    complaints = Complaint.objects.visible_to(request.user).filter(participant=participant)
    talks = SignalTalk.objects.visible_to(request.user).filter(participant=participant).select_related("recorded_by")
    wishes = PeerRequest.objects.visible_to(request.user).filter(participant=participant)
    context = {
        "participant": participant,
        "form": form,
        "facts": facts.select_related("team__record_rules").first(),
        "is_signal": worth_a_talk(facts, request.user).exists(),
        "complaints": list(complaints.order_by("-said_on", "-pk")[:20]),
        "wishes": list(wishes.select_related("answered_by").order_by("-asked_on", "-pk")[:20]),
        "talks": list(talks.order_by("-talked_on", "-pk")[:20]),
        "now": now,
    }
    return render(request, "signals/trust_of.html", context)


@requires(Permission.READ_RECORDS)
def complaint(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    # Also after services have ended: somebody may say so later.
    people = Participant.objects.visible_to(request.user).select_related("team")
    participant, now = get_object_or_404(people, pk=participant_id), timezone.now()
    form = ComplaintForm(request.POST or None, today=local_date(now, participant.team.time_zone))
    if request.method == "POST" and form.is_valid():
        kept = trust.complain(participant=participant, complaint=form.row(), by=request.user, at=now)
        say_who_reads(request, kept, _("Kept as it was said. The supervisor sees it."))
        return redirect("participant", participant_id)
    return render(request, "signals/complaint.html", {"participant": participant, "form": form})


@requires(Permission.READ_RECORDS)
def another_peer(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).active().select_related("team")
    participant, now = get_object_or_404(people, pk=participant_id), timezone.now()
    form = AnotherPeerForm(request.POST or None)
    asked = list(PeerRequest.objects.visible_to(request.user).filter(participant=participant).waiting())
    if request.method == "POST" and form.is_valid():
        if any(wish.for_supervisor == form.cleaned_data["for_supervisor"] for wish in asked):
            messages.info(request, _("They have asked already, and the supervisor has it. Talk with the supervisor."))
        else:
            on = local_date(now, participant.team.time_zone)
            wish = trust.ask_for_another(participant=participant, on=on, by=request.user, at=now, **form.cleaned_data)
            say_who_reads(request, wish, _("The supervisor sees it. Asking for another peer is fine."))
            return redirect("participant", participant_id)
    context = {"participant": participant, "form": form, "asked": asked}
    return render(request, "signals/another_peer.html", context)


@requires(Permission.SUPERVISE)
def answer_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    rows = PeerRequest.objects.visible_to(request.user).filter(participant__team__in=supervised_teams(request.user))
    row = get_object_or_404(rows.select_related("participant"), pk=request_id)
    form = AnswerRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            trust.answer(request=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        except trust.AnsweredAlready as before:
            form.add_error("words", _("This was answered meanwhile: %(words)s") % {"words": before.request.answer})
        else:
            messages.success(request, _("Answered. It stands under “How it is between you”."))
            return redirect("signals")
    return render(request, "signals/answer_request.html", {"row": row, "participant": row.participant, "form": form})


def say_who_reads(request: HttpRequest, row: Complaint | PeerRequest, words: str) -> None:
    """Thanks for what was kept; where it is for the supervisor alone and none can read it, that."""
    if row.for_supervisor and not has_reader(row.participant):
        words = _(
            "Kept, but nobody can read it now: no supervisor of the team is there who does not walk with them."
            " Ask an administrator for one."
        )
        messages.warning(request, words)
    else:
        messages.success(request, words)
