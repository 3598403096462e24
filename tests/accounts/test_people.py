import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.actions import people
from accounts.models import AuditEvent, Invitation, Membership, OutgoingEmail, Role, User
from caseload.actions import handover
from caseload.models import Assignment
from followups.actions import leaving
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


def meanwhile(deed, *, until_it_waits) -> list[object]:
    """What a deed gives that begins, in a sign-in of its own, while the caller's transaction is open."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(deed())
        except Exception as error:
            outcome.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        until_it_waits()
        thread.start()
        thread.join(timeout=0.5)
        assert not outcome, "it did not wait"
    thread.join(timeout=10)
    return outcome


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_invite_one_address_at_once(administrator, team) -> None:
    fields = {"email": "nia@example.org", "places": [(Role.SPECIALIST, team.pk)], "by": administrator, "at": NOON}
    second = meanwhile(lambda: people.invite(**fields), until_it_waits=lambda: people.invite(**fields))
    assert second == [people.AddressInUse]
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_changing_roles_waits_for_who_is_assigning_somebody_to_them(
    participant, colleague, supervisor, administrator, specialist
) -> None:
    deed = {"participant": participant, "specialist": colleague, "instead_of": specialist.pk}
    waiting = meanwhile(
        lambda: leaving.change_memberships(
            user=colleague, places=[(Role.ADMINISTRATOR, None)], by=administrator, at=NOON + timedelta(minutes=1)
        ),
        until_it_waits=lambda: handover.assign(**deed, by=supervisor, at=NOON),
    )
    assert waiting == [1]
    assert not Assignment.objects.current().exists()


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


def test_what_they_write_under_notes_comes_with_them_and_changes_later(
    client, sign_in, invitation, administrator
) -> None:
    join(client, invitation, credential="CPS")
    nia = User.objects.get(pk=invitation.user_id)
    assert (nia.name, nia.credential) == ("Nia", "CPS")
    address = reverse("rename", args=[nia.pk])
    assert sign_in(administrator).post(address, {"name": " ", "credential": "x"}).context["form"].errors
    for _twice in range(2):
        sign_in(administrator).post(address, {"name": "Nia", "credential": "CPS-II"})
    nia.refresh_from_db()
    assert (nia.name, nia.credential) == ("Nia", "CPS-II")
    renamed = AuditEvent.objects.get(action="colleague_renamed")
    assert (renamed.by, renamed.facts) == (administrator, {"fields": ["credential"]})


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


def test_inviting_one_who_has_not_joined_sends_a_fresh_link_and_says_so(
    client, sign_in, administrator, invitation, team
):
    fields = {"email": "NEW@example.org", f"supervisor-{team.pk}": "on"}
    page = sign_in(administrator).post(reverse("invite"), fields, follow=True)

    assert "invited already. A fresh link is on its way, with the roles you chose just now." in page.content.decode()
    assert list(Membership.objects.filter(user=invitation.user).values_list("role", flat=True)) == ["supervisor"]
    assert join(client, invitation).status_code == 410
    assert join(client, invitation.user.invitations.get(revoked_at=None)).status_code == 302


@pytest.mark.parametrize("state", ["joined", "closed"])
def test_an_address_of_an_account_is_not_invited(sign_in, administrator, specialist, team, state: str) -> None:
    if state == "closed":
        people.close_account(user=specialist, by=administrator, at=NOON)
    page = sign_in(administrator).post(reverse("invite"), {"email": specialist.email, f"supervisor-{team.pk}": "on"})
    assert "email" in page.context["form"].errors
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(("who", "fresh"), [("one who has not joined", True), ("one who had joined", False)])
def test_opening_an_account_again_tells_of_the_fresh_link(
    sign_in, administrator, specialist, invitation, who: str, fresh: bool
) -> None:
    person, client = invitation.user if fresh else specialist, sign_in(administrator)
    people.close_account(user=person, by=administrator, at=NOON)
    before = client.get(reverse("colleague", args=[person.pk])).content.decode()
    after = client.post(reverse("reactivate", args=[person.pk]), follow=True).content.decode()
    assert ("they get a fresh link by e-mail" in before) == fresh
    assert ("A fresh link is on its way to them." in after) == fresh


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


def test_a_link_for_a_new_password_names_our_own_address(client, specialist, settings) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://peersupport.example.org", ["*"]
    client.post(reverse("account_reset_password"), {"email": specialist.email}, headers={"host": "evil.example.com"})
    message = OutgoingEmail.objects.get()
    assert "https://peersupport.example.org/password/reset/" in message.text
    assert "evil" not in message.subject + message.text + message.html
    assert message.subject == "A new password"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, specialist) -> None:
    known = client.post(reverse("account_reset_password"), {"email": specialist.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 302
    assert known.url == unknown.url
    assert OutgoingEmail.objects.count() == 1
