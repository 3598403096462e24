"""Rows in the order in which they have to be written."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from caseload.models import (
    Assignment,
    Complaint,
    Expectations,
    Goal,
    GoalProgress,
    GoalStep,
    Participant,
    PeerRequest,
    PhoneNumber,
    Quotation,
    ServiceEpisode,
    Session,
    SessionDraft,
    Setback,
    Tried,
    Win,
)
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, FollowUp, NextStep, Reminder


@dataclass
class Rows:
    """Everything of one batch of participants."""

    participants: list[Participant] = field(default_factory=list)
    episodes: list[ServiceEpisode] = field(default_factory=list)
    phones: list[PhoneNumber] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    activities: list[Any] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    steps: list[GoalStep] = field(default_factory=list)
    progress: list[GoalProgress] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    expectations: list[Expectations] = field(default_factory=list)
    setbacks: list[Setback] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    requests: list[PeerRequest] = field(default_factory=list)
    wins: list[Win] = field(default_factory=list)
    plans: list[CheckInPlan] = field(default_factory=list)
    closers: list[CloserRhythm] = field(default_factory=list)
    followups: list[FollowUp] = field(default_factory=list)
    next_steps: list[NextStep] = field(default_factory=list)
    attempts: list[ContactAttempt] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    drafts: list[SessionDraft] = field(default_factory=list)

    @transaction.atomic
    def write(self) -> None:
        """Write the batch in one transaction: a session and its next step belong together."""
        for rows in vars(self).values():
            if rows:
                type(rows[0]).objects.bulk_create(rows, batch_size=2_000)
