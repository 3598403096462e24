"""From the mail to having done something: three clicks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from caseload.models import Assignment
from followups.calendar import local_date
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_whom_to_help_first_and_doing_it(open_as, supervisor, specialist, participant) -> None:
    today = local_date(timezone.now(), participant.team.time_zone)
    late = factories.FollowUpFactory(participant=participant, owner=specialist, due_on=today - timedelta(days=5))

    page = open_as(supervisor, "/overdue/")
    page.locator(".board tbody a").first.click()
    page.locator("summary", has_text="Do something").click()
    page.get_by_role("button", name="We talked about it").click()
    page.get_by_text("Noted: you talked about it.").wait_for()

    late.refresh_from_db()
    assert late.discussed_by == supervisor
    assert "age=4-7" in page.url


def test_a_waiting_person_gets_a_peer_in_two_clicks(open_as, supervisor, specialist, team) -> None:
    person = factories.ParticipantFactory(team=team)
    page = open_as(supervisor, "/waiting/")
    page.get_by_role("radio", name="Sam").check()
    page.get_by_role("button", name="Give").click()
    page.get_by_text("Nobody is waiting").wait_for()
    assert Assignment.objects.get(participant=person).specialist == specialist


def test_the_table_is_downloaded(open_as, supervisor, specialist, participant) -> None:
    today = local_date(timezone.now(), participant.team.time_zone)
    factories.FollowUpFactory(participant=participant, owner=specialist, due_on=today - timedelta(days=5))
    page = open_as(supervisor, "/overdue/")
    with page.expect_download() as download:
        page.get_by_role("link", name="As a table").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_signing_in_and_out_by_hand(open_as, supervisor) -> None:
    supervisor.set_password(factories.PASSWORD)
    supervisor.save()
    page = open_as(None, "/overdue/")
    page.get_by_label("Email").fill(supervisor.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/overdue/")
    page.locator("summary", has_text="Vera").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")
