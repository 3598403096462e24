"""Keeping the table of outcomes."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from followups.models import Outcome


@transaction.atomic
def save_outcome(*, outcome: Outcome, by: User, at: datetime) -> Outcome:
    """Save an outcome; what was recorded with it before keeps what it did then."""
    outcome.save()
    note("outcome_saved", by=by, at=at, outcome=outcome.pk)
    return outcome
