"""The database refuses broken states of accounts, whoever writes them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import AuditEvent, Membership, OutgoingEmail, Role, Team, User
from tests import factories


def refused(change, name: str) -> None:
    """Assert that the database refuses a change, by that rule."""
    with pytest.raises((IntegrityError, InternalError), match=name), transaction.atomic():
        change()


def test_an_address_is_kept_in_lower_case(specialist: User) -> None:
    refused(lambda: User.objects.filter(pk=specialist.pk).update(email="Sam@Example.org"), "user_email_is_lower_case")


def test_an_address_belongs_to_one_account(specialist: User) -> None:
    refused(lambda: factories.UserFactory(email=specialist.email), "unique")


def test_a_team_has_a_name_of_its_own(team: Team) -> None:
    refused(lambda: factories.TeamFactory(name=team.name.upper()), "team_name_once")


def test_nobody_is_active_who_was_deactivated(specialist: User) -> None:
    refused(
        lambda: User.objects.filter(pk=specialist.pk).update(deactivated_at=factories.NOON),
        "user_active_has_joined_and_is_not_deactivated",
    )


def test_nobody_is_active_who_never_joined(specialist: User) -> None:
    refused(
        lambda: User.objects.filter(pk=specialist.pk).update(joined_at=None),
        "user_active_has_joined_and_is_not_deactivated",
    )


def test_an_administrator_belongs_to_no_team(team: Team, specialist: User) -> None:
    refused(
        lambda: Membership.objects.create(user=specialist, team=team, role=Role.ADMINISTRATOR),
        "membership_administrators_serve_everyone",
    )


def test_a_specialist_belongs_to_a_team(specialist: User) -> None:
    refused(
        lambda: Membership.objects.create(user=specialist, team=None, role=Role.SPECIALIST),
        "membership_administrators_serve_everyone",
    )


def test_a_role_is_held_once_even_without_a_team(administrator: User) -> None:
    refused(lambda: Membership.objects.create(user=administrator, role=Role.ADMINISTRATOR), "membership_once")


def test_a_role_is_one_of_three(team: Team, specialist: User) -> None:
    refused(lambda: Membership.objects.filter(user=specialist).update(role="guest"), "membership_role_known")


def test_a_team_works_on_some_day(team: Team) -> None:
    refused(lambda: Team.objects.filter(pk=team.pk).update(working_days=[]), "team_has_working_days")


def test_a_week_has_seven_days(team: Team) -> None:
    refused(lambda: Team.objects.filter(pk=team.pk).update(working_days=[1, 8]), "team_has_working_days")


@pytest.mark.parametrize(
    "rungs",
    [
        {"again_after_days": 0},
        {"again_after_days": 4},
        {"supervisor_after_days": 1},
        {"supervisor_after_days": 6},
        {"anyone_after_days": 31},
    ],
)
def test_the_ladder_climbs(team: Team, rungs: dict[str, int]) -> None:
    refused(lambda: Team.objects.filter(pk=team.pk).update(**rungs), "team_ladder_climbs")


@pytest.mark.parametrize("limit", ["most_mails_a_day", "tries_before_ending"])
def test_limits_are_at_least_one(team: Team, limit: str) -> None:
    refused(lambda: Team.objects.filter(pk=team.pk).update(**{limit: 0}), "team_limits_in_range")


def test_nobody_covers_for_an_administrator(team: Team) -> None:
    refused(
        lambda: factories.CoverFactory(
            team=team, role="administrator", starts_at=factories.NOON, ends_at=factories.NOON + timedelta(days=1)
        ),
        "cover_of_one_with_a_team",
    )


def test_a_closed_day_is_kept_once(team: Team) -> None:
    team.closed_days.create(on=factories.DAY)
    refused(lambda: team.closed_days.create(on=factories.DAY), "teamclosedday_once")


def test_one_open_invitation_at_a_time(db: None) -> None:
    invitation = factories.InvitationFactory()
    refused(lambda: factories.InvitationFactory(user=invitation.user), "invitation_one_open_per_user")


def test_a_message_that_has_left_is_empty(db: None) -> None:
    message = factories.OutgoingEmailFactory()
    refused(
        lambda: OutgoingEmail.objects.filter(pk=message.pk).update(state="sent", finished_at=factories.NOON),
        "outgoingemail_finished_is_empty",
    )


@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_was_done_is_never_rewritten(administrator: User, change: str) -> None:
    AuditEvent.objects.create(at=factories.NOON, by=administrator, action="team_saved")
    events = AuditEvent.objects.filter(by=administrator)
    refused(lambda: events.update(action="") if change == "update" else events.delete(), "auditevent_append_only")
