"""The cast: people with a fixed standing, so that a test reads like a story."""

from importlib import import_module

import hypothesis
import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Role, Team, User
from caseload.models import Participant
from followups.models import Outcome
from tests import factories

# The same examples on every run, so that red means that something changed; other ones, and many more, by
# `--hypothesis-profile=thorough`.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("thorough", max_examples=4000, deadline=None)
hypothesis.settings.load_profile("same")


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Hashing slowly is Django's business; here it would only be waited for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def starter_rows(request: pytest.FixtureRequest) -> None:
    """Put back the rows that migrations add, where a test with real transactions has emptied the tables."""
    names = set(request.fixturenames)
    if request.node.get_closest_marker("django_db") or names & {"db", "transactional_db", "live_server"}:
        request.getfixturevalue("_django_db_helper")
        if not Outcome.objects.exists():
            import_module("followups.migrations.0003_starter_outcomes").add(apps, None)
            import_module("caseload.migrations.0002_starter_activities").add(apps, None)
            import_module("caseload.migrations.0010_starter_hard_days").add(apps, None)
            import_module("caseload.migrations.0012_starter_hints").add(apps, None)
            import_module("caseload.migrations.0023_bare_words").add(apps, None)


@pytest.fixture
def team(db: None) -> Team:
    """The team most of the story happens in; New York, Monday to Friday, no public holidays."""
    return factories.TeamFactory(name="Harbor", holiday_country="")


@pytest.fixture
def other_team(db: None) -> Team:
    """Another team, far west."""
    return factories.TeamFactory(name="Sunset", time_zone="America/Los_Angeles", holiday_country="")


def member(team: Team | None, role: Role, name: str) -> User:
    user = factories.UserFactory(name=name, email=f"{name.lower()}@example.org")
    factories.MembershipFactory(user=user, team=team, role=role)
    return user


@pytest.fixture
def specialist(team: Team) -> User:
    """Walks with `participant`."""
    return member(team, Role.SPECIALIST, "Sam")


@pytest.fixture
def colleague(team: Team) -> User:
    """Another specialist of the team; not assigned to `participant`."""
    return member(team, Role.SPECIALIST, "Kim")


@pytest.fixture
def supervisor(team: Team) -> User:
    """Supervises the team."""
    return member(team, Role.SUPERVISOR, "Vera")


@pytest.fixture
def other_supervisor(other_team: Team) -> User:
    """Supervises the other team."""
    return member(other_team, Role.SUPERVISOR, "Omar")


@pytest.fixture
def administrator(db: None) -> User:
    """Runs accounts; reads no record."""
    return member(None, Role.ADMINISTRATOR, "Ada")


@pytest.fixture
def participant(team: Team, specialist: User) -> Participant:
    """Walks with `specialist`."""
    person = factories.ParticipantFactory(team=team, name_used="Maya", created_by=specialist)
    factories.AssignmentFactory(participant=person, specialist=specialist)
    return person


@pytest.fixture
def sign_in() -> "type":
    """A browser-like client signed in as somebody: `sign_in(user)`."""

    def as_user(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return as_user
