"""The people we walk with, and who may see them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.access import specialist_teams, supervised_teams, teams_of
from accounts.ids import new_id
from accounts.known import known
from accounts.models import Team, User
from caseload.models.assignments import Assignment
from caseload.models.phones import PhoneNumber, numbers_of, only_digits
from caseload.models.rules import rule


class Channel(models.TextChoices):
    """How a person likes to be reached."""

    CALL = "call", _("Phone call")
    TEXT = "text", _("Text message")
    VIDEO = "video", _("Video")
    IN_PERSON = "in_person", _("In person")
    LETTER = "letter", _("Letter")


class PlainText(models.Func):
    """Lower case without accents, by our immutable SQL function, so that an index can hold it."""

    function = "caseload_plain"
    output_field = models.TextField()


class LocalMidnight(models.Func):
    """The moment a local date of an episode begins, in the zone of its participant's team."""

    template = "(%(expressions)s)"
    arg_joiner = "::timestamp AT TIME ZONE "
    output_field = models.DateTimeField()

    def __init__(self, day: str) -> None:
        super().__init__(F(day), F("participant__team__time_zone"))


# Whom a person walks with now, and whom the colleagues they cover for do. Plain SQL, as nearly every
# query of every page holds it, often several times: put together by the ORM it cost more than its answer.
# Two branches and no OR, so that each is driven by its index (assignment_caseload, cover_by_colleague).
WALKS_WITH = """
    SELECT own.participant_id FROM caseload_assignment AS own
    WHERE own.specialist_id = %s AND own.ended_at IS NULL
    UNION ALL
    SELECT theirs.participant_id FROM accounts_cover AS cover
    JOIN caseload_assignment AS theirs
      ON theirs.specialist_id = cover.absent_id AND theirs.team_id = cover.team_id AND theirs.ended_at IS NULL
    WHERE cover.cover_id = %s AND cover.role = 'specialist'
      AND cover.starts_at <= statement_timestamp() AND cover.ends_at > statement_timestamp()
"""


def walks_with(user: Any) -> Q:
    """True of participants assigned to this person now, or to a colleague they cover for today."""
    return Q(team__in=specialist_teams(user), pk__in=RawSQL(WALKS_WITH, (user.pk, user.pk)))  # noqa: S611


def seen_by(user: Any, *, participant: str, team: str) -> Q:
    """True of rows about participants this person may see, by the columns that hold the participant and the team.

    What `Participant.objects.visible_to` says, for rows that are of their participant's team (trigger): to whoever
    supervises nobody the assignments alone say it, and nobody else of the team need be looked at.
    """
    own = Q(**{f"{team}__in": teams_of(user)})
    if supervised_teams(user):
        return own & Q(**{f"{participant}__in": Participant.objects.visible_to(user)})
    return own & Q(**{f"{participant}__in": RawSQL(WALKS_WITH, (user.pk, user.pk))})  # noqa: S611


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Who may be seen, which of them, and with what."""

    def visible_to(self, user: Any) -> "ParticipantQuerySet":
        """Those this person may know about.

        Supervisors: everybody of their teams. Specialists: those assigned to them now, and those of
        a colleague they cover for today. Nobody else: administrators have no way in. A record that was put
        into another one is out of sight: nobody walks with it, and what it said is read with the other.
        """
        supervised = supervised_teams(user)
        theirs = Q(team__in=supervised, merged_into=None)
        if not specialist_teams(user):
            return self.filter(theirs)
        return self.filter(theirs | walks_with(user)) if supervised else self.kept_by(user)

    def active(self) -> "ParticipantQuerySet":
        """Those with an open service episode."""
        return self.filter(is_active=True)

    def kept_by(self, user: Any) -> "ParticipantQuerySet":
        """Those this person walks with now, or stands in for today; all of them visible to that person."""
        return self.filter(walks_with(user)) if specialist_teams(user) else self.none()

    def unassigned(self, teams: Iterable[Any]) -> "ParticipantQuerySet":
        """Those of these teams who wait for a peer, with us and no assignment now.

        By one look at who walks with somebody, not person by person: nearly all have one.
        """
        walked_with = Assignment.objects.current().filter(team__in=teams)
        return self.active().filter(team__in=teams).exclude(pk__in=walked_with.values("participant"))

    def with_waiting_since(self) -> "ParticipantQuerySet":
        """Adds `waiting_since`: when the last assignment ended, they were taken in, or they came back on that day."""
        ended = Assignment.objects.filter(participant=OuterRef("pk"), ended_at__isnull=False)
        last = ended.order_by("-ended_at").values("ended_at")[:1]
        episodes = self.model._meta.get_field("episodes").related_model.objects
        opened = episodes.filter(participant=OuterRef("pk"), ended_on=None).annotate(at=LocalMidnight("started_on"))
        words = self.model._meta.get_field("quotations").related_model.objects
        said = words.filter(participant=OuterRef("pk"), topic="vision").order_by("-said_on", "-pk")
        return self.annotate(
            waiting_since=Greatest(Coalesce(models.Subquery(last), "created_at"), opened.values("at")[:1]),
            words_text=said.values("text")[:1],
            words_said_on=said.values("said_on")[:1],
        )

    def waiting_after(self, last: "Participant | None") -> "ParticipantQuerySet":
        """Of those with `waiting_since`: who has waited less long than that one; all of them after None."""
        if last is None:
            return self
        since = last.waiting_since
        return self.filter(Q(waiting_since__gt=since) | Q(waiting_since=since, pk__gt=last.pk))

    def matching(self, text: str) -> "ParticipantQuerySet":
        """Search by name, part of a name, or digits of a phone number, closest first.

        Forgives accents, case and small slips of spelling (pg_trgm's word similarity).
        """
        text = " ".join(text.split())
        digits = only_digits(text)
        plain = PlainText(models.Value(text, output_field=models.TextField()))
        if len(digits) >= 3 and len(digits) >= len(text) // 2:
            numbers = Exists(PhoneNumber.objects.filter(participant=OuterRef("pk"), number__contains=digits))
            # A name may be digits too: somebody may go by the number of a room.
            named = Q(search_name__contains=F("plain"))
            return self.alias(plain=plain).filter(Q(numbers) | named).order_by("name_used", "pk")
        found = self.alias(plain=plain, closeness=TrigramWordSimilarity(plain, "search_name"))
        return found.filter(
            Q(search_name__contains=F("plain")) | Q(search_name__trigram_word_similar=F("plain"))
        ).order_by(F("closeness").desc(), "name_used", "pk")

    def known_otherwise(self, text: str) -> "ParticipantQuerySet":
        """Those a search finds by the name of a record that was put into theirs."""
        put_away = self.model.objects.exclude(merged_into=None).matching(text)
        return self.filter(pk__in=put_away.order_by().values("merged_into")).order_by("name_used", "pk")

    def similar_to(self, name: str, legal_name: str, numbers: list[str]) -> "ParticipantQuerySet":
        """Likely the same person: one of the numbers, or a name much like it; likeliest first."""
        by_number = Exists(PhoneNumber.objects.filter(participant=OuterRef("pk"), number__in=numbers or [""]))
        alike = Q(by_number)
        closeness = [models.Value(0.0)]  # Greatest wants two, also without a name
        for text in {part for part in (name.strip(), legal_name.strip()) if part}:
            plain = PlainText(models.Value(text, output_field=models.TextField()))
            alike |= Q(search_name__trigram_word_similar=plain) | Q(search_name__trigram_similar=plain)
            closeness.append(TrigramSimilarity("search_name", plain))
        found = self.filter(alike).alias(by_number=by_number, closeness=Greatest(models.Value(0.0), *closeness))
        return found.order_by("-by_number", "-closeness", "name_used", "pk")

    def with_likely_twin(self, since: datetime) -> "ParticipantQuerySet":
        """Adds `perhaps_twice`: taken in since then, and much like somebody else of the team, with us or not."""
        # Three questions deep: of the person, somebody else, one of their numbers.
        theirs = PhoneNumber.objects.filter(participant=OuterRef(OuterRef(OuterRef("pk")))).values("number")
        alike = Q(Exists(PhoneNumber.objects.filter(participant=OuterRef("pk"), number__in=theirs)))
        for name in ("name_used", "legal_name"):
            plain = PlainText(OuterRef(name))
            alike |= Q(search_name__trigram_word_similar=plain) | Q(search_name__trigram_similar=plain)
        others = self.model.objects.filter(alike, team=OuterRef("team"), merged_into=None).exclude(pk=OuterRef("pk"))
        return self.annotate(
            perhaps_twice=models.Case(
                models.When(created_at__gt=since, then=Exists(others)), default=models.Value(False)
            )
        )

    def with_merges(self) -> "ParticipantQuerySet":
        """Adds `put_together`: of each record put into theirs the trace's id, when, and the name it went by."""
        merges = self.model._meta.get_field("merges").related_model.objects.standing()
        rows = merges.filter(kept=OuterRef("pk")).order_by("-at", "-pk")
        told = JSONObject(pk="pk", at="at", name="merged__name_used")
        return self.annotate(put_together=ArraySubquery(rows.values(one=told)))

    def silent(self, at: datetime) -> "ParticipantQuerySet":
        """Active participants nobody has been in touch with for longer than their team's limit."""
        days = Cast("team__silence_after_days", models.IntegerField()) * models.Value(timedelta(days=1))
        limit = models.Value(at, output_field=models.DateTimeField()) - models.ExpressionWrapper(
            days, output_field=models.DurationField()
        )
        since = Coalesce("last_contact_at", "created_at")
        return self.active().alias(quiet_since=since).filter(quiet_since__lt=limit).order_by("quiet_since", "pk")

    def after(self, name: str | None, pk: Any) -> "ParticipantQuerySet":
        """Those that follow in the order of names; all of them after None."""
        return self if name is None else self.filter(Q(name_used__gt=name) | Q(name_used=name, pk__gt=pk))

    def with_episode(self) -> "ParticipantQuerySet":
        """Adds `with_us_since`, `ended_on`, `ending_reason` and `may_contact` of the latest episode."""
        episodes = self.model._meta.get_field("episodes").related_model.objects
        latest = episodes.filter(participant=OuterRef("pk")).order_by("-started_on", "-pk")
        return self.annotate(
            with_us_since=latest.values("started_on")[:1],
            ended_on=latest.values("ended_on")[:1],
            ending_reason=latest.values("ending_reason")[:1],
            may_contact=latest.values("may_contact")[:1],
        )

    def with_phones(self) -> "ParticipantQuerySet":
        """Adds `numbers`: what each phone number is, and may be used for, in their order."""
        return self.annotate(numbers=numbers_of("pk"))

    def with_touched(self, at: datetime) -> "ParticipantQuerySet":
        """Adds `touched_in` and `touched_by`: the strands of the sessions of late, and of what was done in them.

        And `touched_goals`: whether a step was done, or it was said how a goal goes. All within the days the team set.
        """
        days = Cast(rule("untouched_days"), models.IntegerField()) * models.Value(timedelta(days=1))
        since = models.Value(at, output_field=models.DateTimeField()) - models.ExpressionWrapper(
            days, output_field=models.DurationField()
        )
        sessions = self.model._meta.get_field("sessions").related_model.objects.order_by()
        lately = sessions.filter(participant=OuterRef("pk"), started_at__gte=OuterRef("lately"))
        goals = self.model._meta.get_field("goals").related_model.objects.filter(participant=OuterRef("pk"))
        day = Cast(OuterRef("lately"), models.DateField())
        moved = goals.filter(Q(steps__done_on__gte=day) | Q(progress__said_on__gte=day))
        strand = models.Func(F("strands"), function="unnest", output_field=models.CharField())
        return self.alias(lately=since).annotate(
            touched_in=ArraySubquery(lately.annotate(strand=strand).values("strand").distinct()),
            touched_by=ArraySubquery(lately.filter(activities__strand__gt="").values("activities__strand").distinct()),
            touched_goals=Exists(moved),
        )

    def with_specialist(self) -> "ParticipantQuerySet":
        """Adds `specialist_id` and `specialist_name` of the current assignment."""
        now = Assignment.objects.current().filter(participant=OuterRef("pk"))
        return self.annotate(
            specialist_id=now.values("specialist")[:1], specialist_name=now.values("specialist__name")[:1]
        )


class Participant(models.Model):
    """A person who walks with us. Comes to exist at intake and is never deleted by the program."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="participants", verbose_name=_("team"), db_index=False
    )
    name_used = models.CharField(_("name they go by"), max_length=120)
    legal_name = models.CharField(_("legal name, if different"), max_length=160, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    language = models.CharField(_("language they prefer"), max_length=60, blank=True)
    preferred_channel = models.CharField(_("likes to be reached by"), max_length=20, choices=Channel, blank=True)
    good_times = models.CharField(_("times that suit"), max_length=200, blank=True)
    is_active = models.BooleanField(
        default=True, editable=False, help_text="Has an open service episode; kept with it by the deeds in enrolment."
    )
    last_contact_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="merged_people",
        editable=False,
        help_text="The record of the same person that is kept instead; goes with a standing Merge (trigger).",
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    search_name = models.GeneratedField(
        expression=PlainText(Concat(F("name_used"), models.Value(" "), F("legal_name"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            known("participant", "preferred_channel", Channel, may_be_empty=True),
            models.CheckConstraint(condition=~Q(name_used=""), name="participant_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(is_active=False), name="participant_merged_is_not_active"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="participant_merged_into_another"
            ),
        ]
        indexes = [
            # Search by part of a name.
            GinIndex(OpClass(F("search_name"), name="gin_trgm_ops"), name="participant_search_name"),
            # A team's list, by name, one page after another.
            models.Index(fields=["team", "name_used", "id"], name="participant_team_name"),
            # A team's people whom nobody has reached for a while.
            models.Index(
                fields=["team", "last_contact_at"], condition=Q(is_active=True), name="participant_team_silence"
            ),
        ]

    def __str__(self) -> str:
        return self.name_used
