"""Putting e-mail into the outbox. The worker sends it after this transaction is kept."""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from accounts.models import OutgoingEmail, User


def queue(*, to: User, kind: str, template: str, context: dict[str, Any], at: datetime) -> OutgoingEmail:
    """Write one message to one person, from `templates/emails/<template>/{subject.txt,body.txt,body.html}`."""
    folder = f"emails/{template}"
    return OutgoingEmail.objects.create(
        recipient=to,
        kind=kind,
        subject=render_to_string(f"{folder}/subject.txt", context).strip(),
        text=render_to_string(f"{folder}/body.txt", context),
        html=render_to_string(f"{folder}/body.html", context),
        created_at=at,
        next_try_at=at,
    )
