"""Saving a session with its next step through its page, against the same rows by plain SQL."""

from itertools import cycle

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import User
from bench.data import caseload_of
from bench.measure import by_turns, p50, p95
from followups.calendar import local_datetime

ROWS = (
    """
    SELECT id FROM caseload_participant WHERE id = %(participant)s FOR NO KEY UPDATE
    """,
    """
    INSERT INTO caseload_session (id, team_id, participant_id, specialist_id, method, status, started_at, minutes,
                                  strands, note, logged_at, logged_late, form_token)
    VALUES (%(session)s, %(team)s, %(participant)s, %(by)s, 'phone', 'held', %(at)s, 30, '{}', '', %(at)s, false,
            gen_random_uuid())
    """,
    """
    UPDATE followups_followup SET state = 'done', closed_at = %(at)s, closed_by_id = %(by)s
    WHERE participant_id = %(participant)s AND state IN ('open', 'waiting', 'paused')
      AND purpose IN ('check_in', 'after_missed', 'after_setback', 'after_discharge')
    """,
    """
    INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on, planned_on,
                                    why_here, session_id, attempts, created_at, created_by_id, closing_reason,
                                    decided_by, set_aside, flagged_rung, unheard)
    VALUES (%(followup)s, %(team)s, %(participant)s, %(by)s, 'check_in', '', 'open', %(at)s::date + 7, %(at)s::date + 7,
            '', %(session)s, 0, %(at)s, %(by)s, '', '', false, 0, false)
    """,
    """
    INSERT INTO followups_nextstep (session_id, followup_id, reason, decided_by)
    VALUES (%(session)s, %(followup)s, '', '')
    """,
    """
    UPDATE caseload_participant SET last_contact_at = greatest(last_contact_at, %(at)s) WHERE id = %(participant)s
    """,
    """
    INSERT INTO accounts_auditevent (id, at, by_id, team_id, action, subject_type, subject_id, facts)
    VALUES (%(event)s, %(at)s, %(by)s, %(team)s, 'session_logged', 'Session', %(session)s, '{}')
    """,
)


def saving() -> list[str]:
    """Lines of the table: the page's POST, the same rows by plain SQL, and the floor."""
    user = User.objects.get(email="specialist@demo.example")
    people = cycle(caseload_of(user).select_related("team"))
    client = Client()
    client.force_login(user)

    def by_page() -> None:
        person = next(people)
        now = local_datetime(timezone.now(), person.team.time_zone)
        answers = {
            "form_token": new_id(),
            "method": "phone",
            "status": "held",
            "when_date": now.date().isoformat(),
            "when_time": now.strftime("%H:%M"),
            "length": 30,
            "next_choice": "week",
            "overlap_ok": "1",
            "purpose": "check_in",
        }
        answer = client.post(f"/participants/{person.pk}/log/", answers)
        assert answer.status_code == 302, answer.content.decode()

    def by_hand() -> None:
        person = next(people)
        values = {"participant": person.pk, "team": person.team_id, "by": user.pk, "at": timezone.now()}
        values |= {"session": new_id(), "followup": new_id(), "event": new_id()}
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in ROWS:
                cursor.execute(statement, values)

    page, hand, floor = by_turns(by_page, by_hand, lambda: client.get("/floor/1/"), rounds=60)
    return [line(name, part(page), part(hand), part(floor)) for name, part in (("p50", p50), ("p95", p95))]


def line(name: str, page: float, hand: float, floor: float) -> str:
    """A line of the table."""
    budget = f"≤ 2 × plain SQL {hand:.1f} + floor {floor:.1f} = {2 * hand + floor:.1f} ms"
    return f"| Saving a session with its next step, {name} | {page:.1f} ms | {budget} |"
