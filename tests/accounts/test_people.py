from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.actions import people
from accounts.models import Invitation, Membership, OutgoingEmail, Role, User
from tests import factories

NOON = factories.NOON


def test_an_invitation_leaves_an_account_with_roles_and_a_message(administrator, team, time_machine) -> None:
    time_machine.move_to(NOON, tick=False)  # the link carries the second at which it was signed
    user = people.invite(email=" New@Example.org ", places=[(Role.SPECIALIST, team.pk)], by=administrator, at=NOON)

    message = OutgoingEmail.objects.get(recipient=user)
    assert (user.email, user.is_active, user.is_invited) == ("new@example.org", False, True)
    assert Membership.objects.get(user=user).team == team
    assert people.link_of(user.invitations.get()) in message.text
    assert team.name not in message.subject + message.text + message.html


def test_an_address_is_invited_once(administrator, specialist) -> None:
    with pytest.raises(people.AddressInUse):
        people.invite(email=specialist.email.upper(), places=[], by=administrator, at=NOON)


@pytest.fixture
def invitation(administrator, team, time_machine) -> Invitation:
    time_machine.move_to(NOON)
    user = people.invite(email="new@example.org", places=[(Role.SPECIALIST, team.pk)], by=administrator, at=NOON)
    return user.invitations.get()


def join(client, invitation: Invitation, **fields):
    answers = {"name": "Nia", "password": "a-warm-lamp-at-night", **fields}
    return client.post(reverse("join", args=[invitation.token()]), answers)


def test_the_link_lets_them_in_once(client, invitation) -> None:
    assert join(client, invitation).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert user.is_active
    assert user.check_password("a-warm-lamp-at-night")
    assert join(client, invitation, name="Somebody else").status_code == 410
    user.refresh_from_db()
    assert user.name == "Nia"


def test_the_link_ends_after_three_days(client, invitation, time_machine) -> None:
    time_machine.move_to(NOON + timedelta(hours=72, seconds=1))
    assert client.get(reverse("join", args=[invitation.token()])).status_code == 410


def test_a_forged_link_opens_nothing(client, invitation) -> None:
    assert client.get(reverse("join", args=[f"{invitation.token()[:-2]}xx"])).status_code == 410
    assert client.get(reverse("join", args=[str(invitation.pk)])).status_code == 410


def test_a_fresh_link_ends_the_old_one(client, invitation, administrator) -> None:
    fresh = people.invite_again(user=invitation.user, by=administrator, at=NOON)
    assert join(client, invitation).status_code == 410
    assert join(client, fresh).status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "new@example.org"])
def test_a_password_that_is_easily_guessed_is_asked_for_again(client, invitation, password: str) -> None:
    page = join(client, invitation, password=password)
    assert page.status_code == 200
    assert "password" in page.context["form"].errors
    assert 'value="Nia"' in page.content.decode()


def test_an_administrator_invites_on_one_page(sign_in, administrator, team) -> None:
    page = sign_in(administrator).post(
        reverse("invite"), {"email": "kai@example.org", f"specialist-{team.pk}": "on", f"supervisor-{team.pk}": "on"}
    )
    assert page.status_code == 302
    roles = Membership.objects.filter(user__email="kai@example.org").values_list("role", flat=True)
    assert set(roles) == {"specialist", "supervisor"}


@pytest.mark.parametrize(
    ("fields", "wrong"), [({"email": "nonsense"}, "email"), ({"email": "kai@example.org"}, "__all__")]
)
def test_what_is_wrong_is_said_beside_the_field(sign_in, administrator, team, fields: dict, wrong: str) -> None:
    page = sign_in(administrator).post(reverse("invite"), fields)
    assert wrong in page.context["form"].errors
    assert fields["email"] in page.content.decode()


def test_signing_in_and_out(client, specialist) -> None:
    specialist.set_password(factories.PASSWORD)
    specialist.save()
    page = client.post(
        reverse("account_login"), {"login": specialist.email.upper(), "password": factories.PASSWORD}, follow=True
    )
    assert page.redirect_chain[-1][0] == reverse("today")
    assert client.get(reverse("usersessions_list")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("today")).status_code == 302


def test_guessing_is_slowed_down(client, specialist) -> None:
    answers = [
        client.post(reverse("account_login"), {"login": specialist.email, "password": "wrong"}) for _ in range(12)
    ]
    text = answers[-1].content.decode()
    assert answers[-1].status_code == 429 or "Too many" in text


def test_a_forgotten_password_is_set_anew_by_mail(client, specialist) -> None:
    client.post(reverse("account_reset_password"), {"email": specialist.email})
    message = OutgoingEmail.objects.get(recipient=specialist)
    link = next(word for word in message.text.split() if "/password/reset/" in word)
    path = link.split("/", 3)[3]
    form = client.get(f"/{path}", follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "another-quiet-river", "password2": "another-quiet-river"})
    specialist.refresh_from_db()
    assert specialist.check_password("another-quiet-river")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, specialist) -> None:
    known = client.post(reverse("account_reset_password"), {"email": specialist.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 302
    assert known.url == unknown.url
    assert OutgoingEmail.objects.count() == 1
