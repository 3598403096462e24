"""What somebody said, a win, a wish that was answered, and what was passed on stay as they are."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER quotation_stays BEFORE UPDATE OR DELETE ON caseload_quotation
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER win_stays BEFORE UPDATE OR DELETE ON caseload_win
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();

CREATE TRIGGER peerrequest_stays BEFORE DELETE ON caseload_peerrequest
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER peerrequest_answered_once BEFORE UPDATE ON caseload_peerrequest
    FOR EACH ROW WHEN (
        OLD.answered_at IS NOT NULL
        OR (OLD.words, OLD.asked_on, OLD.for_supervisor, OLD.recorded_at, OLD.recorded_by_id)
           IS DISTINCT FROM (NEW.words, NEW.asked_on, NEW.for_supervisor, NEW.recorded_at, NEW.recorded_by_id)
    ) EXECUTE FUNCTION caseload_stays();

CREATE TRIGGER concern_stays BEFORE DELETE ON caseload_concern
    FOR EACH ROW EXECUTE FUNCTION caseload_stays();
CREATE TRIGGER concern_settled_once BEFORE UPDATE ON caseload_concern
    FOR EACH ROW WHEN (
        OLD.settled_at IS NOT NULL
        OR (OLD.team_id, OLD.about, OLD.words, OLD.said_on, OLD.recorded_at, OLD.recorded_by_id)
           IS DISTINCT FROM (NEW.team_id, NEW.about, NEW.words, NEW.said_on, NEW.recorded_at, NEW.recorded_by_id)
    ) EXECUTE FUNCTION caseload_stays();
"""

BACK = """
DROP TRIGGER concern_settled_once ON caseload_concern;
DROP TRIGGER concern_stays ON caseload_concern;
DROP TRIGGER peerrequest_answered_once ON caseload_peerrequest;
DROP TRIGGER peerrequest_stays ON caseload_peerrequest;
DROP TRIGGER win_stays ON caseload_win;
DROP TRIGGER quotation_stays ON caseload_quotation;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0021_trust_and_known_words")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
