"""The directory of places people can be pointed to, and the list of what is done together."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Permission, requires, standing_of
from caseload.actions.strands import save_activities, save_service
from caseload.forms.strands import ActivityFormSet, NewActivityForm, ServiceForm
from caseload.models import Service

MOST = 200


@requires(Permission.READ_RECORDS)
def services(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = Service.objects.visible_to(request.user).matching(search).order_by("-is_active", "name", "pk")
    supervises = standing_of(request.user).has(Permission.SUPERVISE)
    context = {"rows": list(rows[:MOST]), "search": search, "supervises": supervises}
    return render(request, "services/services.html", context)


@requires(Permission.SUPERVISE)
def add_service(request: HttpRequest) -> HttpResponse:
    return save(request, Service())


@requires(Permission.SUPERVISE)
def service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    return save(request, get_object_or_404(Service.objects.visible_to(request.user), pk=service_id))


def save(request: HttpRequest, row: Service) -> HttpResponse:
    """The form of a place, saved or with what is wrong."""
    form = ServiceForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        save_service(service=form.save(commit=False), by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("services")
    return render(request, "services/service.html", {"form": form, "is_new": row._state.adding})


@requires(Permission.RUN_ACCOUNTS)
def activities(request: HttpRequest) -> HttpResponse:
    listed = ActivityFormSet(request.POST or None, prefix="listed")
    adds = bool(request.POST.get("new-label"))
    new = NewActivityForm(request.POST if adds else None, prefix="new", initial={"position": 50})
    if request.method == "POST" and listed.is_valid() and (not adds or new.is_valid()):
        one = new.save(commit=False) if adds else None
        save_activities(changed=listed.save(commit=False), new=one, by=request.user, at=timezone.now())
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("activities")
    return render(request, "services/activities.html", {"listed": listed, "new": new})
