"""Words that label people: the list for administrators, and for the fields that suggest others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from caseload.actions.hints import save_hints
from caseload.forms.hints import HintFormSet, NewHintForm
from caseload.models.hints import hints


@requires(Permission.RUN_ACCOUNTS)
def word_hints(request: HttpRequest) -> HttpResponse:
    listed = HintFormSet(request.POST or None, prefix="hints")
    adds = bool(request.POST.get("new-avoid") or request.POST.get("new-prefer"))
    is_whole = request.method == "POST" and listed.is_valid()
    new = NewHintForm(request.POST if adds else None, prefix="new", listed=listed.words if is_whole else ())
    if is_whole and (not adds or new.is_valid()):
        one = new.save(commit=False) if adds else None
        save_hints(changed=listed.save(commit=False), new=one, by=request.user, at=timezone.now())
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("word_hints")
    return render(request, "word_hints/word_hints.html", {"listed": listed, "new": new})


@requires(Permission.READ_RECORDS)
def word_list(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse({"hints": hints()})
    answer["Cache-Control"] = "private, max-age=600"
    return answer
