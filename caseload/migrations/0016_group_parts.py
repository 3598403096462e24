"""Everybody's part of a meeting is at the meeting's time and in its team; a signed part freezes what is shared."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION caseload_part_of_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.meeting_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM caseload_groupmeeting AS meeting
        WHERE meeting.id = NEW.meeting_id AND meeting.team_id = NEW.team_id AND meeting.started_at = NEW.started_at
          AND (NEW.minutes IS NULL OR NEW.minutes = meeting.minutes)
    ) THEN
        RAISE EXCEPTION 'session % differs from its meeting', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_part_of_meeting';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_part_of_meeting BEFORE INSERT OR UPDATE ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_part_of_meeting();

CREATE FUNCTION caseload_meeting_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM caseload_session WHERE meeting_id = OLD.id AND signed_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND (NEW.started_at, NEW.minutes, NEW.team_id)
           IS DISTINCT FROM (OLD.started_at, OLD.minutes, OLD.team_id)) THEN
        RAISE EXCEPTION 'the meeting % is signed, or its time is that of its sessions', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'groupmeeting_stays';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER groupmeeting_stays BEFORE UPDATE OR DELETE ON caseload_groupmeeting
    FOR EACH ROW EXECUTE FUNCTION caseload_meeting_stays();

CREATE FUNCTION caseload_roster_of_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM caseload_groupseries AS series JOIN caseload_participant AS person ON person.team_id = series.team_id
        WHERE series.id = NEW.series_id AND person.id = NEW.participant_id
    ) THEN
        RAISE EXCEPTION 'roster place % is of another team', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rosterplace_of_the_team';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER rosterplace_of_the_team BEFORE INSERT OR UPDATE ON caseload_rosterplace
    FOR EACH ROW EXECUTE FUNCTION caseload_roster_of_team();
"""

BACK = """
DROP TRIGGER rosterplace_of_the_team ON caseload_rosterplace;
DROP FUNCTION caseload_roster_of_team();
DROP TRIGGER groupmeeting_stays ON caseload_groupmeeting;
DROP FUNCTION caseload_meeting_stays();
DROP TRIGGER session_part_of_meeting ON caseload_session;
DROP FUNCTION caseload_part_of_meeting();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0015_groups")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
