"""What can come of a try, for administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from followups.actions import outcomes as deeds
from followups.forms.outcomes import OutcomeForm
from followups.models import Outcome


@requires(Permission.RUN_ACCOUNTS)
def outcomes(request: HttpRequest) -> HttpResponse:
    rows = Outcome.objects.kept_by(request.user).order_by("-is_active", "position", "pk")
    return render(request, "outcomes/outcomes.html", {"rows": list(rows)})


@requires(Permission.RUN_ACCOUNTS)
def add_outcome(request: HttpRequest) -> HttpResponse:
    return save(request, OutcomeForm(request.POST or None))


@requires(Permission.RUN_ACCOUNTS)
def outcome(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(Outcome.objects.kept_by(request.user), pk=code)
    return save(request, OutcomeForm(request.POST or None, instance=row))


def save(request: HttpRequest, form: OutcomeForm) -> HttpResponse:
    """Save what is right, or show the form with what is not."""
    if request.method == "POST" and form.is_valid():
        deeds.save_outcome(outcome=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, _("Saved. It holds from the next try on."))
        return redirect("outcomes")
    return render(request, "outcomes/outcome.html", {"form": form, "is_new": form.instance._state.adding})
