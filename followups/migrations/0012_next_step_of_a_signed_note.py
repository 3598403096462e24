"""What a signed session ended in stays with it, even from raw SQL."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION followups_signed_next_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'DELETE' OR NEW IS DISTINCT FROM OLD)
       AND EXISTS (SELECT FROM caseload_session WHERE id = OLD.session_id AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the note of session % is signed, and so is what came next', OLD.session_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nextstep_of_signed_stays';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER nextstep_of_signed_stays BEFORE UPDATE OR DELETE ON followups_nextstep
    FOR EACH ROW EXECUTE FUNCTION followups_signed_next_step();
"""

BACK = """
DROP TRIGGER nextstep_of_signed_stays ON followups_nextstep;
DROP FUNCTION followups_signed_next_step();
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0011_celebrated_after_coming_back"), ("caseload", "0025_notes_left_unsigned")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
