"""What belongs together is about one person, and stays about them; only putting two records together moves it."""

from django.db import migrations

# Rows of these change hands by the trace of a merge alone.
KEPT = (
    "assignment",
    "barrier",
    "connection",
    "goal",
    "peerrequest",
    "referral",
    "rosterplace",
    "serviceepisode",
    "session",
    "tried",
)

FORWARD = """
CREATE FUNCTION caseload_one_person(one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT one = other OR EXISTS (
        SELECT FROM caseload_merge
        WHERE (kept_id = one AND merged_id = other) OR (kept_id = other AND merged_id = one)
    )
$$;

CREATE FUNCTION caseload_in_their_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM caseload_session AS session
        WHERE session.id = NEW.session_id AND NOT caseload_one_person(session.participant_id, NEW.participant_id)
    ) THEN
        RAISE EXCEPTION 'the session of % % is somebody else''s', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_in_their_session';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER win_in_their_session BEFORE INSERT OR UPDATE OF session_id, participant_id ON caseload_win
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION caseload_in_their_session();
CREATE TRIGGER tried_in_their_session BEFORE INSERT OR UPDATE OF session_id, participant_id ON caseload_tried
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION caseload_in_their_session();

CREATE FUNCTION caseload_of_their_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM caseload_participant WHERE id = NEW.participant_id AND team_id <> NEW.team_id) THEN
        RAISE EXCEPTION '% % is of another team than its participant', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_of_their_team';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER session_of_their_team BEFORE INSERT OR UPDATE OF team_id, participant_id ON caseload_session
    FOR EACH ROW EXECUTE FUNCTION caseload_of_their_team();
CREATE TRIGGER assignment_of_their_team BEFORE INSERT OR UPDATE OF team_id, participant_id ON caseload_assignment
    FOR EACH ROW EXECUTE FUNCTION caseload_of_their_team();

CREATE FUNCTION caseload_keeps_its_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT caseload_is_moved(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
        RAISE EXCEPTION '% % does not change hands', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_keeps_its_person';
    END IF;
    RETURN NEW;
END
$$;
"""

BACK = """
DROP FUNCTION caseload_keeps_its_person();
DROP TRIGGER assignment_of_their_team ON caseload_assignment;
DROP TRIGGER session_of_their_team ON caseload_session;
DROP FUNCTION caseload_of_their_team();
DROP TRIGGER tried_in_their_session ON caseload_tried;
DROP TRIGGER win_in_their_session ON caseload_win;
DROP FUNCTION caseload_in_their_session();
DROP FUNCTION caseload_one_person(uuid, uuid);
"""

# By its name it comes after what says that a signed note is final.
KEEPS = """
CREATE TRIGGER {0}_stays_theirs BEFORE UPDATE OF participant_id ON caseload_{0}
    FOR EACH ROW WHEN (OLD.participant_id <> NEW.participant_id) EXECUTE FUNCTION caseload_keeps_its_person();
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0030_known_choices")]

    operations = [
        migrations.RunSQL(FORWARD, BACK),
        *(
            migrations.RunSQL(KEEPS.format(table), f"DROP TRIGGER {table}_stays_theirs ON caseload_{table}")
            for table in KEPT
        ),
    ]
