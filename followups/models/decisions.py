"""Who decided: the same few words wherever something is decided or agreed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DecidedBy(models.TextChoices):
    """Who decided."""

    PARTICIPANT = "participant", _("The participant")
    TOGETHER = "together", _("Decided together")
    SPECIALIST = "specialist", _("The peer specialist")
    SUPERVISOR = "supervisor", _("The supervisor")


# The person had a say in it themselves.
THEIR_OWN = (DecidedBy.PARTICIPANT, DecidedBy.TOGETHER)
