"""The statements that lay years of history before what participants have."""

HISTORY = (
    """
    CREATE TEMPORARY TABLE old_session AS
    SELECT uuidv7(make_interval(days => -90 - back * 9)) AS id,
           uuidv7(make_interval(days => -90 - back * 9)) AS followup_id,
           person.id AS participant_id, person.team_id, person.created_by_id AS specialist_id, back,
           person.created_at - make_interval(days => back * 9, mins => (random() * 300)::int) AS started_at,
           CASE WHEN random() < 0.1 THEN 'no_show' WHEN random() < 0.1 THEN 'cancelled_by_them' ELSE 'held'
           END AS status
    FROM caseload_participant AS person
    CROSS JOIN LATERAL generate_series(1, floor(%(sessions)s + random())::int) AS back
    WHERE person.id = ANY(%(people)s::uuid[])
    """,
    """
    CREATE TEMPORARY TABLE old_call AS
    SELECT uuidv7(make_interval(days => -90 - back * 9)) AS id, participant_id, team_id, specialist_id,
           started_at + interval '4 days' AS at
    FROM old_session WHERE back <= %(calls)s
    """,
    """
    INSERT INTO caseload_session (id, team_id, participant_id, specialist_id, method, status, started_at, minutes,
                                  strands, note, logged_at, logged_late, form_token)
    SELECT id, team_id, participant_id, specialist_id,
           (ARRAY['in_person', 'phone', 'video'])[1 + back %% 3], status, started_at,
           CASE WHEN status = 'held' THEN 15 * (1 + back %% 4) END,
           CASE WHEN status = 'held' THEN ARRAY[(ARRAY['goals', 'skills', 'advocacy', 'community'])[1 + back %% 4]]
                ELSE ARRAY[]::text[] END,
           CASE WHEN status = 'held' THEN (%(notes)s::text[])[1 + back %% cardinality(%(notes)s::text[])] ELSE '' END,
           started_at + interval '70 minutes', false, gen_random_uuid()
    FROM old_session
    """,
    """
    INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on, planned_on,
                                    why_here, session_id, attempts, created_at, created_by_id, closed_at,
                                    closed_by_id, closing_reason, decided_by, set_aside, flagged_rung,
                                    unheard)
    SELECT followup_id, team_id, participant_id, specialist_id, 'check_in', '', 'done', day, day, '', id, 0,
           started_at + interval '70 minutes', specialist_id, started_at + interval '9 days', specialist_id, '', '',
           false, 0, false
    FROM old_session CROSS JOIN LATERAL (SELECT (started_at + interval '9 days')::date AS day) AS due
    """,
    """
    INSERT INTO followups_nextstep (session_id, followup_id, reason, decided_by)
    SELECT id, followup_id, '', '' FROM old_session
    """,
    """
    INSERT INTO followups_followup (id, team_id, participant_id, owner_id, purpose, what, state, due_on, planned_on,
                                    why_here, attempts, created_at, created_by_id, closed_at, closed_by_id,
                                    closing_reason, decided_by, kept, set_aside, flagged_rung, unheard)
    SELECT id, team_id, participant_id, specialist_id, 'promise', 'send the number of the tenants’ line', 'done',
           at::date, at::date, '', 1, at - interval '3 days', specialist_id, at, specialist_id, '', '',
           true, false, 0, false
    FROM old_call
    """,
    """
    INSERT INTO followups_contactattempt (id, team_id, participant_id, followup_id, outcome_id, label, channel, at,
                                          by_id, form_token, before)
    SELECT uuidv7(at - now()), team_id, participant_id, id, 'reached', 'Reached', 'call', at, specialist_id,
           gen_random_uuid(), '{}'
    FROM old_call
    """,
    """
    INSERT INTO caseload_win (id, participant_id, session_id, text, happened_on, recorded_at, recorded_by_id)
    SELECT uuidv7(started_at - now()), participant_id, id,
           (%(wins)s::text[])[1 + back %% cardinality(%(wins)s::text[])],
           started_at::date, started_at + interval '70 minutes', specialist_id
    FROM old_session WHERE status = 'held' AND back %% 5 = 0
    """,
    """
    CREATE TEMPORARY TABLE earliest AS
    SELECT participant_id, min(started_at) - interval '1 day' AS at FROM old_session GROUP BY participant_id
    """,
    """
    UPDATE caseload_assignment AS row SET started_at = earliest.at
    FROM earliest WHERE row.id = (
        SELECT id FROM caseload_assignment AS first
        WHERE first.participant_id = earliest.participant_id ORDER BY started_at LIMIT 1
    )
    """,
    """
    UPDATE caseload_serviceepisode AS row SET started_on = earliest.at::date
    FROM earliest WHERE row.participant_id = earliest.participant_id
    """,
    """
    UPDATE caseload_participant AS row SET created_at = earliest.at
    FROM earliest WHERE row.id = earliest.participant_id
    """,
    "DROP TABLE earliest",
)
