"""Links by which a new colleague sets name and password."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import models

from accounts.ids import new_id
from accounts.models.users import User

VALID_FOR = timedelta(hours=72)
SALT = "accounts.invitation"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions about invitations."""

    def open(self, at: datetime) -> "InvitationQuerySet":
        """Those whose link still works at that moment."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)

    def for_token(self, token: str, at: datetime) -> "Invitation | None":
        """The open invitation a link belongs to, or None: used, withdrawn, expired and forged look the same."""
        try:
            invitation_id = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return None
        return self.open(at).select_related("user").filter(pk=invitation_id).first()


class Invitation(models.Model):
    """One link, sent once. The secret is a signature over the id, so nothing in the database opens the door."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_per_user",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def token(self) -> str:
        """What stands in the link."""
        return signing.dumps(str(self.pk), salt=SALT)
