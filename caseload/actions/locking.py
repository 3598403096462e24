"""The one row that deeds about a person lock first."""

from caseload.models import Participant


def lock(participant_id: object) -> Participant:
    """The participant's row, so that two deeds about one person follow each other; others may still refer to it."""
    return Participant.objects.select_for_update(no_key=True).get(pk=participant_id)
