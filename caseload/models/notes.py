"""What is added to a signed note, and who has read it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.models.participants import Participant
from caseload.models.sessions import Session


class AdditionKind(models.TextChoices):
    """What an addition is.

    Late entry: facts known then and left out; addendum: facts learned later; correction. Each stands labelled, dated
    and with its author beside an original that stays readable (CMS Program Integrity Manual, chapter 3).
    """

    LATE_ENTRY = "late_entry", _("Late entry: known then, left out")
    ADDENDUM = "addendum", _("Addendum: learned later")
    CORRECTION = "correction", _("Correction")


# An addendum and a correction say why (Alabama 560-X-1-.21, the strictest rule found).
WITH_REASON = (AdditionKind.ADDENDUM, AdditionKind.CORRECTION)
# Facts may be added for a while only, by the team's rule; what is wrong may always be corrected.
FOR_A_WHILE = (AdditionKind.LATE_ENTRY, AdditionKind.ADDENDUM)


class NoteAdditionQuerySet(models.QuerySet["NoteAddition"]):
    """Questions about additions."""

    def visible_to(self, user: Any) -> "NoteAdditionQuerySet":
        """Those to sessions this person may see."""
        return self.filter(session__in=Session.objects.visible_to(user))


class NoteAddition(models.Model):
    """Something added to a signed note, signed by its author. A trigger lets none be changed or taken away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="additions", editable=False, db_index=False
    )
    kind = models.CharField(_("what it is"), max_length=12, choices=AdditionKind)
    text = models.TextField(_("what is added"), max_length=20000)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    written_at = models.DateTimeField(editable=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    author_name = models.CharField(max_length=120, editable=False)
    author_credential = models.CharField(max_length=60, blank=True, editable=False)
    form_token = models.UUIDField(unique=True, editable=False, help_text="A page sent again adds once.")

    objects = NoteAdditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AdditionKind.values), name="noteaddition_kind_known"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(author_name=""), name="noteaddition_says_something"),
            models.CheckConstraint(condition=~Q(kind__in=WITH_REASON) | ~Q(reason=""), name="noteaddition_says_why"),
        ]
        indexes = [models.Index(F("session"), F("written_at"), F("id"), name="noteaddition_in_order")]

    def __str__(self) -> str:
        return f"addition {self.pk}"

    @property
    def signature(self) -> str:
        """Its author, with their credential as it was then."""
        return ", ".join(filter(None, (self.author_name, self.author_credential)))


class SessionReviewQuerySet(models.QuerySet["SessionReview"]):
    """Questions about notes that were read."""

    def visible_to(self, user: Any) -> "SessionReviewQuerySet":
        """Those of sessions this person may see."""
        return self.filter(session__in=Session.objects.visible_to(user))


class SessionReview(models.Model):
    """A supervisor has read this signed note; once."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, primary_key=True, related_name="review")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    objects = SessionReviewQuerySet.as_manager()

    def __str__(self) -> str:
        return f"review of {self.pk}"


class RecordReviewQuerySet(models.QuerySet["RecordReview"]):
    """Questions about records that were looked through."""

    def visible_to(self, user: Any) -> "RecordReviewQuerySet":
        """Those of participants this person may see."""
        return self.filter(participant__in=Participant.objects.visible_to(user))


class RecordReview(models.Model):
    """A supervisor has looked through a whole record (105 CMR 164.083(D): quarterly); a trigger keeps it as it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="record_reviews", db_index=False
    )
    reviewed_on = models.DateField(_("looked through on"))
    words = models.CharField(_("what is to be done, if anything"), max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RecordReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "reviewer", "reviewed_on"], name="recordreview_once_a_day_and_reviewer"
            )
        ]
        indexes = [models.Index(F("participant"), F("reviewed_on").desc(), name="recordreview_latest")]

    def __str__(self) -> str:
        return f"record review {self.pk}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Questions about what people said of their notes."""

    def visible_to(self, user: Any) -> "AgreementQuerySet":
        """Those about sessions this person may see."""
        return self.filter(session__in=Session.objects.visible_to(user))


class Agreement(models.Model):
    """What the person said of the note after reading it: that they agree, or their own sentence. Stays (trigger)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="agreements", editable=False, db_index=False
    )
    agrees = models.BooleanField(_("they agree with it"))
    words = models.TextField(_("in their words, if they like"), max_length=2000, blank=True)
    said_on = models.DateField(editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(words=""), name="agreement_or_own_words"),
            # By a digest: a long text does not fit into an index.
            models.UniqueConstraint(F("session"), F("agrees"), MD5("words"), F("said_on"), name="agreement_once_a_day"),
        ]
        indexes = [models.Index(F("session"), F("recorded_at"), name="agreement_in_order")]

    def __str__(self) -> str:
        return f"agreement {self.pk}"
