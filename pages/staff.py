"""Accounts, for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.actions import people
from accounts.forms.people import InviteForm, NameForm, RolesForm
from accounts.models import OutgoingEmail, Team, User
from caseload.models import Assignment
from followups.actions import leaving
from pages.health import worker_state

PAGE = 100


@requires(Permission.RUN_ACCOUNTS)
def staff(request: HttpRequest) -> HttpResponse:
    show = request.GET.get("show", "active")
    accounts = User.objects.visible_to(request.user).standing_as(show).after(request.GET.get("after", ""))
    rows = list(accounts.prefetch_related("memberships__team").order_by("name", "email")[: PAGE + 1])
    following = f"?show={show}&after={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    now = timezone.now()
    context = {
        "rows": rows[:PAGE],
        "show": show,
        "next": following,
        "alarm": OutgoingEmail.objects.alarm(now),
        "worker": worker_state(now),
    }
    return render(request, "staff/staff.html", context)


@requires(Permission.RUN_ACCOUNTS)
def invite(request: HttpRequest) -> HttpResponse:
    teams = list(Team.objects.visible_to(request.user).order_by("name"))
    form = InviteForm(request.POST or None, teams=teams)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, send_invitation(request, form))
        except (people.AddressInUse, people.NotInvited):
            form.add_error("email", _("There is an account for this address already. Look for it in the list."))
        else:
            return redirect("staff")
    return render(request, "staff/invite.html", {"form": form})


def send_invitation(request: HttpRequest, form: InviteForm) -> str:
    """Invite them, or send a fresh link to one who has not joined yet; says which."""
    deed = {"places": form.places(), "by": request.user, "at": timezone.now()}
    if form.invited is not None:
        people.invite_again(user=form.invited, **deed)
        return _("They had been invited already. A fresh link is on its way, with the roles you chose just now.")
    people.invite(email=form.cleaned_data["email"], **deed)
    return _("The invitation is on its way. Its link works once, for 72 hours.")


@requires(Permission.RUN_ACCOUNTS)
def colleague(request: HttpRequest, user_id: UUID) -> HttpResponse:
    person = colleague_or_404(request, user_id)
    teams = list(Team.objects.visible_to(request.user).order_by("name"))
    form = RolesForm(request.POST or None, teams=teams, user=person)
    if request.method == "POST" and form.is_valid():
        try:
            waiting = leaving.change_memberships(user=person, places=form.places(), by=request.user, at=timezone.now())
        except people.LastAdministrator:
            form.add_error("administrator", _("This is the last administrator. Make somebody else one first."))
        else:
            messages.success(request, _("The roles are saved. ") + words_for(waiting))
            return redirect("staff")
    # A number only: administrators do not know who is a participant.
    walks_with = Assignment.objects.number_for(person)
    return render(request, "staff/colleague.html", {"person": person, "form": form, "walks_with": walks_with})


@requires(Permission.RUN_ACCOUNTS)
def rename(request: HttpRequest, user_id: UUID) -> HttpResponse:
    person = colleague_or_404(request, user_id)
    form = NameForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        people.rename(user=person, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved. Notes that are signed keep the name and credential of then."))
        return redirect("colleague", user_id)
    return render(request, "staff/rename.html", {"person": person, "form": form})


@requires(Permission.RUN_ACCOUNTS)
@require_POST
def invite_again(request: HttpRequest, user_id: UUID) -> HttpResponse:
    try:
        people.invite_again(user=colleague_or_404(request, user_id), by=request.user, at=timezone.now())
    except people.NotInvited:
        messages.info(request, _("This person has joined already, or their account is closed."))
    else:
        messages.success(request, _("A fresh link is on its way; the old one no longer works."))
    return redirect("colleague", user_id)


@requires(Permission.RUN_ACCOUNTS)
@require_POST
def deactivate(request: HttpRequest, user_id: UUID) -> HttpResponse:
    person = colleague_or_404(request, user_id)
    try:
        waiting = leaving.deactivate(user=person, by=request.user, at=timezone.now())
    except people.LastAdministrator:
        messages.warning(request, _("This is the last administrator. Make somebody else one first."))
    else:
        messages.success(request, _("The account is closed, and its sign-ins have ended. ") + words_for(waiting))
    return redirect("colleague", user_id)


@requires(Permission.RUN_ACCOUNTS)
@require_POST
def reactivate(request: HttpRequest, user_id: UUID) -> HttpResponse:
    person = people.reactivate(user=colleague_or_404(request, user_id), by=request.user, at=timezone.now())
    words = _("The account is open again, with the roles it had.")
    if person.is_invited:
        words += " " + _("A fresh link is on its way to them.")
    messages.success(request, words)
    return redirect("colleague", user_id)


def colleague_or_404(request: HttpRequest, user_id: UUID) -> User:
    """The account, for an administrator."""
    return get_object_or_404(User.objects.visible_to(request.user).prefetch_related("memberships__team"), pk=user_id)


def words_for(waiting: int) -> str:
    """How many people wait for a peer now; nothing where it is nobody."""
    if not waiting:
        return ""
    text = ngettext(
        "%(count)d participant waits for a peer now; their supervisor sees it.",
        "%(count)d participants wait for a peer now; their supervisors see it.",
        waiting,
    )
    return text % {"count": waiting}
