"""On the way back only: where nobody chose a day, nothing says when it was moved, as the rule of before has it."""

from django.db import migrations

BACK = "UPDATE followups_followup SET moved_at = NULL WHERE moved_by_id IS NULL AND moved_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("followups", "0025_a_day_that_nobody_chose")]

    operations = [migrations.RunSQL(migrations.RunSQL.noop, BACK)]
