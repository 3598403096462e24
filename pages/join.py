"""A new colleague sets name and password."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import people
from accounts.forms.people import JoinForm
from accounts.models import Invitation


@login_not_required
@never_cache
@sensitive_post_parameters()
def join(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    invitation = Invitation.objects.for_token(token, now)
    if invitation is None:
        return render(request, "join/too_late.html", status=410)
    form = JoinForm(request.POST or None, user=invitation.user)
    if request.method == "POST" and form.is_valid():
        try:
            people.accept(invitation=invitation, at=now, **form.cleaned_data)
        except people.NotInvited:
            return render(request, "join/too_late.html", status=410)
        messages.success(request, _("Welcome. Sign in with your e-mail address and your new password."))
        return redirect("account_login")
    return render(request, "join/join.html", {"form": form, "email": invitation.user.email})
