from caseload.models.assignments import Assignment
from caseload.models.drafts import SessionDraft
from caseload.models.episodes import EndingReason, ServiceEpisode
from caseload.models.goals import Expectations, Goal, GoalProgress, GoalStep, Tried
from caseload.models.notes import NoteAddition, RecordReview, SessionReview
from caseload.models.participants import Participant
from caseload.models.phones import PhoneNumber
from caseload.models.rules import RecordRules
from caseload.models.sessions import Activity, Method, Session, SessionStatus, Strand
from caseload.models.wins import Win
from caseload.models.words import Quotation

__all__ = [
    "Activity",
    "Assignment",
    "EndingReason",
    "Expectations",
    "Goal",
    "GoalProgress",
    "GoalStep",
    "Method",
    "NoteAddition",
    "Participant",
    "PhoneNumber",
    "Quotation",
    "RecordReview",
    "RecordRules",
    "ServiceEpisode",
    "Session",
    "SessionDraft",
    "SessionReview",
    "SessionStatus",
    "Strand",
    "Tried",
    "Win",
]
