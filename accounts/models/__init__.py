from accounts.models.covers import Cover
from accounts.models.events import AuditEvent
from accounts.models.invitations import Invitation
from accounts.models.outbox import OutgoingEmail
from accounts.models.teams import Membership, Role, Team, TeamClosedDay
from accounts.models.users import User

__all__ = [
    "AuditEvent",
    "Cover",
    "Invitation",
    "Membership",
    "OutgoingEmail",
    "Role",
    "Team",
    "TeamClosedDay",
    "User",
]
