"""What is final changes hands only where two records are put together, and only what the trace names.

The trace stays; a record that was put into another one is of the same team, is held by the trace, and takes nothing more.
"""

from django.db import migrations

TABLES = (
    "assignment",
    "barrier",
    "complaint",
    "connection",
    "expectations",
    "goal",
    "milestone",
    "peerrequest",
    "phonenumber",
    "quotation",
    "recordreview",
    "referral",
    "rosterplace",
    "serviceepisode",
    "session",
    "sessiondraft",
    "setback",
    "signaltalk",
    "tried",
    "win",
)

MOVED = """
CREATE FUNCTION caseload_is_moved(in_table text, was jsonb, becomes jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT was ? 'participant_id' AND was - 'participant_id' = becomes - 'participant_id' AND EXISTS (
        SELECT FROM caseload_merge AS merge
        WHERE (merge.undone_at IS NULL AND merge.merged_id = (was ->> 'participant_id')::uuid
               AND merge.kept_id = (becomes ->> 'participant_id')::uuid
               OR merge.undone_at IS NOT NULL AND merge.kept_id = (was ->> 'participant_id')::uuid
               AND merge.merged_id = (becomes ->> 'participant_id')::uuid)
          AND merge.moved -> in_table ? (becomes ->> 'id')
    )
$$;

CREATE OR REPLACE FUNCTION caseload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND caseload_is_moved(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a row of % stays as it was written', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';
END
$$;

CREATE OR REPLACE FUNCTION caseload_signed_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.signed_at IS NULL THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.signed_at IS NULL OR NEW IS NOT DISTINCT FROM OLD
          OR caseload_is_moved(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the note of session % is signed', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_signed_is_final';
END
$$;

-- A goal that could not move along, or went back while a session with it stayed, is still of the same person.
CREATE OR REPLACE FUNCTION caseload_goal_of_same_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.goal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM caseload_goal AS goal WHERE goal.id = NEW.goal_id AND (
            goal.participant_id = NEW.participant_id OR EXISTS (
                SELECT FROM caseload_merge AS merge
                WHERE (merge.kept_id, merge.merged_id) IN (
                    (goal.participant_id, NEW.participant_id), (NEW.participant_id, goal.participant_id)
                )
            )
        )
    ) THEN
        RAISE EXCEPTION 'the goal of session % is somebody else''s', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'session_goal_of_same_person';
    END IF;
    RETURN NEW;
END
$$;
"""

NOT_MOVED = """
CREATE OR REPLACE FUNCTION caseload_goal_of_same_person() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION caseload_signed_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION caseload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays as it was written', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';
END
$$;

DROP FUNCTION caseload_is_moved(text, jsonb, jsonb);
"""

TRACED = """
CREATE FUNCTION caseload_merge_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    undone text[] := ARRAY['undone_at', 'undone_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.undone_at IS NOT NULL
       OR to_jsonb(NEW) - undone IS DISTINCT FROM to_jsonb(OLD) - undone THEN
        RAISE EXCEPTION 'the trace of merge % stays as it was written', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'merge_stays';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER merge_stays BEFORE UPDATE OR DELETE ON caseload_merge
    FOR EACH ROW EXECUTE FUNCTION caseload_merge_stays();

CREATE FUNCTION caseload_merge_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.undone_at IS NOT NULL OR EXISTS (
        SELECT FROM caseload_participant WHERE id IN (NEW.kept_id, NEW.merged_id) AND team_id <> NEW.team_id
    ) THEN
        RAISE EXCEPTION 'merge % is not of two records of one team', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'merge_within_a_team';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER merge_within_a_team BEFORE INSERT ON caseload_merge
    FOR EACH ROW EXECUTE FUNCTION caseload_merge_begins();

CREATE FUNCTION caseload_merged_within_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.merged_into_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM caseload_participant AS kept
            WHERE kept.id = NEW.merged_into_id AND kept.team_id = NEW.team_id AND kept.merged_into_id IS NULL
        )) OR EXISTS (
            SELECT FROM caseload_participant AS other
            WHERE other.merged_into_id = NEW.id AND (NEW.merged_into_id IS NOT NULL OR other.team_id <> NEW.team_id)
        ) THEN
        RAISE EXCEPTION 'participant % cannot be put into that record', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'participant_merged_within_team';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER participant_merged_within_team BEFORE INSERT OR UPDATE OF merged_into_id, team_id ON caseload_participant
    FOR EACH ROW EXECUTE FUNCTION caseload_merged_within_team();

CREATE FUNCTION caseload_merged_by_a_merge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person uuid;
BEGIN
    IF TG_TABLE_NAME = 'caseload_merge' THEN
        person := NEW.merged_id;
    ELSE
        person := NEW.id;
    END IF;
    IF (SELECT merged_into_id FROM caseload_participant WHERE id = person) IS DISTINCT FROM
       (SELECT kept_id FROM caseload_merge WHERE merged_id = person AND undone_at IS NULL) THEN
        RAISE EXCEPTION 'participant % and the trace say different things', person
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'participant_merged_by_a_merge';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER participant_merged_by_a_merge AFTER UPDATE OF merged_into_id ON caseload_participant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION caseload_merged_by_a_merge();
CREATE CONSTRAINT TRIGGER participant_comes_unmerged AFTER INSERT ON caseload_participant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL)
    EXECUTE FUNCTION caseload_merged_by_a_merge();
CREATE CONSTRAINT TRIGGER merge_merges_a_participant AFTER INSERT OR UPDATE ON caseload_merge
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION caseload_merged_by_a_merge();

CREATE FUNCTION caseload_nothing_for_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM caseload_participant WHERE id = NEW.participant_id AND merged_into_id IS NOT NULL) THEN
        RAISE EXCEPTION 'participant % was put into another record', NEW.participant_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_not_for_merged';
    END IF;
    RETURN NEW;
END
$$;
"""

NOT_TRACED = """
DROP FUNCTION caseload_nothing_for_merged();
DROP TRIGGER merge_merges_a_participant ON caseload_merge;
DROP TRIGGER participant_comes_unmerged ON caseload_participant;
DROP TRIGGER participant_merged_by_a_merge ON caseload_participant;
DROP FUNCTION caseload_merged_by_a_merge();
DROP TRIGGER participant_merged_within_team ON caseload_participant;
DROP FUNCTION caseload_merged_within_team();
DROP TRIGGER merge_within_a_team ON caseload_merge;
DROP FUNCTION caseload_merge_begins();
DROP TRIGGER merge_stays ON caseload_merge;
DROP FUNCTION caseload_merge_stays();
"""

GUARD = """
CREATE TRIGGER {0}_not_for_merged BEFORE INSERT OR UPDATE OF participant_id ON caseload_{0}
    FOR EACH ROW EXECUTE FUNCTION caseload_nothing_for_merged();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0028_merges")]

    operations = [
        migrations.RunSQL(MOVED, NOT_MOVED),
        migrations.RunSQL(TRACED, NOT_TRACED),
        *(
            migrations.RunSQL(GUARD.format(table), f"DROP TRIGGER {table}_not_for_merged ON caseload_{table}")
            for table in TABLES
        ),
    ]
