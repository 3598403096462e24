"""Fill in what was recorded before: the words of each outcome as they are now, the nearest to those of the time."""

from django.db import migrations

WORDS = """
UPDATE followups_contactattempt SET label = followups_outcome.label
FROM followups_outcome WHERE followups_outcome.code = followups_contactattempt.outcome_id
AND followups_contactattempt.label = ''
"""
# An outcome that did not reach anybody and yet closed the follow-up: from now on one tries again.
TRY_AGAIN = """
UPDATE followups_outcome SET effect = 'try_again', again_in_days = COALESCE(NULLIF(again_in_days, 0), 1)
WHERE effect = 'completes' AND NOT reached
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0008_attempts_keep_their_words")]

    operations = [
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.RunSQL(TRY_AGAIN, migrations.RunSQL.noop),
    ]
