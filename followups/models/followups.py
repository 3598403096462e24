"""What we owe a participant on a date. Overdue is a question with one answer, never a column."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.ids import new_id
from accounts.known import known
from accounts.models import Cover, Team, User
from caseload.models import Assignment, GoalStep, Milestone, Participant, Referral, Session, Tried, Win
from caseload.models.goals import HELPFUL, STILL_ASKED, latest_agreed
from caseload.models.participants import seen_by
from caseload.models.words import latest_words
from followups.models.closer import CloserRhythm
from followups.models.decisions import DecidedBy
from followups.models.plans import CheckInPlan


class Purpose(models.TextChoices):
    """Why we want to be in touch."""

    CHECK_IN = "check_in", _("Check-in")
    PROMISE = "promise", _("Something I promised")
    AFTER_MISSED = "after_missed", _("After we missed each other")
    AFTER_SETBACK = "after_setback", _("After a setback")
    AFTER_DISCHARGE = "after_discharge", _("After coming home from hospital")
    REFERRAL = "referral", _("How a referral went")
    GOAL_STEP = "goal_step", _("A step towards a goal")
    CELEBRATION = "celebration", _("Something to celebrate")
    REVIEW = "review", _("To be looked at together; no contact")


# Being in touch answers these; a promise, a referral or a step is settled by what it was about.
CONTACT = (Purpose.CHECK_IN, Purpose.AFTER_MISSED, Purpose.AFTER_SETBACK, Purpose.AFTER_DISCHARGE)
# For so long the card handed on with a person stands beside what is owed to them.
NEW_PEER = timedelta(days=14)
# After these, somebody may need us sooner than others.
HEAVY = (Purpose.AFTER_SETBACK, Purpose.AFTER_DISCHARGE)


class State(models.TextChoices):
    """Where a follow-up stands. `due_on` is the date of its state: due, awaited reply, or end of the pause."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for their reply")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    NOT_NEEDED = "not_needed", _("Not needed")
    ENDED = "ended", _("Services ended")


STANDING = (State.OPEN, State.WAITING, State.PAUSED)
CLOSED = (State.DONE, State.NOT_NEEDED, State.ENDED)


class LocalDay(Func):
    """The calendar day at a moment in the zone of the row's team, worked out by PostgreSQL.

    It depends on the team only, so that the comparison with the bare `due_on` can use the index.
    """

    template = "(TIMEZONE(%(expressions)s))::date"
    arg_joiner = ", "
    output_field = models.DateField()

    def __init__(self, at: datetime, zone: str = "team__time_zone") -> None:
        super().__init__(F(zone), Value(at, output_field=models.DateTimeField()))


class DaysBetween(Func):
    """Whole days from one date to another, as PostgreSQL subtracts dates."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Who may see them, which of them, and with what beside them."""

    def visible_to(self, user: Any) -> "FollowUpQuerySet":
        """Those of participants this person may see."""
        return self.filter(seen_by(user, participant="participant", team="team"))

    def standing(self) -> "FollowUpQuerySet":
        """Still owed: open, waiting for a reply, or paused."""
        return self.filter(state__in=STANDING)

    def overdue(self, at: datetime) -> "FollowUpQuerySet":
        """Still owed, and the day has passed in the team's zone. Due today is not overdue.

        A pause ends by itself, and a reply is awaited until a date: `due_on` holds that date, so
        one comparison serves all three. Ending services closes the follow-ups, so a standing one
        always belongs to an active participant.
        """
        return self.standing().filter(due_on__lt=LocalDay(at))

    def due_today(self, at: datetime) -> "FollowUpQuerySet":
        """To be done today in the team's zone."""
        return self.standing().filter(due_on=LocalDay(at))

    def owned_by(self, user: Any) -> "FollowUpQuerySet":
        """Those this person has to keep: their own, and those of a colleague they cover for now in either role."""
        absent = Cover.objects.instead_of(OuterRef("owner"), OuterRef("team")).filter(cover=user.pk)
        return self.filter(Q(owner=user.pk) | Exists(absent))

    def supervised_by(self, user: Any) -> "FollowUpQuerySet":
        """Those of the teams this person supervises."""
        return self.filter(team__in=supervised_teams(user))

    def with_specialist(self) -> "FollowUpQuerySet":
        """Adds `specialist_id` and `specialist_name`: who walks with the participant now."""
        now = Assignment.objects.current().filter(participant=OuterRef("participant"))
        return self.annotate(
            specialist_id=now.values("specialist")[:1], specialist_name=now.values("specialist__name")[:1]
        )

    def with_stand_in(self) -> "FollowUpQuerySet":
        """Adds `stand_in_id` and `stand_in_name`: who is asked instead of its keeper, who is away."""
        covers = Cover.objects.instead_of(OuterRef("owner"), OuterRef("team"))
        return self.annotate(stand_in_id=covers.values("cover")[:1], stand_in_name=covers.values("cover__name")[:1])

    def with_new_peer(self, since: datetime) -> "FollowUpQuerySet":
        """Adds `has_new_peer`: whether somebody else walked with the participant until then, or later."""
        theirs = Assignment.objects.filter(participant=OuterRef("participant"))
        fresh = theirs.current().filter(started_at__gt=since)
        return self.annotate(has_new_peer=Exists(fresh) & Exists(theirs.filter(ended_at__isnull=False)))

    def for_the_week(self, at: datetime) -> "FollowUpQuerySet":
        """What a day's page shows: overdue, today, the next seven days, and every reply still awaited."""
        soon = Q(due_on__lte=ExpressionWrapper(LocalDay(at) + 7, output_field=models.DateField()))
        return self.standing().filter(soon | Q(state=State.WAITING))

    def with_days_overdue(self, at: datetime) -> "FollowUpQuerySet":
        """Adds `days_overdue`: whole local days since the date; 0 is today, negative is to come."""
        return self.annotate(days_overdue=DaysBetween(LocalDay(at), F("due_on")))

    def with_call_facts(self) -> "FollowUpQuerySet":
        """Adds what to know before calling: their words, what was agreed, a win, what was promised, tried, and helped.

        `said` and `agreed` are for `words_in_order` and `agreed_now`.
        """
        wins = Win.objects.filter(participant=OuterRef("participant")).order_by("-happened_on", "-pk")
        promises = FollowUp.objects.filter(
            participant=OuterRef("participant"), state__in=STANDING, purpose=Purpose.PROMISE
        ).order_by("due_on", "pk")
        tried = Tried.objects.filter(participant=OuterRef("participant"))
        asking = tried.filter(answer__in=STILL_ASKED).order_by(
            F("answered_on").asc(nulls_first=True), "-tried_on", "-pk"
        )
        helped = tried.filter(answer__in=HELPFUL).order_by("-tried_on", "-pk")
        return self.annotate(
            said=latest_words("participant"),
            agreed=latest_agreed("participant"),
            tried_id=Subquery(asking.values("pk")[:1]),
            tried_text=Subquery(asking.values("text")[:1]),
            helped=ArraySubquery(helped.values("text")[:3]),
            win_text=Subquery(wins.values("text")[:1]),
            win_on=Subquery(wins.values("happened_on")[:1]),
            promised=Subquery(promises.values("what")[:1]),
        )

    def by_what_matters(self) -> "FollowUpQuerySet":
        """After a setback or a discharge first, then the longest overdue."""
        return self.alias(weight=Case(When(purpose__in=HEAVY, then=Value(0)), default=Value(1))).order_by(
            "weight", "due_on", "pk"
        )


class FollowUp(models.Model):
    """Something owed to a participant on a local date, and who keeps it. Closed ones stay as history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="followups", db_index=False)
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty while the participant waits for a peer.",
    )
    purpose = models.CharField(_("what for"), max_length=20, choices=Purpose, default=Purpose.CHECK_IN)
    what = models.CharField(_("what exactly"), max_length=300, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    due_on = models.DateField(_("on"))
    planned_on = models.DateField(help_text="The date first meant, before any move off a closed day or by hand.")
    latest_on = models.DateField(null=True, help_text="The last day of the window it belongs to, where there is one.")
    why_here = models.CharField(max_length=300, blank=True, help_text="Why the date is what it is, if it was changed.")
    moved_at = models.DateTimeField(null=True, help_text="When this date was set, if it was changed.")
    moved_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who chose that date; empty where it followed from something else.",
        db_index=False,
    )
    came_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="came_back_as",
        help_text="The one it takes up again.",
        db_index=False,
    )
    closer = models.ForeignKey(
        CloserRhythm, on_delete=models.PROTECT, null=True, related_name="followups", db_index=False
    )
    plan = models.ForeignKey(CheckInPlan, on_delete=models.PROTECT, null=True, related_name="followups", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="+")
    milestone = models.ForeignKey(
        Milestone, on_delete=models.PROTECT, null=True, related_name="followups", db_index=False
    )
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, null=True, related_name="followups", db_index=False
    )
    step = models.ForeignKey(GoalStep, on_delete=models.PROTECT, null=True, related_name="followups", db_index=False)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Tries since it was opened; kept by the deeds.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closing_reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=20, choices=DecidedBy, blank=True)
    kept = models.BooleanField(null=True, help_text="Of a promise that is done: whether it was kept.")
    set_aside = models.BooleanField(
        default=False,
        help_text="Closed by a change of rhythm, a pause or with a goal, and taken up again if that is undone.",
    )
    rests_from = models.DateField(
        null=True, help_text="The date it had before a rest; it has it again if the rest ends early."
    )
    # Facts about what the worker did. They never decide whether something is overdue.
    flagged_rung = models.PositiveSmallIntegerField(default=0)
    flagged_at = models.DateTimeField(null=True, help_text="When the worker first told anybody about this date.")
    unheard = models.BooleanField(default=False, help_text="At the last rung there was nobody who could be told.")
    discussed_at = models.DateTimeField(null=True)
    discussed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            known("followup", "decided_by", DecidedBy, may_be_empty=True),
            known("followup", "purpose", Purpose),
            models.UniqueConstraint(
                fields=["plan", "planned_on"], condition=Q(plan__isnull=False), name="followup_one_per_plan_date"
            ),
            models.UniqueConstraint(
                fields=["closer", "planned_on"],
                condition=Q(closer__isnull=False, came_from=None),
                name="followup_one_per_closer_date",
            ),
            models.UniqueConstraint(fields=["came_from"], name="followup_taken_up_again_once"),
            models.UniqueConstraint(
                fields=["step"], condition=Q(state__in=STANDING, step__isnull=False), name="followup_one_per_step"
            ),
            models.UniqueConstraint(
                fields=["milestone", "planned_on"],
                # Ended with services it makes room: whoever comes back before the day is still congratulated.
                condition=Q(milestone__isnull=False, came_from=None) & ~Q(state=State.ENDED),
                name="followup_one_per_milestone_day",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(state__in=STANDING, referral__isnull=False),
                name="followup_one_per_referral",
            ),
            models.CheckConstraint(
                condition=Q(kept=None) | Q(purpose=Purpose.PROMISE, state=State.DONE), name="followup_kept_is_a_promise"
            ),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.PROMISE, state=State.DONE) | Q(kept__isnull=False),
                name="followup_promise_done_says_kept",
            ),
            models.CheckConstraint(
                condition=Q(moved_by=None) | Q(moved_at__isnull=False), name="followup_moved_by_says_when"
            ),
            models.CheckConstraint(
                condition=Q(set_aside=False) | Q(state=State.NOT_NEEDED), name="followup_set_aside_is_closed"
            ),
            # What asks after something is let go with it: a rest only sets contacts aside, to bring them back.
            models.CheckConstraint(
                condition=Q(set_aside=False) | Q(rests_from=None) | Q(purpose__in=CONTACT),
                name="followup_set_aside_rests_only_contact",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="followup_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=STANDING, closed_at=None, closed_by=None)
                | Q(state__in=CLOSED, closed_at__isnull=False),
                name="followup_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.NOT_NEEDED) | (~Q(closing_reason="") & ~Q(decided_by="")),
                name="followup_not_needed_says_why_and_who",
            ),
            models.CheckConstraint(
                condition=Q(flagged_rung=0, flagged_at=None) | Q(flagged_rung__gt=0, flagged_at__isnull=False),
                name="followup_flagged_when",
            ),
            models.CheckConstraint(
                condition=Q(discussed_at=None, discussed_by=None)
                | Q(discussed_at__isnull=False, discussed_by__isnull=False),
                name="followup_discussed_at_and_by_paired",
            ),
        ]
        indexes = [
            # Overdue, per team: the board, the digest, the export.
            models.Index(fields=["team", "due_on"], condition=Q(state__in=STANDING), name="followup_team_due"),
            # A specialist's day.
            models.Index(fields=["owner", "due_on"], condition=Q(state__in=STANDING), name="followup_owner_due"),
            # The sweep: overdue in a team and not flagged at a rung yet.
            models.Index(
                fields=["team", "flagged_rung", "due_on"], condition=Q(state__in=STANDING), name="followup_to_flag"
            ),
            # What is planned for one participant, and who has nothing planned.
            models.Index(fields=["participant", "due_on"], condition=Q(state__in=STANDING), name="followup_standing"),
            # Escalations nobody could receive, for administrators and the next sweep.
            models.Index(fields=["team"], condition=Q(unheard=True, state__in=STANDING), name="followup_unheard"),
            # Decisions of a team, newest first.
            models.Index(
                F("team"),
                F("closed_at").desc(),
                F("id").desc(),
                condition=Q(state=State.NOT_NEEDED, set_aside=False),
                name="followup_decided",
            ),
            # What was done or decided for one participant, newest first.
            models.Index(F("participant"), F("closed_at").desc(), F("id").desc(), name="followup_history"),
            # Promises a colleague has just answered for.
            models.Index(
                F("closed_by"),
                F("closed_at").desc(),
                condition=Q(purpose=Purpose.PROMISE, state=State.DONE),
                name="followup_promises_settled",
            ),
            # What belongs to a closer rhythm, a day to remember, a referral or a step: few do.
            models.Index(fields=["closer"], condition=Q(closer__isnull=False), name="followup_of_closer"),
            models.Index(fields=["milestone"], condition=Q(milestone__isnull=False), name="followup_of_milestone"),
            models.Index(fields=["referral"], condition=Q(referral__isnull=False), name="followup_of_referral"),
            models.Index(fields=["step"], condition=Q(step__isnull=False), name="followup_of_step"),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"

    @property
    def is_standing(self) -> bool:
        """Whether it is still owed."""
        return self.state in STANDING

    @property
    def asks_after_something(self) -> bool:
        """Whether it asks how a referral or a step went: settled by the answer, not by having been in touch."""
        return self.referral_id is not None or self.step_id is not None

    @property
    def asks_to_go_on(self) -> bool:
        """Whether it is the last one of a plan, which asks what comes next."""
        return self.plan is not None and self.planned_on == self.plan.rhythm.last
