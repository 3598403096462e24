"""What was said about a goal stays; a session works on a goal of the same person only."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER goalprogress_stays BEFORE UPDATE OR DELETE ON caseload_goalprogress
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER expectations_stay BEFORE UPDATE OR DELETE ON caseload_expectations
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();

CREATE FUNCTION caseload_goal_of_same_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.goal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM caseload_goal WHERE id = NEW.goal_id AND participant_id = NEW.participant_id
    ) THEN
        RAISE EXCEPTION 'the goal of session % is somebody else''s', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_goal_of_same_person';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_goal_of_same_person BEFORE INSERT OR UPDATE OF goal_id, participant_id ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_goal_of_same_person();
"""

BACK = """
DROP TRIGGER session_goal_of_same_person ON caseload_session;
DROP FUNCTION caseload_goal_of_same_person();
DROP TRIGGER expectations_stay ON caseload_expectations;
DROP TRIGGER goalprogress_stays ON caseload_goalprogress;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0007_goals")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
