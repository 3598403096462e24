"""A record that was put into another one takes no follow-up, plan or try any more."""

from django.db import migrations

TABLES = ("checkinplan", "closerrhythm", "contactattempt", "followup")

GUARD = """
CREATE TRIGGER {0}_not_for_merged BEFORE INSERT OR UPDATE OF participant_id ON followups_{0}
    FOR EACH ROW EXECUTE FUNCTION caseload_nothing_for_merged();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0029_moved_and_traced"), ("followups", "0013_rests_and_wishes")]

    operations = [
        migrations.RunSQL(GUARD.format(table), f"DROP TRIGGER {table}_not_for_merged ON followups_{table}")
        for table in TABLES
    ]
