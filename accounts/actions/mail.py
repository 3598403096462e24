"""Putting e-mail into the outbox. The worker sends it after this transaction is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from accounts.models import OutgoingEmail, User


@dataclass(frozen=True)
class Letter:
    """What a message says; the same letter may go to many."""

    subject: str
    text: str
    html: str


def write(template: str, context: dict[str, Any]) -> Letter:
    """Render `templates/emails/<template>/{subject.txt,body.txt,body.html}`."""
    folder = f"emails/{template}"
    return Letter(
        subject=render_to_string(f"{folder}/subject.txt", context).strip(),
        text=render_to_string(f"{folder}/body.txt", context),
        html=render_to_string(f"{folder}/body.html", context),
    )


def queue_all(*, to: Iterable[UUID], kind: str, letter: Letter, at: datetime) -> list[OutgoingEmail]:
    """The same letter to each of these accounts, in a message of its own; one statement."""
    return OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            recipient_id=user,
            kind=kind,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            created_at=at,
            next_try_at=at,
        )
        for user in to
    )


def queue(*, to: User, kind: str, letter: Letter, at: datetime) -> OutgoingEmail:
    """One message to one person, to be sent as soon as this transaction is kept."""
    return OutgoingEmail.objects.create(
        recipient=to,
        kind=kind,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        created_at=at,
        next_try_at=at,
    )
