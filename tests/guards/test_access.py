"""Every address × every standing: an address without a row here fails, so a new page is covered by existing."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.access import Permission
from accounts.models import Role, User
from followups.actions import merging
from tests import factories
from tests.conftest import member

OPEN = "open"  # to everybody, signed in or not
ANYONE = "anyone"  # signed in
RECORD = "record"  # a page about one participant
LIST = "list"  # shows only what one may see
LED = "led"  # a page about a group
SUPERVISE, RECORD_SUPERVISE, ADMIN = "supervise", "record_supervise", "admin"

ADDRESSES = {
    "healthz": OPEN,
    "readyz": OPEN,
    "account_login": OPEN,
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
    "account_inactive": OPEN,
    "join": OPEN,
    "account_logout": OPEN,
    "home": ANYONE,
    "account_reauthenticate": ANYONE,
    "account_change_password": ANYONE,
    "account_set_password": ANYONE,
    "usersessions_list": ANYONE,
    "notices": ANYONE,
    "reminding": ANYONE,
    "decided": LIST,
    "week": LIST,
    "bring_back": RECORD,
    "bring_person_back": RECORD,
    "promise_kept": RECORD,
    "promise_not_kept": RECORD,
    "undo_promise": RECORD,
    "closer_rhythm": RECORD,
    "end_closer": RECORD,
    "pause": RECORD,
    "resume": RECORD,
    "handoff": RECORD,
    "outcomes": ADMIN,
    "add_outcome": ADMIN,
    "outcome": ADMIN,
    "notices_seen": ANYONE,
    "today": LIST,
    "participants": LIST,
    "add_participant": LIST,
    "participant": RECORD,
    "edit_participant": RECORD,
    "add_words": RECORD,
    "add_win": RECORD,
    "check_in_plan": RECORD,
    "end_plan": RECORD,
    "next_step": RECORD,
    "end_services": RECORD,
    "log_session": RECORD,
    "keep_draft": RECORD,
    "drop_draft": RECORD,
    "record_attempt": RECORD,
    "undo_attempt": RECORD,
    "reschedule": RECORD,
    "not_needed": RECORD,
    "setback": RECORD,
    "put_away_prompts": RECORD,
    "trust_of": RECORD,
    "complaint": RECORD,
    "another_peer": RECORD,
    "answer_request": RECORD_SUPERVISE,
    "signals": LIST,
    "not_happy": LIST,
    "settle_concern": RECORD_SUPERVISE,
    "hard_days": ADMIN,
    "word_hints": ADMIN,
    "word_list": LIST,
    "groups": LIST,
    "add_group": LIST,
    "meet_once": LIST,
    "group": LED,
    "edit_group": LED,
    "meet": LED,
    "leave_group": LED,
    "meeting": LED,
    "edit_meeting": LED,
    "add_to_meeting": LED,
    "milestones": RECORD,
    "forget_milestone": RECORD,
    "around": RECORD,
    "refer": RECORD,
    "change_barrier": RECORD,
    "end_connection": RECORD,
    "answer_referral": RECORD,
    "services": LIST,
    "add_service": SUPERVISE,
    "service": SUPERVISE,
    "activities": ADMIN,
    "whole_copy": RECORD,
    "whole_copy_json": RECORD,
    "agree_with_note": RECORD,
    "goals": RECORD,
    "goal": RECORD,
    "goal_progress": RECORD,
    "close_goal": RECORD,
    "reopen_goal": RECORD,
    "tick_step": RECORD,
    "step_date": RECORD,
    "drop_step": RECORD,
    "answer_tried": RECORD,
    "expectations": RECORD,
    "session": RECORD,
    "sign_note": RECORD,
    "rewrite_note": RECORD,
    "leave_unsigned": RECORD_SUPERVISE,
    "add_to_note": RECORD,
    "mark_note_read": RECORD_SUPERVISE,
    "review_record": RECORD_SUPERVISE,
    "notes": LIST,
    "notes_to_read": SUPERVISE,
    "overlaps": SUPERVISE,
    "record_reviews": SUPERVISE,
    "time_of_month": SUPERVISE,
    "time_of_month_csv": SUPERVISE,
    "overdue": SUPERVISE,
    "overdue_csv": SUPERVISE,
    "waiting": SUPERVISE,
    "cover": SUPERVISE,
    "reassign": RECORD_SUPERVISE,
    "take_over": RECORD_SUPERVISE,
    "nudge": RECORD_SUPERVISE,
    "discussed": RECORD_SUPERVISE,
    "assign": RECORD_SUPERVISE,
    "end_cover": RECORD_SUPERVISE,
    "welcome_back": RECORD_SUPERVISE,
    "contact_after": RECORD_SUPERVISE,
    "merge_records": RECORD_SUPERVISE,
    "merge": RECORD_SUPERVISE,
    "staff": ADMIN,
    "invite": ADMIN,
    "colleague": ADMIN,
    "rename": ADMIN,
    "invite_again": ADMIN,
    "deactivate": ADMIN,
    "reactivate": ADMIN,
    "teams": ADMIN,
    "add_team": ADMIN,
    "team": ADMIN,
    "record_rules": ADMIN,
    "deliveries": ADMIN,
    "try_again": ADMIN,
}

STANDINGS = (
    "assigned",
    "covering",
    "supervisor",
    "covering supervisor",
    "formerly assigned",
    "colleague",
    "other supervisor",
    "administrator",
    "no role",
    "deactivated",
    "nobody",
)
LEADS_GROUP = {"assigned", "supervisor", "covering supervisor"}
SEES_RECORD = {"assigned", "covering", "supervisor", "covering supervisor"}


def expected(name: str, kind: str, standing: str) -> set[int]:
    """The answers that are right for GET."""
    fine = {200, 302, 405}
    if kind == OPEN:
        return fine | {410} | ({503} if name == "readyz" else set())
    if standing in {"nobody", "deactivated"}:
        return {302}
    if kind == ANYONE:
        return fine
    if kind == ADMIN:
        return fine if standing == "administrator" else {403}
    if standing in {"administrator", "no role"}:
        return {403}
    if kind == LIST:
        return fine
    supervising = standing in {"supervisor", "covering supervisor", "other supervisor"}
    if kind == SUPERVISE:
        return fine if supervising else {403}
    if kind == RECORD_SUPERVISE:
        if not supervising:
            return {403}
        return fine if standing in {"supervisor", "covering supervisor"} else {404, 405}
    sees = LEADS_GROUP if kind == LED else SEES_RECORD
    return fine if standing in sees else {404, 405}


def all_patterns() -> dict[str, URLPattern]:
    """Every address of the program by name, walking the URL configuration."""
    found: dict[str, URLPattern] = {}
    pending = list(get_resolver().url_patterns)
    while pending:
        pattern = pending.pop()
        if isinstance(pattern, URLPattern):
            found[pattern.name] = pattern
        else:
            pending.extend(pattern.url_patterns)
    return found


def test_every_address_has_its_row() -> None:
    assert set(all_patterns()) == set(ADDRESSES)


def test_every_page_of_ours_names_its_permission_or_is_open() -> None:
    for name, pattern in all_patterns().items():
        if not pattern.callback.__module__.startswith("pages."):
            continue
        permission = getattr(pattern.callback, "permission", None)
        assert isinstance(permission, Permission) or ADDRESSES[name] == OPEN, name


@pytest.fixture
def cast(participant, specialist, colleague, supervisor, other_supervisor, administrator, team):
    """A client for each standing, and what the addresses need."""
    former, covering = member(team, Role.SPECIALIST, "Fay"), member(team, Role.SPECIALIST, "Cory")
    now = timezone.now()
    participant.assignments.update(started_at=now - timedelta(days=10))
    factories.AssignmentFactory(
        participant=participant,
        specialist=former,
        started_at=now - timedelta(days=90),
        ended_at=now - timedelta(days=10),
        end_reason="transferred",
    )
    cover = factories.CoverFactory(
        team=team, absent=specialist, cover=covering, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1)
    )
    lent = member(team, Role.SPECIALIST, "Lena")
    factories.CoverFactory(
        team=team,
        role=Role.SUPERVISOR,
        absent=supervisor,
        cover=lent,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )
    people: dict[str, User | None] = {
        "assigned": specialist,
        "covering": covering,
        "supervisor": supervisor,
        "covering supervisor": lent,
        "formerly assigned": former,
        "colleague": colleague,
        "other supervisor": other_supervisor,
        "administrator": administrator,
        "no role": factories.UserFactory(),
        "deactivated": member(team, Role.SUPERVISOR, "Dee"),
        "nobody": None,
    }
    clients = {}
    for standing, user in people.items():
        clients[standing] = Client()
        if user is not None:
            clients[standing].force_login(user)
    User.objects.filter(pk=people["deactivated"].pk).update(is_active=False, deactivated_at=now)
    followup = factories.FollowUpFactory(participant=participant, owner=specialist, purpose="promise")
    factories.CloserRhythmFactory(participant=participant)
    factories.CheckInPlanFactory(participant=participant)
    step = factories.GoalStepFactory(goal__participant=participant)
    series = factories.GroupSeriesFactory(team=team, facilitators=[specialist])
    ids = {
        "milestone_id": factories.MilestoneFactory(participant=participant).pk,
        "barrier_id": factories.BarrierFactory(participant=participant).pk,
        "connection_id": factories.ConnectionFactory(participant=participant).pk,
        "referral_id": factories.ReferralFactory(participant=participant).pk,
        "service_id": factories.ServiceFactory().pk,
        "series_id": series.pk,
        "place_id": factories.RosterPlaceFactory(series=series, participant=participant).pk,
        "meeting_id": factories.GroupMeetingFactory(team=team, series=series, facilitators=[specialist]).pk,
        "request_id": factories.PeerRequestFactory(participant=participant).pk,
        "concern_id": factories.ConcernFactory(team=team).pk,
        "goal_id": step.goal_id,
        "step_id": step.pk,
        "tried_id": factories.TriedFactory(participant=participant).pk,
        "participant_id": participant.pk,
        "followup_id": followup.pk,
        "attempt_id": factories.ContactAttemptFactory(participant=participant, followup=followup).pk,
        "session_id": factories.SessionFactory(participant=participant, specialist=specialist).pk,
        "merge_id": put_together(participant, supervisor),
        "cover_id": cover.pk,
        "team_id": team.pk,
        "user_id": colleague.pk,
        "message_id": factories.OutgoingEmailFactory(state="stopped", text="", finished_at=now).pk,
        "token": "none",
        "uidb36": "0",
        "key": "none",
        "code": "no_answer",
    }
    return clients, ids


def put_together(participant, supervisor) -> object:
    """Another record of the same person, put into this one."""
    other = factories.ParticipantFactory(team=participant.team)
    return merging.merge(kept=participant, merged=other, by=supervisor, at=timezone.now()).pk


def answers_of(cast, asked: Iterable[tuple[str, str]], method: str) -> Iterator[tuple[str, str, int]]:
    """What each standing is answered at its address: each asked anew, and nothing of it stays."""
    clients, ids = cast
    cookies = {standing: client.cookies.output() for standing, client in clients.items()}
    patterns = all_patterns()
    for name, standing in asked:
        address = reverse(name, kwargs={key: ids[key] for key in patterns[name].pattern.converters})
        client = Client()
        client.cookies.load(cookies[standing].replace("Set-Cookie: ", ""))
        with transaction.atomic():
            yield name, standing, getattr(client, method)(address).status_code
            transaction.set_rollback(True)


def test_the_right_answer_for_every_standing(cast) -> None:
    answers = answers_of(cast, product(sorted(ADDRESSES), STANDINGS), "get")
    assert not [one for one in answers if one[2] not in expected(one[0], ADDRESSES[one[0]], one[1])]


def test_no_deed_is_open_to_those_who_may_not_read(cast) -> None:
    names = sorted(name for name, kind in ADDRESSES.items() if kind not in {OPEN, ANYONE})
    outside = {"nobody", "deactivated"}
    shut = [
        (name, standing)
        for name, standing in product(names, STANDINGS)
        if standing in outside or not expected(name, ADDRESSES[name], standing) & {200, 302}
    ]
    answers = answers_of(cast, shut, "post")
    assert not [one for one in answers if one[2] not in ({401} if one[1] in outside else {403, 404})]


def test_a_foreign_record_and_one_that_does_not_exist_answer_alike(cast) -> None:
    clients, ids = cast
    missing = factories.new_id()

    for standing in ("colleague", "formerly assigned", "other supervisor"):
        foreign = clients[standing].get(reverse("participant", args=[ids["participant_id"]]))
        absent = clients[standing].get(reverse("participant", args=[missing]))
        assert foreign.status_code == absent.status_code == 404
        assert len(foreign.content) == len(absent.content)
