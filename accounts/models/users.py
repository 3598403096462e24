"""The people who sign in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.known import known


class RemindBy(models.TextChoices):
    """How a colleague wants to be reminded, besides in the program itself."""

    EMAIL = "email", _("An e-mail when something is due, one for all of it")
    DIGEST = "digest", _("One e-mail in the morning with the whole day, instead of single ones")
    APP = "app", _("Only here, in the program")


class UserQuerySet(models.QuerySet["User"]):
    """Questions about colleagues."""

    def active(self) -> "UserQuerySet":
        """People who can sign in now."""
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> "UserQuerySet":
        """All accounts for an administrator, none for anybody else."""
        return self if runs_accounts(user) else self.none()

    def standing_as(self, standing: str) -> "UserQuerySet":
        """Those who are 'invited', 'closed', or (anything else) active."""
        if standing == "invited":
            return self.filter(joined_at=None, deactivated_at=None)
        return self.filter(deactivated_at__isnull=False) if standing == "closed" else self.active()

    def after(self, last: str) -> "UserQuerySet":
        """Those that follow the account with that id in the order of names; all where it is none."""
        try:
            row = self.model.objects.filter(pk=UUID(last)).first()
        except ValueError:
            row = None
        if row is None:
            return self
        return self.filter(Q(name__gt=row.name) | Q(name=row.name, email__gt=row.email))

    def members_of(self, teams: Iterable[UUID], *roles: str) -> "UserQuerySet":
        """Active members of those teams in one of the roles (in any, if none is named), by name."""
        wanted = Q(memberships__team__in=list(teams))
        if roles:
            wanted &= Q(memberships__role__in=roles)
        return self.active().filter(wanted).distinct().order_by("name", "pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Creates accounts; the e-mail address is the name people sign in with."""

    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a new account. Without a password it cannot sign in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One colleague: invited, active or deactivated. Never deleted, so that history keeps its author."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    credential = models.CharField(
        _("credential"), max_length=60, blank=True, help_text=_("As it stands under a note, for example CPS.")
    )
    hides_prompts = models.BooleanField(
        default=False, db_default=False, help_text="Has put away what to remember at a hard moment."
    )
    remind_by = models.CharField(_("how to be reminded"), max_length=10, choices=RemindBy, default=RemindBy.EMAIL)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            known("user", "remind_by", RemindBy),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(joined_at__isnull=False, deactivated_at__isnull=True),
                name="user_active_has_joined_and_is_not_deactivated",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_invited(self) -> bool:
        """Has an invitation but has not set a password yet."""
        return self.joined_at is None and self.deactivated_at is None

    def get_short_name(self) -> str:
        """The first word of the name, for a greeting."""
        return (self.name or self.email).split(" ")[0]


def runs_accounts(user: Any) -> bool:
    """Whether somebody is an active administrator; the one rule for whole accounts and whole teams."""
    if not getattr(user, "is_active", False):
        return False
    return user.memberships.filter(role="administrator").exists()


def display_name(user: User) -> str:
    """How allauth writes a person's name."""
    return str(user)
