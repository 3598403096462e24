"""What the two expect of each other, and whether it still holds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions.goals import expect
from caseload.forms.goals import ExpectationsForm
from caseload.models import Expectations, Participant
from caseload.models.rules import rules_of
from followups.calendar import local_date

# Talked over every ninety days, these are more than twenty years.
ALL = 100


@requires(Permission.READ_RECORDS)
def expectations(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    people = Participant.objects.visible_to(request.user).select_related("team__record_rules")
    participant = get_object_or_404(people, pk=participant_id)
    versions = Expectations.objects.visible_to(request.user).filter(participant=participant)
    before = list(versions.select_related("recorded_by").order_by("-agreed_on", "-pk")[:ALL])
    initial = {"theirs": before[0].theirs, "ours": before[0].ours} if before else {}
    form = ExpectationsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        on = local_date(now, participant.team.time_zone)
        expect(participant=participant, on=on, by=request.user, at=now, **form.cleaned_data)
        again = rules_of(participant.team).expectations_days
        messages.success(
            request, _("Agreed. In %(days)s days the record asks to talk it over again.") % {"days": again}
        )
        return redirect("participant", participant_id)
    context = {"participant": participant, "form": form, "before": before}
    return render(request, "expectations/expectations.html", context)
