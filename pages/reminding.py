"""How I want to be reminded."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from accounts.actions import people
from accounts.forms.reminding import RemindingForm


@requires(Permission.BE_SIGNED_IN)
def reminding(request: HttpRequest) -> HttpResponse:
    form = RemindingForm(request.POST or None, initial={"remind_by": request.user.remind_by})
    if request.method == "POST" and form.is_valid():
        people.choose_reminding(user=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved. It holds from the next reminder on."))
        return redirect("reminding")
    return render(request, "reminding/reminding.html", {"form": form})
