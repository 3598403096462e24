"""What is signed stays as it is, and what is added to it stays too: even raw SQL cannot change either."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION caseload_signed_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION 'the note of session % is signed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_signed_is_final';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_signed_is_final BEFORE UPDATE OR DELETE ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_signed_is_final();

CREATE FUNCTION caseload_signed_activities() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_session uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.session_id ELSE OLD.session_id END;
BEGIN
    IF EXISTS (SELECT FROM caseload_session WHERE id = this_session AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the note of session % is signed', this_session
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_signed_is_final';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_activities_signed BEFORE INSERT OR UPDATE OR DELETE ON caseload_session_activities
    FOR EACH ROW EXECUTE FUNCTION caseload_signed_activities();

CREATE FUNCTION caseload_addition_to_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM caseload_session WHERE id = NEW.session_id AND signed_at <= NEW.written_at) THEN
        RAISE EXCEPTION 'the note of session % is not signed', NEW.session_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'noteaddition_to_what_is_signed';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER noteaddition_to_what_is_signed BEFORE INSERT ON caseload_noteaddition
    FOR EACH ROW EXECUTE FUNCTION caseload_addition_to_signed();

CREATE FUNCTION caseload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays as it was written', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';
END
$$;

CREATE TRIGGER noteaddition_stays BEFORE UPDATE OR DELETE ON caseload_noteaddition
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER recordreview_stays BEFORE UPDATE OR DELETE ON caseload_recordreview
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER sessionreview_stays BEFORE UPDATE OR DELETE ON caseload_sessionreview
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
"""

BACK = """
DROP TRIGGER sessionreview_stays ON caseload_sessionreview;
DROP TRIGGER recordreview_stays ON caseload_recordreview;
DROP TRIGGER noteaddition_stays ON caseload_noteaddition;
DROP FUNCTION caseload_stays();
DROP TRIGGER noteaddition_to_what_is_signed ON caseload_noteaddition;
DROP FUNCTION caseload_addition_to_signed();
DROP TRIGGER session_activities_signed ON caseload_session_activities;
DROP FUNCTION caseload_signed_activities();
DROP TRIGGER session_signed_is_final ON caseload_session;
DROP FUNCTION caseload_signed_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0005_notes_that_stay")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
