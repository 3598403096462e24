"""A hard stretch, told in the person's words, and what stands ready for it. Never a list of people by risk."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Team, User
from caseload.models.goals import ByParticipant
from caseload.models.participants import Participant


class CloserAnswer(models.TextChoices):
    """What the person says to a closer rhythm. AGREED is how a yes to weekly contacts was kept earlier."""

    SOON = "soon", _("Once soon, within one to three days")
    WEEKLY = "weekly", _("Once soon, then every week for four weeks")
    KEEP = "keep", _("Keep it as it is")
    LATER = "later", _("Ask me later")
    AGREED = "agreed", _("Yes, closer together for a while")


OFFERED = (CloserAnswer.SOON, CloserAnswer.WEEKLY, CloserAnswer.KEEP, CloserAnswer.LATER)
# Those that bring contacts closer together.
CLOSER = (CloserAnswer.SOON, CloserAnswer.WEEKLY, CloserAnswer.AGREED)


class Setback(models.Model):
    """A setback: an event in a story, on a local day, in the person's words. Stays as it was told (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="setbacks", editable=False, db_index=False
    )
    happened_on = models.DateField(_("on"))
    words = models.TextField(_("in their words, if they like"), max_length=4000, blank=True)
    answer = models.CharField(_("would they like us closer for a while?"), max_length=10, choices=CloserAnswer)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    form_token = models.UUIDField(unique=True, editable=False, help_text="A page sent again is kept once.")

    objects = ByParticipant.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(answer__in=CloserAnswer.values), name="setback_answer_known")]
        indexes = [models.Index(F("participant"), F("happened_on").desc(), F("id").desc(), name="setback_timeline")]

    def __str__(self) -> str:
        return f"setback {self.pk}"


class Prompt(models.Model):
    """One short thing to remember at a hard moment. The code is stable, the words are the organisation's."""

    code = models.SlugField(primary_key=True, max_length=40)
    text = models.CharField(_("words"), max_length=300)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="prompt_has_words")]

    def __str__(self) -> str:
        return self.text


class CrisisContact(models.Model):
    """A number for a crisis, one tap away; of one team, or of all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("team"), related_name="+"
    )
    label = models.CharField(_("who answers"), max_length=120)
    number = models.CharField(_("number"), max_length=20)
    may_text = models.BooleanField(_("takes text messages"), default=False)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^\+?[0-9]{3,17}$"), name="crisiscontact_number_dials"),
            models.CheckConstraint(condition=~Q(label=""), name="crisiscontact_says_who"),
        ]

    def __str__(self) -> str:
        return self.label


def contacts_for(team: Team) -> models.QuerySet[CrisisContact]:
    """The numbers a team's people can be given, in their order."""
    return CrisisContact.objects.filter(Q(team=None) | Q(team=team), is_active=True).order_by("position", "label")


def prompts() -> models.QuerySet[Prompt]:
    """What to remember at a hard moment, in its order."""
    return Prompt.objects.filter(is_active=True).order_by("position", "code")
