"""What changed about a barrier stays."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER barrierchange_stays BEFORE UPDATE OR DELETE ON caseload_barrierchange
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
"""
BACK = "DROP TRIGGER barrierchange_stays ON caseload_barrierchange;"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0017_strands")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
