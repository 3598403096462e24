"""What somebody typed and has not saved yet."""

from datetime import datetime
from typing import Any

from django.db import models

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant


class SessionDraftQuerySet(models.QuerySet["SessionDraft"]):
    """Questions about drafts."""

    def visible_to(self, user: Any) -> "SessionDraftQuerySet":
        """A person's own drafts about participants they may still see."""
        return self.filter(author=user.pk, participant__in=Participant.objects.visible_to(user))

    def unfinished(self) -> "SessionDraftQuerySet":
        """Those that can still be saved: about participants who are with us."""
        return self.filter(participant__is_active=True).select_related("participant")


class SessionDraft(models.Model):
    """The unsaved fields of one session form: one per author and participant, on every device the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    fields = models.JSONField(default=dict)
    form_token = models.UUIDField()
    updated_at: datetime = models.DateTimeField()

    objects = SessionDraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "participant"], name="sessiondraft_one_each")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
