"""A follow-up, a next step and a try are about one person, whatever they refer to."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION followups_about_one_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT participant_id FROM followups_checkinplan WHERE id = NEW.plan_id
            UNION ALL SELECT participant_id FROM followups_closerrhythm WHERE id = NEW.closer_id
            UNION ALL SELECT participant_id FROM followups_followup WHERE id = NEW.came_from_id
            UNION ALL SELECT participant_id FROM caseload_session WHERE id = NEW.session_id
            UNION ALL SELECT participant_id FROM caseload_milestone WHERE id = NEW.milestone_id
            UNION ALL SELECT participant_id FROM caseload_referral WHERE id = NEW.referral_id
            UNION ALL SELECT goal.participant_id FROM caseload_goalstep AS step
                JOIN caseload_goal AS goal ON goal.id = step.goal_id WHERE step.id = NEW.step_id
        ) AS about
        WHERE NOT caseload_one_person(about.participant_id, NEW.participant_id)
    ) THEN
        RAISE EXCEPTION 'follow-up % refers to what is somebody else''s', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'followup_about_one_person';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER followup_about_one_person BEFORE INSERT OR UPDATE OF
    participant_id, plan_id, closer_id, came_from_id, session_id, milestone_id, referral_id, step_id
    ON followups_followup FOR EACH ROW EXECUTE FUNCTION followups_about_one_person();

CREATE FUNCTION followups_nextstep_of_one_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM caseload_session AS session, followups_followup AS followup
        WHERE session.id = NEW.session_id AND followup.id = NEW.followup_id
          AND NOT caseload_one_person(session.participant_id, followup.participant_id)
    ) THEN
        RAISE EXCEPTION 'the next step of session % is somebody else''s', NEW.session_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'nextstep_of_one_person';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER nextstep_of_one_person BEFORE INSERT OR UPDATE ON followups_nextstep
    FOR EACH ROW WHEN (NEW.followup_id IS NOT NULL) EXECUTE FUNCTION followups_nextstep_of_one_person();

CREATE FUNCTION followups_attempt_of_one_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM followups_followup AS followup
        WHERE followup.id IN (NEW.followup_id, NEW.next_followup_id)
          AND NOT caseload_one_person(followup.participant_id, NEW.participant_id)
    ) THEN
        RAISE EXCEPTION 'try % is about a follow-up of somebody else', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'contactattempt_of_one_person';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER contactattempt_of_one_person
    BEFORE INSERT OR UPDATE OF participant_id, followup_id, next_followup_id ON followups_contactattempt
    FOR EACH ROW EXECUTE FUNCTION followups_attempt_of_one_person();

CREATE TRIGGER followup_of_their_team BEFORE INSERT OR UPDATE OF team_id, participant_id ON followups_followup
    FOR EACH ROW EXECUTE FUNCTION caseload_of_their_team();
CREATE TRIGGER contactattempt_of_their_team
    BEFORE INSERT OR UPDATE OF team_id, participant_id ON followups_contactattempt
    FOR EACH ROW EXECUTE FUNCTION caseload_of_their_team();
CREATE TRIGGER checkinplan_of_their_team BEFORE INSERT OR UPDATE OF team_id, participant_id ON followups_checkinplan
    FOR EACH ROW EXECUTE FUNCTION caseload_of_their_team();
"""

BACK = """
DROP TRIGGER checkinplan_of_their_team ON followups_checkinplan;
DROP TRIGGER contactattempt_of_their_team ON followups_contactattempt;
DROP TRIGGER followup_of_their_team ON followups_followup;
DROP TRIGGER contactattempt_of_one_person ON followups_contactattempt;
DROP FUNCTION followups_attempt_of_one_person();
DROP TRIGGER nextstep_of_one_person ON followups_nextstep;
DROP FUNCTION followups_nextstep_of_one_person();
DROP TRIGGER followup_about_one_person ON followups_followup;
DROP FUNCTION followups_about_one_person();
"""


class Migration(migrations.Migration):
    dependencies = [("followups", "0016_known_choices"), ("caseload", "0031_one_person")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
