"""What a person said of a note stays."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER agreement_stays BEFORE UPDATE OR DELETE ON caseload_agreement
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
"""
BACK = "DROP TRIGGER agreement_stays ON caseload_agreement;"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0013_agreements")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
