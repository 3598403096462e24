"""Services that have ended leave nothing owed, and who has an open episode is active: checked as the transaction ends."""

from django.db import migrations

# What an end and the worker at the same moment could leave behind before there was this rule.
REPAIR = """
UPDATE caseload_participant AS person SET is_active = NOT is_active
    WHERE is_active <> EXISTS (
        SELECT FROM caseload_serviceepisode WHERE participant_id = person.id AND ended_on IS NULL);
UPDATE followups_followup AS row SET state = 'ended', closed_at = now()
    FROM caseload_participant AS person
    WHERE person.id = row.participant_id AND NOT person.is_active AND row.state IN ('open', 'waiting', 'paused');
UPDATE followups_checkinplan AS row SET ended_at = now() FROM caseload_participant AS person
    WHERE person.id = row.participant_id AND NOT person.is_active AND row.ended_at IS NULL;
UPDATE followups_closerrhythm AS row SET ended_at = now() FROM caseload_participant AS person
    WHERE person.id = row.participant_id AND NOT person.is_active AND row.ended_at IS NULL;
UPDATE caseload_assignment AS row SET ended_at = now(), end_reason = 'services_ended'
    FROM caseload_participant AS person
    WHERE person.id = row.participant_id AND NOT person.is_active AND row.ended_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""

FORWARD = """
CREATE FUNCTION followups_something_stands(this_participant uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM followups_followup
                   WHERE participant_id = this_participant AND state IN ('open', 'waiting', 'paused'))
        OR EXISTS (SELECT FROM followups_checkinplan WHERE participant_id = this_participant AND ended_at IS NULL)
        OR EXISTS (SELECT FROM followups_closerrhythm WHERE participant_id = this_participant AND ended_at IS NULL)
        OR EXISTS (SELECT FROM caseload_assignment WHERE participant_id = this_participant AND ended_at IS NULL)
$$;

CREATE FUNCTION followups_refuse_what_stands(this_participant uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- What was written first may have been closed by what came later in the same transaction.
    IF followups_something_stands(this_participant) THEN
        RAISE EXCEPTION 'the services of participant % have ended, so nothing may stand', this_participant
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'participant_ended_leaves_nothing';
    END IF;
END
$$;

CREATE FUNCTION followups_only_while_active() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT is_active FROM caseload_participant WHERE id = NEW.participant_id) THEN
        PERFORM followups_refuse_what_stands(NEW.participant_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION followups_active_by_episode() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_participant uuid;
    active boolean;
BEGIN
    IF TG_TABLE_NAME = 'caseload_participant' THEN
        this_participant := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        this_participant := OLD.participant_id;
    ELSE
        this_participant := NEW.participant_id;
    END IF;
    SELECT is_active INTO active FROM caseload_participant WHERE id = this_participant;
    IF active <> EXISTS (
        SELECT FROM caseload_serviceepisode WHERE participant_id = this_participant AND ended_on IS NULL
    ) THEN
        RAISE EXCEPTION 'participant % is active without an open episode, or the other way round', this_participant
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'participant_active_by_episode';
    END IF;
    IF NOT active THEN
        PERFORM followups_refuse_what_stands(this_participant);
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER participant_active_by_episode
    AFTER INSERT OR UPDATE OF is_active ON caseload_participant DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION followups_active_by_episode();
CREATE CONSTRAINT TRIGGER serviceepisode_makes_active
    AFTER INSERT OR UPDATE OF ended_on, participant_id OR DELETE ON caseload_serviceepisode
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION followups_active_by_episode();
CREATE CONSTRAINT TRIGGER followup_only_while_active
    AFTER INSERT OR UPDATE OF state, participant_id ON followups_followup DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state IN ('open', 'waiting', 'paused')) EXECUTE FUNCTION followups_only_while_active();
CREATE CONSTRAINT TRIGGER checkinplan_only_while_active
    AFTER INSERT OR UPDATE OF ended_at, participant_id ON followups_checkinplan DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION followups_only_while_active();
CREATE CONSTRAINT TRIGGER closerrhythm_only_while_active
    AFTER INSERT OR UPDATE OF ended_at, participant_id ON followups_closerrhythm DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION followups_only_while_active();
CREATE CONSTRAINT TRIGGER assignment_only_while_active
    AFTER INSERT OR UPDATE OF ended_at, participant_id ON caseload_assignment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION followups_only_while_active();
"""

BACK = """
DROP TRIGGER assignment_only_while_active ON caseload_assignment;
DROP TRIGGER closerrhythm_only_while_active ON followups_closerrhythm;
DROP TRIGGER checkinplan_only_while_active ON followups_checkinplan;
DROP TRIGGER followup_only_while_active ON followups_followup;
DROP TRIGGER serviceepisode_makes_active ON caseload_serviceepisode;
DROP TRIGGER participant_active_by_episode ON caseload_participant;
DROP FUNCTION followups_active_by_episode();
DROP FUNCTION followups_only_while_active();
DROP FUNCTION followups_refuse_what_stands(uuid);
DROP FUNCTION followups_something_stands(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0014_nothing_for_merged"), ("caseload", "0029_moved_and_traced")]

    operations = [migrations.RunSQL(REPAIR, migrations.RunSQL.noop), migrations.RunSQL(FORWARD, BACK)]
