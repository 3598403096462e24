"""Inviting colleagues, their roles, and closing accounts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session as SignIn
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import mail
from accounts.actions.events import note
from accounts.models import Invitation, Membership, OutgoingEmail, Role, User
from accounts.models.invitations import VALID_FOR
from accounts.models.outbox import EmailKind, EmailState

# A role in a team; administrators serve everyone, so theirs has none.
Place = tuple[str, UUID | None]


class AddressInUse(Exception):
    """Somebody with that address has an account already."""


class LastAdministrator(Exception):
    """Without this person nobody could run accounts."""


class NotInvited(Exception):
    """The person has joined already, or their account is closed."""


@transaction.atomic
def invite(*, email: str, name: str = "", places: Iterable[Place], by: User | None, at: datetime) -> User:
    """Make an account that waits for its owner, with its roles, and send the link. Raises AddressInUse."""
    address = email.strip().lower()
    if User.objects.filter(email=address).exists():
        raise AddressInUse
    try:
        with transaction.atomic():
            user = User.objects.create_user(address, name=name, created_at=at)
    except IntegrityError:
        # Another administrator invited them at this very moment.
        raise AddressInUse from None
    write_memberships(user, places)
    send_link(user, by, at)
    note("colleague_invited", subject=user, by=by, at=at)
    return user


@transaction.atomic
def invite_again(*, user: User, by: User | None, at: datetime, places: Iterable[Place] | None = None) -> Invitation:
    """Send a fresh link; earlier ones no longer work. Roles given take the place of the old ones. Raises NotInvited."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_invited:
        raise NotInvited
    if places is not None:
        set_memberships(user=user, places=places, by=by, at=at)
    Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).update(revoked_at=at)
    invitation = send_link(user, by, at)
    note("colleague_invited_again", subject=user, by=by, at=at)
    return invitation


def send_link(user: User, by: User | None, at: datetime) -> Invitation:
    """A new invitation and its message."""
    invitation = Invitation.objects.create(user=user, invited_by=by, created_at=at, expires_at=at + VALID_FOR)
    context = {"link": link_of(invitation), "hours": int(VALID_FOR.total_seconds() // 3600)}
    mail.queue(to=user, kind=EmailKind.INVITATION, letter=mail.write("invitation", context), at=at)
    return invitation


def link_of(invitation: Invitation) -> str:
    """The address that lets the invited person in."""
    return settings.BASE_URL + reverse("join", args=[invitation.token()])


@transaction.atomic
def accept(*, invitation: Invitation, name: str, credential: str, password: str, at: datetime) -> User:
    """Let the invited person in. Raises NotInvited where the link was used or withdrawn meanwhile."""
    # The account first, as everywhere: a fresh link sent at this moment waits, or is seen.
    User.objects.select_for_update(no_key=True).get(pk=invitation.user_id)
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("user").get(pk=invitation.pk)
    user = invitation.user
    if not Invitation.objects.open(at).filter(pk=invitation.pk).exists() or not user.is_invited:
        raise NotInvited
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    user.name, user.credential = name, credential
    user.is_active, user.joined_at = True, at
    user.set_password(password)
    user.save(update_fields=["name", "credential", "is_active", "joined_at", "password"])
    note("colleague_joined", subject=user, by=user, at=at)
    return user


@transaction.atomic
def rename(*, user: User, name: str, credential: str, by: User, at: datetime) -> User:
    """Change a colleague's name and credential, as they stand under notes from now on; what is signed stays."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    given = {"name": name, "credential": credential}
    changed = [field for field, value in given.items() if getattr(user, field) != value]
    for field in changed:
        setattr(user, field, given[field])
    if changed:
        user.save(update_fields=changed)
        note("colleague_renamed", subject=user, by=by, at=at, fields=changed)
    return user


@transaction.atomic
def set_memberships(*, user: User, places: Iterable[Place], by: User | None, at: datetime) -> list[UUID]:
    """Put these roles in place of the old ones; returns the teams in which they stop being a specialist.

    Raises LastAdministrator. What becomes of their participants is followups.actions.leaving's.
    """
    # The account first: whoever assigns somebody to them at this moment waits, or is seen.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    administrators = lock_administrators()
    wanted = set(places)
    if (Role.ADMINISTRATOR, None) not in wanted:
        refuse_last(user, administrators)
    before = set(Membership.objects.filter(user=user, role=Role.SPECIALIST).values_list("team", flat=True))
    Membership.objects.filter(user=user).delete()
    write_memberships(user, wanted)
    note("roles_changed", subject=user, by=by, at=at, roles=sorted(f"{role}:{team}" for role, team in wanted))
    return [team for team in before if (Role.SPECIALIST, team) not in wanted]


@transaction.atomic
def choose_reminding(*, user: User, remind_by: str, at: datetime) -> None:
    """Let a colleague choose how they are reminded; in the program it always stands too."""
    User.objects.filter(pk=user.pk).update(remind_by=remind_by)
    note("reminding_chosen", subject=user, by=user, at=at, remind_by=remind_by)


@transaction.atomic
def hide_prompts(*, user: User, hide: bool, at: datetime) -> None:
    """Let a colleague put away what to remember at a hard moment, or bring it back."""
    User.objects.filter(pk=user.pk).update(hides_prompts=hide)
    note("prompts_hidden" if hide else "prompts_shown", subject=user, by=user, at=at)


def write_memberships(user: User, places: Iterable[Place]) -> None:
    """One row for each role."""
    Membership.objects.bulk_create(Membership(user=user, role=role, team_id=team) for role, team in set(places))


def lock_administrators() -> set[UUID]:
    """Ids of the active administrators, their rows locked: two who close each other's account follow each other."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(role=Role.ADMINISTRATOR).order_by("pk")
    # Read after the lock is held, so that what another deed has just committed is seen.
    keys = [row.user_id for row in rows]
    return set(User.objects.active().filter(pk__in=keys).values_list("pk", flat=True))


def refuse_last(user: User, administrators: set[UUID]) -> None:
    """Raise LastAdministrator where nobody else could run accounts."""
    if administrators == {user.pk}:
        raise LastAdministrator


@transaction.atomic
def close_account(*, user: User, by: User, at: datetime) -> User:
    """Close it and end all sign-ins at once; roles stay for a return. Closing twice changes nothing.

    Raises LastAdministrator. What becomes of their participants is followups.actions.leaving's.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    refuse_last(user, lock_administrators())
    if user.deactivated_at is not None:
        return user
    user.is_active, user.deactivated_at = False, at
    user.save(update_fields=["is_active", "deactivated_at"])
    Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).update(revoked_at=at)
    OutgoingEmail.objects.filter(recipient=user, state=EmailState.QUEUED).update(
        state=EmailState.CANCELLED, finished_at=at, text="", html=""
    )
    end_sign_ins(user)
    note("account_closed", subject=user, by=by, at=at)
    return user


def end_sign_ins(user: User) -> None:
    """End every sign-in. One that has no row here ends too: an inactive person is nobody at the next request."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    SignIn.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


@transaction.atomic
def reactivate(*, user: User, by: User, at: datetime) -> User:
    """Open a closed account again, with its roles; people who had waited have other peers by now and stay with them.

    One who had never joined gets a fresh link.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.deactivated_at is None:
        return user
    user.deactivated_at = None
    user.is_active = user.joined_at is not None
    user.save(update_fields=["is_active", "deactivated_at"])
    if user.is_invited:
        send_link(user, by, at)
    note("account_reopened", subject=user, by=by, at=at)
    return user
