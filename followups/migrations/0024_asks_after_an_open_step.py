"""Nothing that is owed asks after a step that is done or set aside, by itself or with its goal."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION followups_asks_after_an_open_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM caseload_goalstep AS step JOIN caseload_goal AS goal ON goal.id = step.goal_id
        WHERE step.id = NEW.step_id
          AND (step.done_on IS NOT NULL OR step.dropped_on IS NOT NULL OR goal.state <> 'open')
    ) THEN
        RAISE EXCEPTION 'follow-up % asks after a step that is over', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'followup_asks_after_an_open_step';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER followup_asks_after_an_open_step BEFORE INSERT OR UPDATE OF state, step_id ON followups_followup
    FOR EACH ROW WHEN (NEW.step_id IS NOT NULL AND NEW.state IN ('open', 'waiting', 'paused'))
    EXECUTE FUNCTION followups_asks_after_an_open_step();

-- Whoever closes a step or a goal settles what asks after it before the transaction ends.
CREATE FUNCTION followups_nothing_asks_after_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM followups_followup AS followup
        JOIN caseload_goalstep AS step ON step.id = followup.step_id
        JOIN caseload_goal AS goal ON goal.id = step.goal_id
        WHERE step.id IN (
            SELECT NEW.id UNION ALL SELECT own.id FROM caseload_goalstep AS own WHERE own.goal_id = NEW.id
        ) AND followup.state IN ('open', 'waiting', 'paused')
          AND (step.done_on IS NOT NULL OR step.dropped_on IS NOT NULL OR goal.state <> 'open')
    ) THEN
        RAISE EXCEPTION 'a follow-up asks after what is over in % %', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_over_and_not_asked_after';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER goalstep_over_and_not_asked_after AFTER UPDATE OF done_on, dropped_on, goal_id
    ON caseload_goalstep DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION followups_nothing_asks_after_it();
CREATE CONSTRAINT TRIGGER goal_over_and_not_asked_after AFTER UPDATE OF state ON caseload_goal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'open')
    EXECUTE FUNCTION followups_nothing_asks_after_it();
"""

BACK = """
DROP TRIGGER goal_over_and_not_asked_after ON caseload_goal;
DROP TRIGGER goalstep_over_and_not_asked_after ON caseload_goalstep;
DROP FUNCTION followups_nothing_asks_after_it();
DROP TRIGGER followup_asks_after_an_open_step ON followups_followup;
DROP FUNCTION followups_asks_after_an_open_step();
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0023_only_contact_rests"), ("caseload", "0035_hint_once")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
