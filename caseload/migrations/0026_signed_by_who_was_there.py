"""What stands with a signed note is as true as the note: even raw SQL cannot mark, answer or lead it otherwise."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION caseload_review_of_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM caseload_session
        WHERE id = NEW.session_id AND signed_at IS NOT NULL AND specialist_id <> NEW.reviewer_id
    ) THEN
        RAISE EXCEPTION 'the note of session % is not signed, or is the reader''s own', NEW.session_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sessionreview_of_a_colleagues_signed_note';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER sessionreview_of_a_colleagues_signed_note BEFORE INSERT ON caseload_sessionreview
    FOR EACH ROW EXECUTE FUNCTION caseload_review_of_signed();

CREATE FUNCTION caseload_agreement_with_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM caseload_session WHERE id = NEW.session_id AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the note of session % is not signed', NEW.session_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreement_with_what_is_signed';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER agreement_with_what_is_signed BEFORE INSERT ON caseload_agreement
    FOR EACH ROW EXECUTE FUNCTION caseload_agreement_with_signed();

CREATE FUNCTION caseload_leaders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_meeting uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.groupmeeting_id ELSE OLD.groupmeeting_id END;
BEGIN
    IF EXISTS (SELECT FROM caseload_session WHERE meeting_id = this_meeting AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the meeting % is signed, and so is who led it', this_meeting
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'groupmeeting_leaders_stay';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER groupmeeting_leaders_stay BEFORE INSERT OR UPDATE OR DELETE ON caseload_groupmeeting_facilitators
    FOR EACH ROW EXECUTE FUNCTION caseload_leaders_stay();

CREATE FUNCTION caseload_signed_in_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.signed_at IS NOT NULL AND NEW.status IN ('held', 'cut_short') AND NEW.note !~ '[^[:space:]]'
       AND (TG_OP = 'INSERT' OR OLD.signed_at IS NULL)
       AND EXISTS (SELECT FROM caseload_recordrules WHERE team_id = NEW.team_id AND narrative_required) THEN
        RAISE EXCEPTION 'the team wants words about session %', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_signed_in_words';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_signed_in_words BEFORE INSERT OR UPDATE OF signed_at ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_signed_in_words();

CREATE FUNCTION caseload_unsigned_reason_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.unsigned_at IS NOT NULL AND (NEW.unsigned_at, NEW.unsigned_by_id, NEW.unsigned_because)
       IS DISTINCT FROM (OLD.unsigned_at, OLD.unsigned_by_id, OLD.unsigned_because) THEN
        RAISE EXCEPTION 'why session % stays without a signature stays as it was written', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_unsigned_reason_stays';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_unsigned_reason_stays
    BEFORE UPDATE OF unsigned_at, unsigned_by_id, unsigned_because ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_unsigned_reason_stays();
"""

BACK = """
DROP TRIGGER session_unsigned_reason_stays ON caseload_session;
DROP FUNCTION caseload_unsigned_reason_stays();
DROP TRIGGER session_signed_in_words ON caseload_session;
DROP FUNCTION caseload_signed_in_words();
DROP TRIGGER groupmeeting_leaders_stay ON caseload_groupmeeting_facilitators;
DROP FUNCTION caseload_leaders_stay();
DROP TRIGGER agreement_with_what_is_signed ON caseload_agreement;
DROP FUNCTION caseload_agreement_with_signed();
DROP TRIGGER sessionreview_of_a_colleagues_signed_note ON caseload_sessionreview;
DROP FUNCTION caseload_review_of_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0025_notes_left_unsigned")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
