from followups.models.attempts import ContactAttempt, Outcome
from followups.models.closer import CloserRhythm
from followups.models.decisions import DecidedBy
from followups.models.digests import Digest
from followups.models.followups import FollowUp, Purpose, State
from followups.models.heartbeat import SweepRun
from followups.models.next_steps import NextStep
from followups.models.plans import CheckInPlan
from followups.models.reminders import Reminder, Rung

__all__ = [
    "CheckInPlan",
    "CloserRhythm",
    "ContactAttempt",
    "DecidedBy",
    "Digest",
    "FollowUp",
    "NextStep",
    "Outcome",
    "Purpose",
    "Reminder",
    "Rung",
    "State",
    "SweepRun",
]
