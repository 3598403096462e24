from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_id
from caseload.models import Activity, Session, Win
from followups.actions import closer, plans
from followups.models import FollowUp
from tests import factories

NOON = factories.NOON


@pytest.fixture(autouse=True)
def at_ten_in_the_morning(time_machine) -> None:
    time_machine.move_to(NOON)


@pytest.fixture
def address(participant) -> str:
    return reverse("log_session", args=[participant.pk])


def answers(**fields) -> dict:
    return {
        "form_token": new_id(),
        "method": "in_person",
        "status": "held",
        "when_date": "2026-05-06",
        "when_time": "09:30",
        "length": 30,
        "next_choice": "week",
        "purpose": "check_in",
        **fields,
    }


def test_a_tally_with_a_next_step_is_enough(sign_in, specialist, address, participant) -> None:
    page = sign_in(specialist).post(address, answers())

    session = Session.objects.get()
    assert page.url == reverse("participant", args=[participant.pk])
    assert (session.minutes, session.note, session.logged_late) == (30, "", False)
    assert session.started_at.isoformat() == "2026-05-06T13:30:00+00:00"
    assert session.next_step.followup.due_on.isoformat() == "2026-05-13"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"next_choice": ""}, "next_choice"),
        ({"next_choice": "date"}, "next_date"),
        ({"next_choice": "date", "next_date": "2026-05-05"}, "next_date"),
        ({"next_choice": "date", "next_date": "2028-05-05"}, "next_date"),
        ({"next_choice": "none"}, "none_reason"),
        ({"next_choice": "none", "none_reason": "They call"}, "none_decided_by"),
        ({"next_choice": "plan"}, "next_choice"),
        ({"purpose": "promise"}, "what"),
        ({"when_time": "10:10"}, "when_date"),
        ({"when_date": "2026-05-07", "when_time": "00:00"}, "when_date"),
        ({"when_date": "31.12.2026"}, "when_date"),
        ({"when_date": "2025-05-04"}, "when_date"),
        ({"when_date": "0001-01-01"}, "when_date"),
        ({"length": "", "minutes": ""}, "minutes"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"strands": ["goals", "skills", "advocacy"]}, "strands"),
        ({"method": "telepathy"}, "method"),
        ({"form_token": ""}, "form_token"),
    ],
)
def test_what_is_missing_is_said_and_everything_typed_is_kept(sign_in, specialist, address, fields, wrong) -> None:
    typed = "They said: “¡mañana!” <b>bold</b>\nand more"
    page = sign_in(specialist).post(address, answers(note=typed, win="Slept.", **fields))

    assert page.status_code == 200
    assert wrong in page.context["form"].errors
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.content.decode()
    assert 'value="Slept."' in page.content.decode()
    assert not Session.objects.exists()


def test_the_same_form_sent_again_saves_once(sign_in, specialist, address) -> None:
    client, form = sign_in(specialist), answers(win="Slept.")
    assert client.post(address, form).status_code == client.post(address, form).status_code == 302
    assert Session.objects.count() == FollowUp.objects.count() == Win.objects.count() == 1


def test_sent_again_it_is_said_although_what_it_settled_is_closed(sign_in, specialist, address, participant) -> None:
    due = factories.FollowUpFactory(participant=participant)
    client, form = sign_in(specialist), answers(settles=[due.pk])
    client.post(address, form)
    page = client.post(address, form, follow=True)
    assert "saved already" in page.content.decode()
    assert Session.objects.count() == 1


def test_what_was_settled_elsewhere_does_not_stand_in_the_way(sign_in, specialist, address, participant) -> None:
    gone = factories.FollowUpFactory(participant=participant, state="done", closed_at=NOON)
    assert sign_in(specialist).post(address, answers(settles=[gone.pk])).status_code == 302


def test_it_says_when_the_next_contact_is(sign_in, specialist, address) -> None:
    assert "Next: Check-in · Wed 13 May" in sign_in(specialist).post(address, answers(), follow=True).content.decode()


def test_the_plans_choice_names_the_day_it_leads_to(sign_in, specialist, address, participant) -> None:
    # The check-in of tomorrow is settled by meeting today; the one after it falls on a closed day and moves.
    participant.team.closed_days.create(on=NOON.date() + timedelta(days=8))
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=NOON.date() + timedelta(days=1))
    plans.lay_out(plan=plan, at=NOON)
    client = sign_in(specialist)
    form = client.get(address).context["form"]
    words = dict(form.fields["next_choice"].choices)["plan"]

    client.post(address, answers(next_choice="plan", settles=form["settles"].value()))

    assert words == "Their check-in plan · Fri 15 May, or Thu 7 May if that still stands"
    assert Session.objects.get().next_step.followup.due_on.isoformat() == "2026-05-15"


def test_the_plans_choice_leads_to_the_sooner_day_where_what_stands_there_is_not_settled(
    sign_in, specialist, address, participant
) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=NOON.date() + timedelta(days=1))
    plans.lay_out(plan=plan, at=NOON)
    client = sign_in(specialist)
    words = dict(client.get(address).context["form"].fields["next_choice"].choices)["plan"]
    assert "or Thu 7 May if that still stands" in words
    page = client.post(address, answers(next_choice="plan"), follow=True).content.decode()
    assert "Next: Check-in · Thu 7 May" in page


def test_in_a_closer_rhythm_the_next_is_the_nearest_contact_of_it(sign_in, specialist, address, participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant, starts_on=NOON.date() + timedelta(days=1))
    plans.lay_out(plan=plan, at=NOON)
    happened = {"occasion": "setback", "happened_on": NOON.date() - timedelta(days=2), "decided_by": "participant"}
    closer.begin(participant=participant, by=specialist, at=NOON, **happened)
    client = sign_in(specialist)
    form = client.get(address).context["form"]
    assert dict(form.fields["next_choice"].choices)["plan"] == "Their closer rhythm · Wed 13 May"

    chosen = answers(next_choice="plan", settles=form["settles"].value())
    assert "Next: After a setback · Wed 13 May" in client.post(address, chosen, follow=True).content.decode()


@pytest.mark.parametrize("has_plan", [False, True])
def test_a_closer_rhythm_leads_on_where_no_plan_does(sign_in, specialist, address, participant, has_plan: bool) -> None:
    """Without a plan, and with one that has come to its end."""
    if has_plan:
        over = {"kind": "weekly_12", "starts_on": NOON.date() - timedelta(days=400), "planned_until": NOON.date()}
        factories.CheckInPlanFactory(participant=participant, **over)
    happened = {"occasion": "setback", "happened_on": NOON.date() - timedelta(days=2), "decided_by": "participant"}
    closer.begin(participant=participant, by=specialist, at=NOON, **happened)
    client = sign_in(specialist)
    form = client.get(address).context["form"]
    assert dict(form.fields["next_choice"].choices)["plan"] == "Their closer rhythm · Wed 13 May"
    chosen = answers(next_choice="plan", settles=form["settles"].value())
    assert "Next: After a setback · Wed 13 May" in client.post(address, chosen, follow=True).content.decode()


def test_the_next_may_be_what_this_settles_and_then_it_is_the_one_after(
    sign_in, specialist, address, participant
) -> None:
    happened = {"occasion": "setback", "happened_on": NOON.date(), "decided_by": "participant"}
    closer.begin(participant=participant, by=specialist, at=NOON, **happened)
    first, second = FollowUp.objects.order_by("due_on")[:2]
    client = sign_in(specialist)
    form = client.get(address).context["form"]
    assert form["settles"].value() == []
    words = dict(form.fields["next_choice"].choices)["plan"]
    assert words == "Their closer rhythm · Thu 7 May, or the next one if this settles it"

    client.post(address, answers(next_choice="plan", settles=[first.pk]))
    assert Session.objects.get().next_step.followup == second


def test_the_story_names_the_day_that_was_agreed_on_where_the_session_itself_moved_it(
    sign_in, specialist, address, participant
) -> None:
    heavy = {"purpose": "after_setback", "due_on": NOON.date(), "latest_on": NOON.date() + timedelta(days=2)}
    setback = factories.FollowUpFactory(participant=participant, owner=specialist, **heavy)
    client = sign_in(specialist)
    missed = answers(status="no_show", settles=[setback.pk], next_choice="tomorrow", purpose="after_missed")
    page = client.post(address, missed, follow=True).content.decode()
    assert "Next: After a setback · Thu 7 May" in page
    assert "Next step: After a setback, 7 May" in page
    note = client.get(reverse("session", args=[Session.objects.get().pk])).content.decode()
    assert "After a setback, 7 May 2026" in note


def test_what_was_planned_since_is_no_matter_of_a_session_logged_late(
    sign_in, specialist, address, participant, time_machine
) -> None:
    since = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=NOON.date(), created_at=NOON)
    known = factories.FollowUpFactory(
        participant=participant, owner=specialist, due_on=NOON.date(), created_at=NOON - timedelta(days=30)
    )
    late = answers(settles=[since.pk, known.pk], when_date=(NOON - timedelta(days=1)).date().isoformat())

    page = sign_in(specialist).post(address, late, follow=True).content.decode()

    assert "Check-in · Wed 6 May was planned after that day and still stands." in page
    states = dict(FollowUp.objects.filter(pk__in=[since.pk, known.pk]).values_list("pk", "state"))
    assert states == {since.pk: "open", known.pk: "done"}


def test_what_belongs_to_a_meeting_is_not_kept_where_there_was_none(sign_in, specialist, address) -> None:
    done = {"strands": ["goals"], "activities": [Activity.objects.values_list("pk", flat=True)[0]], "length": 45}
    sign_in(specialist).post(address, answers(status="cancelled_by_them", **done))
    session = Session.objects.get()
    assert (session.strands, session.minutes, session.activities.count()) == ([], None, 0)


def test_a_missed_meeting_proposes_the_next_working_day(sign_in, specialist, address) -> None:
    page = sign_in(specialist).post(address, answers(status="no_show", next_choice=""))
    text = page.content.decode()
    assert page.context["form"]["next_choice"].value() == "tomorrow"
    assert page.context["form"]["purpose"].value() == "after_missed"
    assert "Thu 7 May" in text


def test_friday_leads_to_monday(sign_in, specialist, address, time_machine) -> None:
    time_machine.move_to(NOON + timedelta(days=2))
    sign_in(specialist).post(address, answers(next_choice="tomorrow"))
    followup = FollowUp.objects.get()
    assert (followup.planned_on.isoformat(), followup.due_on.isoformat()) == ("2026-05-09", "2026-05-11")
    assert followup.why_here


def test_yesterday_is_allowed_and_marked(sign_in, specialist, address) -> None:
    sign_in(specialist).post(address, answers(when_date="2026-05-05", when_time="23:30"))
    assert Session.objects.get().logged_late


def test_it_settles_the_check_in_it_answers(sign_in, specialist, address, participant) -> None:
    due = factories.FollowUpFactory(participant=participant)
    promise = factories.FollowUpFactory(participant=participant, purpose="promise", what="the bus")
    client = sign_in(specialist)
    form = client.get(address).context["form"]

    assert form["settles"].value() == [str(due.pk)]
    assert {key for key, _label in form.fields["settles"].choices} == {str(due.pk), str(promise.pk)}
    client.post(address, answers(settles=[due.pk]))
    due.refresh_from_db()
    assert due.state == "done"


@pytest.mark.parametrize(("purpose", "offered"), [("check_in", True), ("after_setback", True), ("promise", False)])
def test_meeting_is_the_reply_that_was_awaited_whatever_its_day(
    sign_in, specialist, address, participant, purpose: str, offered: bool
) -> None:
    far = NOON.date() + timedelta(days=20)
    awaited = factories.FollowUpFactory(
        participant=participant, due_on=far, state="waiting", purpose=purpose, what="the bus"
    )
    client = sign_in(specialist)
    form = client.get(address).context["form"]
    assert form["settles"].value() == ([str(awaited.pk)] if offered else [])
    client.post(address, answers(settles=form["settles"].value()))
    awaited.refresh_from_db()
    assert (awaited.state == "done") == offered


def test_an_ended_sign_in_gives_everything_back(specialist, address) -> None:
    page = Client().post(address, answers(note="Forty minutes on the porch."))
    text = page.content.decode()
    assert page.status_code == 401
    assert text.count("Forty minutes on the porch.") == 2
    assert f'action="{address}"' in text


def test_an_expired_form_gives_everything_back(sign_in, specialist, address) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(specialist)
    page = strict.post(address, answers(note="Forty minutes on the porch."))
    text = page.content.decode()
    assert page.status_code == 403
    assert text.count("Forty minutes on the porch.") == 2
    assert "csrfmiddlewaretoken" in text


def test_from_another_site_nothing_is_offered_to_be_sent(specialist, address) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"origin": "https://elsewhere.example"})
    strict.force_login(specialist)
    page = strict.post(address, answers(note="planted"))
    assert page.status_code == 403
    assert "planted" not in page.content.decode()


def test_what_is_stored_is_what_was_posted_not_what_was_added(sign_in, specialist, colleague, address) -> None:
    form = answers(specialist=colleague.pk, team=new_id(), logged_at="2020-01-01", owner=colleague.pk, id=new_id())
    sign_in(specialist).post(address, form)
    session = Session.objects.get()
    assert session.specialist == specialist
    assert session.logged_at.year == 2026
    assert session.next_step.followup.owner == specialist


def test_a_date_left_from_another_choice_does_not_stand_in_the_way(sign_in, specialist, address) -> None:
    page = sign_in(specialist).post(address, answers(next_choice="week", next_date="2020-01-01"))
    assert page.status_code == 302


@pytest.mark.parametrize(("days", "ticked"), [(0, True), (1, False)])
def test_what_was_promised_for_the_days_to_come_is_not_settled_unasked(
    sign_in, specialist, address, participant, days: int, ticked: bool
) -> None:
    on = NOON.date() + timedelta(days=days)
    row = factories.FollowUpFactory(participant=participant, due_on=on, purpose="after_setback")
    form = sign_in(specialist).get(address).context["form"]
    assert form["settles"].value() == ([str(row.pk)] if ticked else [])
    assert str(row.pk) in {key for key, _label in form.fields["settles"].choices}


def test_a_check_in_that_stands_on_the_day_is_the_next_step(sign_in, specialist, address, participant) -> None:
    on = NOON.date() + timedelta(days=7)
    planned = factories.FollowUpFactory(participant=participant, due_on=on)
    sign_in(specialist).post(address, answers(next_choice="week"))
    assert Session.objects.get().next_step.followup == planned
    assert FollowUp.objects.standing().filter(due_on=on).count() == 1
