from datetime import timedelta
import pytest
from django.urls import reverse
from accounts.ids import new_id
from caseload.models import Participant, SessionDraft, Session
from followups.actions import contact, planning, plans, ending
from followups.models import CheckInPlan, ContactAttempt, FollowUp, Outcome, State
from followups.models.gaps import without_next_step
from tests import factories
from tests.pages.test_log_session import answers
NOON, DAY = factories.NOON, factories.DAY

@pytest.fixture(autouse=True)
def tm(time_machine): time_machine.move_to(NOON)

@pytest.fixture
def due(participant, specialist): return factories.FollowUpFactory(participant=participant, owner=specialist)

def tap(due, outcome, by, token=None):
    return contact.record_attempt(followup=due, outcome=Outcome.objects.get(pk=outcome), form_token=token or new_id(), by=by, at=NOON)

def test_A(participant, specialist):
    plan = factories.CheckInPlanFactory(participant=participant, kind="monthly", starts_on=DAY+timedelta(days=3))
    plans.lay_out(plan=plan, at=NOON)
    row = FollowUp.objects.get(plan=plan)
    a = tap(row, "reached", specialist)
    assert a.next_followup_id != row.pk
    assert a.next_followup.is_standing

def test_B(due, specialist):
    a = tap(due, "reached", specialist)
    b = tap(a.next_followup, "no_answer", specialist)
    contact.undo(attempt=b, by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=a, by=specialist, at=NOON)

def test_C(due, specialist, participant):
    factories.CheckInPlanFactory(participant=participant)
    a = tap(due, "no_contact", specialist)
    factories.CheckInPlanFactory(participant=participant)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=a, by=specialist, at=NOON)

def test_D(due, specialist, participant, supervisor):
    later = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=DAY+timedelta(days=5))
    a = tap(due, "reached", specialist)
    ending.end_services(participant=participant, on=DAY, reason="moved", by=supervisor, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=a, by=supervisor, at=NOON)

def test_E(sign_in, specialist, participant, due):
    address = reverse("log_session", args=[participant.pk])
    c, f = sign_in(specialist), answers(settles=[due.pk])
    assert c.post(address, f).status_code == 302
    assert c.post(address, f).status_code == 302

def test_F(participant, specialist):
    plan = factories.CheckInPlanFactory(participant=participant)
    plans.lay_out(plan=plan, at=NOON)
    plans.end(plan=plan, by=specialist, at=NOON)
    assert list(without_next_step(Participant.objects.all())) == [participant]

def test_G(sign_in, specialist, participant):
    address = reverse("log_session", args=[participant.pk])
    assert sign_in(specialist).post(address+"draft/", answers(note="a\x00b")).status_code == 204

@pytest.mark.parametrize("d", ["0001-01-01", "0002-05-06","0202-05-06","1970-01-01"])
def test_H(sign_in, specialist, participant, team, d):
    team.time_zone = "Asia/Tokyo"; team.save()
    address = reverse("log_session", args=[participant.pk])
    assert sign_in(specialist).post(address, answers(when_date=d, when_time="00:00")).status_code == 200

def test_K(sign_in, specialist, participant, due):
    address = reverse("log_session", args=[participant.pk])
    c = sign_in(specialist)
    c.post(address+"draft/", answers(note="x"))
    assert c.get(address).context["form"]["settles"].value() == []

def test_M(sign_in, specialist, participant, due):
    a = reverse("not_needed", args=[due.pk])
    c = sign_in(specialist)
    f = {"reason": "x", "decided_by": "together"}
    assert c.post(a, f).status_code == 302
    assert c.post(a, f).status_code == 302

def test_P(due, specialist):
    a = tap(due, "reached", specialist)
    planning.reschedule(followup=a.next_followup, due_on=DAY+timedelta(days=2), reason="court", by=specialist, at=NOON)
    with pytest.raises(contact.CannotUndo):
        contact.undo(attempt=a, by=specialist, at=NOON)

def test_S(participant, specialist):
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=DAY - timedelta(days=9), kind="weekly")
    plans.lay_out(plan=plan, at=NOON-timedelta(days=10))
    s = Session(participant=participant, method="phone", minutes=30, started_at=NOON-timedelta(days=8), form_token=new_id())
    planning.log_session(session=s, what_next=planning.ByPlan(), by=specialist, at=NOON)
    assert s.next_step.followup.due_on >= DAY

def test_L(sign_in, due, specialist, client):
    r = client.post(reverse("record_attempt", args=[due.pk]), {"outcome": "reached", "form_token": new_id()}, headers={"HX-Request": "true"})
    print(r.status_code, dict(r.headers))
