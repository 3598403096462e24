"""Adding what somebody said, and what went well."""

from datetime import datetime

from django.db import transaction

from accounts.actions.events import note
from accounts.models import User
from caseload.models import Participant, Quotation, Win


@transaction.atomic
def add_words(*, participant: Participant, quotation: Quotation, by: User, at: datetime) -> Quotation:
    """Keep a quotation; earlier ones stay. The same words about the same thing on the same day are kept once."""
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    same = Quotation.objects.filter(
        participant=participant, topic=quotation.topic, text=quotation.text, said_on=quotation.said_on
    ).first()
    if same is not None:
        return same
    quotation.participant = participant
    quotation.recorded_by, quotation.recorded_at = by, at
    quotation.save(force_insert=True)
    note("words_added", subject=participant, by=by, at=at, topic=quotation.topic)
    return quotation


@transaction.atomic
def add_win(*, participant: Participant, win: Win, by: User, at: datetime) -> Win:
    """Keep a win. The same sentence for the same day is kept once, so that a double tap does no harm."""
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    same = Win.objects.filter(participant=participant, text=win.text, happened_on=win.happened_on).first()
    if same is not None:
        return same
    win.participant = participant
    win.recorded_by, win.recorded_at = by, at
    win.save(force_insert=True)
    note("win_added", subject=participant, by=by, at=at)
    return win
