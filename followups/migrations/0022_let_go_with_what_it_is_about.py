"""What was let go with what it is about is not brought back by a rest, and nothing owed is held by a step that is over."""

from django.db import migrations

LET_GO = """
UPDATE followups_followup AS followup SET rests_from = NULL
WHERE set_aside AND rests_from IS NOT NULL AND plan_id IS NULL AND closer_id IS NULL AND (
    purpose NOT IN ('check_in', 'after_missed', 'after_setback', 'after_discharge')
    OR EXISTS (
        SELECT FROM followups_followup AS ended
        WHERE ended.participant_id = followup.participant_id
          AND ended.state = 'ended' AND ended.closed_at >= followup.closed_at
    )
);
"""

# It stays owed, as a check-in with the same words: nobody is dropped, and it can be settled as any other.
OF_A_STEP_THAT_IS_OVER = """
UPDATE followups_followup AS followup SET step_id = NULL, purpose = 'check_in'
FROM caseload_goalstep AS step JOIN caseload_goal AS goal ON goal.id = step.goal_id
WHERE step.id = followup.step_id AND followup.state IN ('open', 'waiting', 'paused')
  AND (step.done_on IS NOT NULL OR step.dropped_on IS NOT NULL OR goal.state <> 'open'
       OR goal.participant_id <> followup.participant_id);
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0021_days_only_for_a_date")]

    operations = [
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.RunSQL(OF_A_STEP_THAT_IS_OVER, migrations.RunSQL.noop),
    ]
