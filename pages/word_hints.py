"""Words that label people: the list for administrators, and for the fields that suggest others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires
from accounts.known import AlreadyThere
from caseload.actions.hints import save_hints
from caseload.forms.hints import HintForm, HintFormSet
from caseload.models.hints import hints


@requires(Permission.RUN_ACCOUNTS)
def word_hints(request: HttpRequest) -> HttpResponse:
    listed = HintFormSet(request.POST or None, prefix="hints")
    adds = bool(request.POST.get("new-avoid") or request.POST.get("new-prefer"))
    new = HintForm(request.POST if adds else None, prefix="new")
    if request.method == "POST" and listed.is_valid() and (not adds or new.is_valid()):
        changed, one = listed.save(commit=False), new.save(commit=False) if adds else None
        try:
            save_hints(changed=changed, new=one, by=request.user, at=timezone.now())
        except AlreadyThere as there:
            theirs = next(form for form in (*listed, new) if form.instance is there.row)
            theirs.add_error("avoid", there.words)
        else:
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("word_hints")
    return render(request, "word_hints/word_hints.html", {"listed": listed, "new": new})


@requires(Permission.READ_RECORDS)
def word_list(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse({"hints": hints()})
    answer["Cache-Control"] = "private, max-age=600"
    return answer
