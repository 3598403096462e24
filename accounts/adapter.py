"""What of allauth is ours: nobody signs up, and its mail goes through the outbox like all other."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import OutgoingEmail, User
from accounts.models.outbox import EmailKind


class AccountAdapter(DefaultAccountAdapter):
    """Colleagues are invited by an administrator; there is no other door."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under our own address, whatever host the request named: the link opens an account."""
        return settings.BASE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave a row; the worker sends it after commit. An address that is nobody's gets nothing."""
        recipient = User.objects.active().filter(email__iexact=email).first()
        if recipient is None:
            return
        message = self.render_mail(template_prefix, email, {"base_url": settings.BASE_URL, **context})
        html = next((body for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        now = timezone.now()
        OutgoingEmail.objects.create(
            recipient=recipient,
            kind=EmailKind.ACCOUNT,
            subject=message.subject,
            text=message.body,
            html=html,
            created_at=now,
            next_try_at=now,
        )
