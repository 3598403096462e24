"""Phone numbers, and what each may be used for."""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known


class MessagePermission(models.TextChoices):
    """What may be left as a message on a number; the safest comes first and is the default."""

    NONE = "none", _("No message")
    NAME_ONLY = "name_only", _("First name and number only")
    MAY_SAY = "may_say", _("A message may say …")


class PhoneNumber(models.Model):
    """One number of one participant. Every permission is off until the person gives it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        "caseload.Participant", on_delete=models.CASCADE, related_name="phones", db_index=False
    )
    number = models.CharField(_("number"), max_length=20, help_text=_("kept as +15551234567 (E.164)"))
    label = models.CharField(_("whose or where"), max_length=60, blank=True)
    may_call = models.BooleanField(_("may be called"), default=False)
    may_text = models.BooleanField(_("may be texted"), default=False)
    message = models.CharField(
        _("leaving a message"), max_length=12, choices=MessagePermission, default=MessagePermission.NONE
    )
    message_text = models.CharField(_("what a message may say"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            known("phonenumber", "message", MessagePermission),
            models.UniqueConstraint(fields=["participant", "number"], name="phonenumber_once_per_participant"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+[0-9]{6,17}$"), name="phonenumber_is_e164"),
            models.CheckConstraint(
                condition=~Q(message=MessagePermission.MAY_SAY) | ~Q(message_text=""),
                name="phonenumber_message_says_what",
            ),
        ]
        indexes = [
            # Search by some digits of a number.
            GinIndex(OpClass(F("number"), name="gin_trgm_ops"), name="phonenumber_digits"),
        ]

    def __str__(self) -> str:
        return self.number


def only_digits(text: str) -> str:
    """The decimal digits of a text, of any script, as 0–9."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def numbers_of(participant: str, *order: str) -> ArraySubquery:
    """The phone numbers of that column's participant: what each is, and what it may be used for."""
    names = ("number", "label", "may_call", "may_text", "message", "message_text")
    numbers = PhoneNumber.objects.filter(participant=OuterRef(participant)).order_by(*order, "position", "pk")
    return ArraySubquery(numbers.values(one=JSONObject(**{name: name for name in names})))
