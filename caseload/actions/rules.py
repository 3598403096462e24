"""Setting how a team keeps its record."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import RecordRules


@transaction.atomic
def save_rules(*, rules: RecordRules, by: User, at: datetime) -> RecordRules:
    """Save a team's rules; they hold from the next request. Two saved at once: the later one holds."""
    values = {field.name: getattr(rules, field.name) for field in RecordRules._meta.fields if field.name != "team"}
    saved, _created = RecordRules.objects.update_or_create(team_id=rules.team_id, defaults=values)
    note("record_rules_saved", subject=saved.team, team_id=saved.team_id, by=by, at=at)
    return saved
