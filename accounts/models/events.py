"""Who did what, when. Written by deeds, never changed."""

import pgtrigger
from django.db import models

from accounts.ids import new_id
from accounts.models.teams import Team
from accounts.models.users import User


class AuditEvent(models.Model):
    """One deed. Holds ids and a code, never a name, a note or a phone number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            # What happened to one record, newest first.
            models.Index(fields=["subject_id", "-at"], name="auditevent_subject"),
        ]
        triggers = [
            pgtrigger.Protect(name="auditevent_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
