"""Every page as each role, on a phone and a desk, light and dark: no axe finding, nothing to scroll sideways."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from caseload.actions import notes
from caseload.models import Session
from followups.actions import merging
from tests import factories
from tests.guards.test_access import ADDRESSES, all_patterns
from tests.journeys.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LONG = "Wolfeschlegelsteinhausenbergerdorff-" * 3


@pytest.fixture
def people(participant, specialist, colleague, supervisor, administrator, team):
    """A record with something of everything, with names that leave no room."""
    type(participant).objects.filter(pk=participant.pk).update(name_used=LONG, pronouns="she/her", good_times="after 6")
    now = timezone.now()
    waiting = factories.ParticipantFactory(team=team)
    factories.QuotationFactory(participant=waiting)
    factories.QuotationFactory(participant=participant, text="مرحبا بكم " * 20)
    factories.PhoneNumberFactory(participant=participant, may_text=True, message="may_say", message_text="Books")
    followup = factories.FollowUpFactory(
        participant=participant, owner=specialist, due_on=now.date() - timedelta(days=5), what=LONG, purpose="promise"
    )
    signed = factories.SessionFactory(participant=participant, note=LONG * 4, specialist=specialist)
    notes.sign(session=signed, by=specialist, at=now)
    words = {"kind": "correction", "text": LONG, "reason": LONG, "form_token": factories.new_id()}
    notes.add(session=signed, by=specialist, at=now, **words)
    owed = {"note_due_on": now.date(), "specialist": specialist, "started_at": now - timedelta(hours=1)}
    for _twice in range(2):  # at the same time, too
        session = factories.SessionFactory(participant=participant, **owed)
    factories.WinFactory(participant=participant, text=LONG)
    factories.ContactAttemptFactory(participant=participant, followup=followup, by=specialist, at=now)
    factories.CheckInPlanFactory(participant=participant)
    factories.ReminderFactory(followup=followup, recipient=specialist)
    factories.SessionDraftFactory(participant=participant, author=specialist, updated_at=now)
    factories.CoverFactory(
        team=team, absent=specialist, cover=colleague, starts_at=now, ends_at=now + timedelta(days=2)
    )
    long = factories.UserFactory(name=LONG, email=f"{'long' * 15}@{'example' * 8}.org")
    factories.OutgoingEmailFactory(recipient=long, state="stopped", text="", finished_at=now, kind="invitation")
    two_days_ago = now - timedelta(days=2)
    factories.OutgoingEmailFactory(recipient=long, created_at=two_days_ago, next_try_at=two_days_ago)
    factories.FollowUpFactory(
        participant=participant, state="not_needed", closed_at=now, closing_reason=LONG, decided_by="together"
    )
    factories.CloserRhythmFactory(participant=participant, until=now.date() + timedelta(days=20))
    step = factories.GoalStepFactory(
        goal__participant=participant, goal__wording=LONG, goal__review_on=now.date(), text=LONG
    )
    factories.GoalFactory(participant=participant, state="reached", closed_on=now.date())
    factories.TriedFactory(participant=participant, text=LONG)
    factories.TriedFactory(participant=participant, answer="helped", answered_on=now.date())
    factories.ExpectationsFactory(participant=participant, theirs=LONG)
    factories.SetbackFactory(participant=participant, words=LONG)
    factories.ComplaintFactory(participant=participant, words=LONG, said_on=now.date())
    request = factories.PeerRequestFactory(participant=participant, words=LONG)
    factories.ConcernFactory(team=team, about=LONG, words=LONG)
    series = factories.GroupSeriesFactory(team=team, name=LONG, facilitators=[specialist])
    place = factories.RosterPlaceFactory(series=series, participant=participant)
    met = factories.GroupMeetingFactory(
        team=team, series=series, name=LONG, description=LONG, guests=3, facilitators=[specialist]
    )
    factories.SessionFactory(
        participant=participant, meeting=met, specialist=specialist, started_at=met.started_at, minutes=60, note=LONG
    )
    factories.ReferralFactory(participant=participant, to_whom=LONG[:150], state="did_not", why_not=LONG)
    asking = {"participant": participant, "owner": specialist, "due_on": now.date(), "what": LONG[:150]}
    factories.FollowUpFactory(purpose="goal_step", step=step, **asking)
    offered = factories.ReferralFactory(participant=participant, state="accepted")
    factories.FollowUpFactory(purpose="referral", referral=offered, **asking)
    ids = {
        "milestone_id": factories.MilestoneFactory(participant=participant, what=LONG).pk,
        "barrier_id": factories.BarrierFactory(participant=participant, what=LONG).pk,
        "connection_id": factories.ConnectionFactory(participant=participant, what=LONG).pk,
        "referral_id": offered.pk,
        "service_id": factories.ServiceFactory(name=LONG, what_for=LONG).pk,
        "series_id": series.pk,
        "place_id": place.pk,
        "meeting_id": met.pk,
        "request_id": request.pk,
        "goal_id": step.goal_id,
        "step_id": step.pk,
        "code": "no_answer",
        "participant_id": participant.pk,
        "merge_id": merging.merge(kept=participant, merged=twin(team), by=supervisor, at=now).pk,
        "followup_id": followup.pk,
        "session_id": session.pk,
        "team_id": team.pk,
        "user_id": colleague.pk,
    }
    return {"specialist": specialist, "supervisor": supervisor, "administrator": administrator}, ids


def twin(team):
    """The same person once more, with a number that cannot stand twice and a name that leaves no room."""
    person = factories.ParticipantFactory(team=team, name_used=LONG, legal_name=LONG)
    factories.PhoneNumberFactory(participant=person)
    return person


READ_BY = {
    "list": ("specialist",),
    "record": ("specialist",),
    "supervise": ("supervisor",),
    "anyone": ("specialist",),
    "led": ("specialist",),
}
READ_BY |= {"record_supervise": ("supervisor",), "admin": ("administrator",), "led": ("specialist",)}
DEEDS = {"notices_seen", "end_plan", "keep_draft", "drop_draft", "record_attempt", "undo_attempt", "overdue_csv"}
DEEDS |= {"reassign", "take_over", "nudge", "discussed", "end_cover", "invite_again", "deactivate", "reactivate"}
DEEDS |= {"account_logout", "account_set_password", "account_reauthenticate", "home", "welcome_back", "healthz"}
DEEDS |= {
    "leave_group",
    "whole_copy_json",
    "word_list",
    "put_away_prompts",
    "close_goal",
    "reopen_goal",
    "tick_step",
    "drop_step",
    "answer_tried",
}
DEEDS |= {"settle_concern", "contact_after", "change_barrier", "end_connection", "forget_milestone"}
DEEDS |= {"sign_note", "mark_note_read", "add_to_note", "time_of_month_csv", "undo_promise"}
DEEDS |= {"try_again", "readyz", "bring_back", "bring_person_back", "end_closer", "resume", "promise_kept"}


# Every run sees each page once, by turns on a phone in the light and on a desk in the dark; the long one all four ways.
SIGHTS = [(PHONE, "light", 0, 2), (DESK, "dark", 1, 2)]
LONG_SIGHTS = [
    pytest.param(size, scheme, 0, 1, marks=pytest.mark.long) for size in (PHONE, DESK) for scheme in ("light", "dark")
]


@pytest.mark.parametrize(("size", "scheme", "first", "every"), [*SIGHTS, *LONG_SIGHTS])
def test_every_page(open_as, people, size: dict, scheme: str, first: int, every: int) -> None:
    users, ids = people
    axe, findings = Axe(), []
    pages = {role: open_as(user, "/", size=size, scheme=scheme) for role, user in users.items()}
    shown = [(name, kind) for name, kind in sorted(ADDRESSES.items()) if name not in DEEDS and kind != "open"]
    for name, kind in shown[first::every]:
        address = reverse(name, kwargs={key: ids[key] for key in all_patterns()[name].pattern.converters})
        page = pages[READ_BY[kind][0]]
        assert page.goto(address).status == 200, name
        for violation in axe.run(page, options=RULES).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            findings.append(f"{name}: {violation['id']} {targets}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            findings.append(f"{name}: scrolls sideways")
        if page.locator("form[method=post]:not(:has([name=csrfmiddlewaretoken]))").count():
            findings.append(f"{name}: a form without its token")
    assert not findings, "\n".join(findings)


def test_a_signed_note_and_what_is_added(open_as, people) -> None:
    users, _ids = people
    signed = Session.objects.exclude(signed_at=None).get()
    for name in ("session", "add_to_note", "agree_with_note"):
        page = open_as(users["specialist"], reverse(name, args=[signed.pk]), size=PHONE)
        assert not Axe().run(page, options=RULES).response["violations"]
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("address", ["/sign-in/", "/password/reset/", "/join/none/", "/nowhere/"])
def test_pages_before_signing_in(open_as, db, address: str) -> None:
    page = open_as(None, address)
    assert not Axe().run(page, options=RULES).response["violations"]
