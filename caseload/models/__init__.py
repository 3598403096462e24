from caseload.models.assignments import Assignment
from caseload.models.drafts import SessionDraft
from caseload.models.episodes import EndingReason, ServiceEpisode
from caseload.models.goals import Expectations, Goal, GoalProgress, GoalStep, Tried
from caseload.models.groups import GroupMeeting, GroupSeries, RosterPlace
from caseload.models.hints import WordHint
from caseload.models.merges import Merge
from caseload.models.milestones import Milestone
from caseload.models.notes import Agreement, NoteAddition, RecordReview, SessionReview
from caseload.models.participants import Participant
from caseload.models.phones import PhoneNumber
from caseload.models.rules import RecordRules
from caseload.models.sessions import Activity, Method, Session, SessionStatus, Strand
from caseload.models.setbacks import CrisisContact, Prompt, Setback
from caseload.models.strands import Barrier, BarrierChange, Connection, Referral, Service
from caseload.models.trust import Complaint, Concern, PeerRequest, SignalTalk
from caseload.models.wins import Win
from caseload.models.words import Quotation

__all__ = [
    "Activity",
    "Agreement",
    "Assignment",
    "Barrier",
    "BarrierChange",
    "Complaint",
    "Concern",
    "Connection",
    "CrisisContact",
    "EndingReason",
    "Expectations",
    "Goal",
    "GoalProgress",
    "GoalStep",
    "GroupMeeting",
    "GroupSeries",
    "Merge",
    "Method",
    "Milestone",
    "NoteAddition",
    "Participant",
    "PeerRequest",
    "PhoneNumber",
    "Prompt",
    "Quotation",
    "RecordReview",
    "RecordRules",
    "Referral",
    "RosterPlace",
    "Service",
    "ServiceEpisode",
    "Session",
    "SessionDraft",
    "SessionReview",
    "SessionStatus",
    "Setback",
    "SignalTalk",
    "Strand",
    "Tried",
    "Win",
    "WordHint",
]
