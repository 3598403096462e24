"""One factory per model: valid by default, nothing random that matters."""

from datetime import UTC, date, datetime, time, timedelta

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts.ids import new_id
from accounts.models import Cover, Invitation, Membership, OutgoingEmail, Role, Team, User
from caseload.models import (
    Assignment,
    Barrier,
    Complaint,
    Concern,
    Connection,
    Expectations,
    Goal,
    GoalStep,
    GroupMeeting,
    GroupSeries,
    Method,
    Milestone,
    Participant,
    PeerRequest,
    PhoneNumber,
    Quotation,
    Referral,
    RosterPlace,
    Service,
    ServiceEpisode,
    Session,
    SessionDraft,
    Setback,
    Tried,
    Win,
)
from caseload.models.words import Topic
from followups.models import CheckInPlan, CloserRhythm, ContactAttempt, FollowUp, NextStep, Outcome, Reminder, Rung

# A Wednesday without holidays around it; 10:00 in New York.
NOON = datetime(2026, 5, 6, 14, 0, tzinfo=UTC)
DAY = date(2026, 5, 6)
# Where it is about midday now: for tests that run on the real clock, so that no midnight falls into them.
MIDDAY = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
PASSWORD = "calm-river-stones-42"


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")
    time_zone = "America/New_York"
    # None, so that no test depends on the hour it runs at.
    quiet_from = quiet_until = time(0)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"colleague{number}@example.org")
    name = factory.Sequence(lambda number: f"Colleague {number}")
    is_active = True
    created_at = NOON
    joined_at = NOON
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = Role.SPECIALIST


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    user = factory.SubFactory(UserFactory, is_active=False, joined_at=None)
    created_at = NOON
    expires_at = factory.LazyAttribute(lambda row: row.created_at + timedelta(hours=72))


class OutgoingEmailFactory(DjangoModelFactory):
    class Meta:
        model = OutgoingEmail

    recipient = factory.SubFactory(UserFactory)
    kind = "reminder"
    subject = "Follow-ups are waiting"
    text = "Open the program."
    created_at = NOON
    next_try_at = NOON


class ParticipantFactory(DjangoModelFactory):
    class Meta:
        model = Participant

    team = factory.SubFactory(TeamFactory)
    name_used = factory.Sequence(lambda number: f"Person {number}")
    created_at = NOON
    created_by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type, *args: object, episode: bool = True, **fields: object) -> Participant:
        """With an episode, in one transaction: the database wants both or neither."""
        with transaction.atomic():
            person = super()._create(model_class, *args, **fields)
            over = (
                {} if person.is_active else {"ended_on": DAY, "ending_reason": "moved", "ended_by": person.created_by}
            )
            if episode:
                ServiceEpisode.objects.create(participant=person, started_on=DAY - timedelta(days=90), **over)
        return person


def end_services(participant: Participant) -> None:
    """The person's services have ended; nothing stands any more."""
    with transaction.atomic():
        Participant.objects.filter(pk=participant.pk).update(is_active=False)
        participant.episodes.filter(ended_on=None).update(
            ended_on=DAY, ending_reason="moved", ended_by=participant.created_by
        )
        participant.followups.standing().update(state="ended", closed_at=NOON)
        participant.assignments.filter(ended_at=None).update(ended_at=NOON, end_reason="services_ended")
        CheckInPlan.objects.filter(participant=participant, ended_at=None).update(ended_at=NOON)
        CloserRhythm.objects.filter(participant=participant, ended_at=None).update(ended_at=NOON)
    participant.refresh_from_db()


class PhoneNumberFactory(DjangoModelFactory):
    class Meta:
        model = PhoneNumber

    participant = factory.SubFactory(ParticipantFactory)
    number = factory.Sequence(lambda number: f"+1617555{number:04d}")
    may_call = True


class QuotationFactory(DjangoModelFactory):
    class Meta:
        model = Quotation

    participant = factory.SubFactory(ParticipantFactory)
    topic = Topic.VISION
    text = "A key of my own, and my daughter on Sundays."
    said_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = Assignment

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    specialist = factory.SubFactory(UserFactory)
    started_at = NOON - timedelta(days=90)
    assigned_by = factory.SelfAttribute("specialist")


class CoverFactory(DjangoModelFactory):
    class Meta:
        model = Cover

    team = factory.SubFactory(TeamFactory)
    absent = factory.SubFactory(UserFactory)
    cover = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("absent")


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = FollowUp

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    due_on = DAY
    planned_on = factory.SelfAttribute("due_on")
    created_at = NOON - timedelta(days=7)


class SessionFactory(DjangoModelFactory):
    """Makes the next step too: without one the database refuses."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    specialist = factory.SubFactory(UserFactory)
    method = Method.PHONE
    started_at = NOON - timedelta(days=1)
    minutes = 30
    logged_at = factory.SelfAttribute("started_at")
    form_token = factory.LazyFunction(new_id)

    @classmethod
    def create(cls, **fields: object) -> Session:
        """In one transaction, at whose end the database asks for the next step."""
        with transaction.atomic():
            return super().create(**fields)

    @factory.post_generation
    def next_step(self, create: bool, extracted: object, **_fields: object) -> None:
        if create and extracted is not False:
            NextStep.objects.create(session=self, reason="They will get in touch", decided_by="participant")


class GoalFactory(DjangoModelFactory):
    class Meta:
        model = Goal

    participant = factory.SubFactory(ParticipantFactory)
    wording = factory.Sequence(lambda number: f"A place of my own, {number}")
    started_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class GoalStepFactory(DjangoModelFactory):
    class Meta:
        model = GoalStep

    goal = factory.SubFactory(GoalFactory)
    text = factory.Sequence(lambda number: f"Ask at the office, {number}")
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class TriedFactory(DjangoModelFactory):
    class Meta:
        model = Tried

    participant = factory.SubFactory(ParticipantFactory)
    text = factory.Sequence(lambda number: f"Walking before breakfast, {number}")
    tried_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class SetbackFactory(DjangoModelFactory):
    class Meta:
        model = Setback

    participant = factory.SubFactory(ParticipantFactory)
    happened_on = DAY
    words = "It was too loud at home."
    answer = "keep"
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class ComplaintFactory(DjangoModelFactory):
    class Meta:
        model = Complaint

    participant = factory.SubFactory(ParticipantFactory)
    words = "You said Friday, and it was Monday."
    said_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class ConcernFactory(DjangoModelFactory):
    class Meta:
        model = Concern

    team = factory.SubFactory(TeamFactory)
    about = "Rene, who comes on Tuesdays"
    words = "Nobody called back."
    said_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class PeerRequestFactory(DjangoModelFactory):
    class Meta:
        model = PeerRequest

    participant = factory.SubFactory(ParticipantFactory)
    asked_on = DAY
    words = "Somebody my age."
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class ExpectationsFactory(DjangoModelFactory):
    class Meta:
        model = Expectations

    participant = factory.SubFactory(ParticipantFactory)
    theirs = "That you call when you said you would."
    ours = "That you tell me when it is too much."
    agreed_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class BarrierFactory(DjangoModelFactory):
    class Meta:
        model = Barrier

    participant = factory.SubFactory(ParticipantFactory)
    what = factory.Sequence(lambda number: f"No bus on Sundays, {number}")
    since = changed_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class ConnectionFactory(DjangoModelFactory):
    class Meta:
        model = Connection

    participant = factory.SubFactory(ParticipantFactory)
    what = factory.Sequence(lambda number: f"The choir, {number}")
    since = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    participant = factory.SubFactory(ParticipantFactory)
    what = factory.Sequence(lambda number: f"A year of mornings, {number}")
    on = DAY - timedelta(days=365)
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service

    name = factory.Sequence(lambda number: f"Legal aid {number}")


class ReferralFactory(DjangoModelFactory):
    class Meta:
        model = Referral

    participant = factory.SubFactory(ParticipantFactory)
    to_whom = "The dentist on Main Street"
    offered_on = changed_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class LedFactory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @factory.post_generation
    def facilitators(self, create: bool, extracted: object, **_fields: object) -> None:
        if create and extracted:
            self.facilitators.set(extracted)


class GroupSeriesFactory(LedFactory):
    class Meta:
        model = GroupSeries

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda number: f"Tuesday circle {number}")
    created_at = NOON
    created_by = factory.SubFactory(UserFactory)


class RosterPlaceFactory(DjangoModelFactory):
    class Meta:
        model = RosterPlace

    series = factory.SubFactory(GroupSeriesFactory)
    participant = factory.SubFactory(ParticipantFactory)
    joined_on = DAY


class GroupMeetingFactory(LedFactory):
    class Meta:
        model = GroupMeeting

    team = factory.SubFactory(TeamFactory)
    name = "Tuesday circle"
    started_at = NOON - timedelta(days=1)
    minutes = 60
    logged_at = NOON
    logged_by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class SessionDraftFactory(DjangoModelFactory):
    class Meta:
        model = SessionDraft

    author = factory.SubFactory(UserFactory)
    participant = factory.SubFactory(ParticipantFactory)
    form_token = factory.LazyFunction(new_id)
    updated_at = NOON


class WinFactory(DjangoModelFactory):
    class Meta:
        model = Win

    participant = factory.SubFactory(ParticipantFactory)
    text = "Cooked for the whole house."
    happened_on = DAY
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class ContactAttemptFactory(DjangoModelFactory):
    class Meta:
        model = ContactAttempt

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    outcome = factory.LazyFunction(lambda: Outcome.objects.get(pk="no_answer"))
    label = factory.SelfAttribute("outcome.label")
    channel = "call"
    at = NOON
    by = factory.SubFactory(UserFactory)
    form_token = factory.LazyFunction(new_id)


class CheckInPlanFactory(DjangoModelFactory):
    class Meta:
        model = CheckInPlan

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    starts_on = DAY
    created_at = NOON
    created_by = factory.SubFactory(UserFactory)


class CloserRhythmFactory(DjangoModelFactory):
    class Meta:
        model = CloserRhythm

    participant = factory.SubFactory(ParticipantFactory)
    team = factory.SelfAttribute("participant.team")
    occasion = "setback"
    happened_on = DAY
    until = DAY + timedelta(days=30)
    created_at = NOON
    created_by = factory.SubFactory(UserFactory)


class ReminderFactory(DjangoModelFactory):
    class Meta:
        model = Reminder

    followup = factory.SubFactory(FollowUpFactory)
    team = factory.SelfAttribute("followup.team")
    rung = Rung.KEEPER
    recipient = factory.SubFactory(UserFactory)
    due_on = factory.SelfAttribute("followup.due_on")
    created_at = NOON
