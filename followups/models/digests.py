"""The morning's summary: that it was made, once a local day."""

from django.db import models

from accounts.ids import new_id
from accounts.known import known
from accounts.models import OutgoingEmail, User


class DigestKind(models.TextChoices):
    """Whose summary it is."""

    DAY = "day", "a specialist's day"
    WEEK = "week", "a supervisor's week"


class Digest(models.Model):
    """One summary for one colleague and local day. Without an e-mail there was nothing to say."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=DigestKind)
    on = models.DateField(help_text="The local day it is for, in the zone of the recipient's team.")
    created_at = models.DateTimeField()
    email = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="digests")

    class Meta:
        constraints = [
            known("digest", "kind", DigestKind),
            models.UniqueConstraint(fields=["recipient", "kind", "on"], name="digest_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"digest {self.kind} of {self.on}"
