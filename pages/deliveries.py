"""E-mail that could not be delivered, for administrators. It says for whom and why, never about whom."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import Permission, requires
from accounts.actions.deliveries import Again
from accounts.models import OutgoingEmail
from accounts.models.outbox import EmailKind
from followups.actions import deliveries as deeds
from pages.health import worker_state

PAGE = 50
KINDS = {
    EmailKind.REMINDER: gettext_lazy("Reminder"),
    EmailKind.INVITATION: gettext_lazy("Invitation"),
    EmailKind.ACCOUNT: gettext_lazy("Link for a new password"),
    EmailKind.DIGEST: gettext_lazy("Summary"),
}
CANNOT = {
    EmailKind.ACCOUNT: gettext_lazy("This cannot be sent again. They can ask for a new link on the sign-in page."),
    EmailKind.DIGEST: gettext_lazy("This cannot be sent again. The next one comes by itself."),
}
# What the delivery wrote down, in words; the first that fits. Anything else is an unexpected fault.
NOT_REACHED = gettext_lazy("The mail server could not be reached.")
REASONS = {
    "SMTPRecipientsRefused": gettext_lazy("The mail server does not know this address, or does not take mail for it."),
    "SMTPSenderRefused": gettext_lazy("The mail server does not accept our own address as a sender."),
    "SMTPDataError": gettext_lazy("The mail server did not take the message."),
    "SMTPAuthenticationError": gettext_lazy("The mail server did not accept our user name and password."),
    "SMTPNotSupportedError": gettext_lazy("The mail server cannot do what our settings ask of it."),
    "SSL": gettext_lazy("No safe connection to the mail server could be made."),
    "SMTPServerDisconnected": NOT_REACHED,
    "SMTPConnectError": NOT_REACHED,
    "Connection": NOT_REACHED,
    "TimeoutError": NOT_REACHED,
    "gaierror": NOT_REACHED,
    "OSError": NOT_REACHED,
    "gave up": gettext_lazy("The program was stopped each time while it was being sent."),
}
UNEXPECTED = gettext_lazy("Something unexpected happened while it was being sent.")


@requires(Permission.RUN_ACCOUNTS)
def deliveries(request: HttpRequest) -> HttpResponse:
    last = request.GET.get("after", "")
    found = OutgoingEmail.objects.visible_to(request.user).given_up().after(last)[: PAGE + 1]
    rows = [in_words(row) for row in found]
    now = timezone.now()
    context = {
        "rows": rows[:PAGE],
        "first": request.path if last else "",
        "next": f"?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "alarm": OutgoingEmail.objects.alarm(now),
        "worker": worker_state(now),
    }
    return render(request, "deliveries/deliveries.html", context)


def in_words(row: OutgoingEmail) -> Any:
    """The message with its kind and its reason in words, and why it cannot be sent again, if so."""
    row.kind_words = KINDS.get(row.kind, row.get_kind_display())
    words = next((words for start, words in REASONS.items() if row.last_error.startswith(start)), UNEXPECTED)
    code = next((part for part in row.last_error.split() if part.isdigit()), "")
    row.reason = _("%(reason)s (It said %(code)s.)") % {"reason": words, "code": code} if code else words
    row.cannot = CANNOT.get(row.kind, "")
    return row


@requires(Permission.RUN_ACCOUNTS)
@require_POST
def try_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = get_object_or_404(OutgoingEmail.objects.visible_to(request.user), pk=message_id)
    match deeds.try_again(message=message, by=request.user, at=timezone.now()):
        case Again.ON_ITS_WAY:
            messages.success(request, _("It is written anew and leaves with the next round."))
        case Again.NOT_NEEDED:
            messages.info(request, _("This is not needed any more, so nothing was sent."))
        case Again.CANNOT:
            messages.warning(request, CANNOT[message.kind])
    return redirect("deliveries")
