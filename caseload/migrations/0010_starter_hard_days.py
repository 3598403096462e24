"""Four short things to remember, a number for a crisis, and what is told about trust stays."""

from django.db import migrations

PROMPTS = (
    ("listen", "Listen first. There is nothing to solve in this minute."),
    ("own_experience", "If it would help them, and only then: you have known hard days too."),
    ("reframe", "What did they do that was good for them, even today?"),
    ("small_step", "One small step, if they want one. Small is enough."),
)

FORWARD = """
CREATE TRIGGER setback_stays BEFORE UPDATE OR DELETE ON caseload_setback
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER complaint_stays BEFORE UPDATE OR DELETE ON caseload_complaint
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER signaltalk_stays BEFORE UPDATE OR DELETE ON caseload_signaltalk
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
"""

BACK = """
DROP TRIGGER signaltalk_stays ON caseload_signaltalk;
DROP TRIGGER complaint_stays ON caseload_complaint;
DROP TRIGGER setback_stays ON caseload_setback;
"""


def add(apps, _schema_editor) -> None:
    Prompt, CrisisContact = apps.get_model("caseload", "Prompt"), apps.get_model("caseload", "CrisisContact")
    for position, (code, text) in enumerate(PROMPTS):
        Prompt.objects.get_or_create(code=code, defaults={"text": text, "position": position})
    # 988lifeline.org: calls and text messages, everywhere in the United States.
    CrisisContact.objects.get_or_create(
        number="988", defaults={"label": "988 Suicide & Crisis Lifeline", "may_text": True}
    )


class Migration(migrations.Migration):
    dependencies = [("caseload", "0009_setbacks_and_trust")]

    operations = [migrations.RunSQL(FORWARD, BACK), migrations.RunPython(add, migrations.RunPython.noop)]
