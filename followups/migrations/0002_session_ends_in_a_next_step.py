"""No session without a next step or a decision, even from raw SQL: checked when the transaction ends."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION followups_session_has_next_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_session uuid;
BEGIN
    IF TG_TABLE_NAME = 'caseload_session' THEN
        this_session := NEW.id;
    ELSE
        this_session := OLD.session_id;
    END IF;
    IF EXISTS (SELECT FROM caseload_session WHERE id = this_session)
       AND NOT EXISTS (SELECT FROM followups_nextstep WHERE session_id = this_session) THEN
        RAISE EXCEPTION 'session % has neither a next step nor a decision', this_session
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_ends_in_a_next_step';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER session_ends_in_a_next_step
    AFTER INSERT ON caseload_session DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION followups_session_has_next_step();

CREATE CONSTRAINT TRIGGER nextstep_stays_with_its_session
    AFTER DELETE OR UPDATE OF session_id ON followups_nextstep DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION followups_session_has_next_step();
"""

BACK = """
DROP TRIGGER nextstep_stays_with_its_session ON followups_nextstep;
DROP TRIGGER session_ends_in_a_next_step ON caseload_session;
DROP FUNCTION followups_session_has_next_step();
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
