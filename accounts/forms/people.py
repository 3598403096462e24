"""Inviting and joining."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team, User

TEAM_ROLES = (Role.SPECIALIST, Role.SUPERVISOR)


class RolesForm(forms.Form):
    """A box for each role in each team, and one for administrators."""

    def __init__(self, *args: Any, teams: list[Team], user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {(row.role, row.team_id) for row in user.memberships.all()} if user else set()
        self.teams = teams
        for team in teams:
            for role in TEAM_ROLES:
                self.fields[box(role, team.pk)] = forms.BooleanField(
                    label=f"{role.label}, {team.name}", required=False, initial=(role, team.pk) in held
                )
        self.fields["administrator"] = forms.BooleanField(
            label=_("Administrator: runs accounts and teams, reads no record"),
            required=False,
            initial=(Role.ADMINISTRATOR, None) in held,
        )

    def clean(self) -> dict[str, Any]:
        """At least one role: without any there would be nothing to see."""
        cleaned = super().clean()
        if not self.places():
            self.add_error(None, _("Choose at least one role."))
        return cleaned

    def places(self) -> set[tuple[str, UUID | None]]:
        """The roles that are ticked."""
        chosen: set[tuple[str, UUID | None]] = {
            (role, team.pk) for team in self.teams for role in TEAM_ROLES if self.cleaned_data.get(box(role, team.pk))
        }
        return chosen | ({(Role.ADMINISTRATOR, None)} if self.cleaned_data.get("administrator") else set())

    def table(self) -> list[tuple[Team, list[forms.BoundField]]]:
        """For each team its boxes, for the template."""
        return [(team, [self[box(role, team.pk)] for role in TEAM_ROLES]) for team in self.teams]


def box(role: str, team: UUID) -> str:
    """The name of one box."""
    return f"{role}-{team}"


class InviteForm(RolesForm):
    """An address, and roles. `invited` is who has that address and has not joined yet, or None."""

    invited: User | None = None

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    field_order = ("email",)

    def clean_email(self) -> str:
        """In lower case, as it is kept, and nobody's who has joined."""
        address = self.cleaned_data["email"].strip().lower()
        self.invited = User.objects.filter(email=address).first()
        if self.invited is not None and not self.invited.is_invited:
            raise forms.ValidationError(_("There is an account for this address already. Look for it in the list."))
        return address


class NameForm(forms.ModelForm):
    """A colleague's name and credential; both change, for example after an exam."""

    class Meta:
        model = User
        fields = ["name", "credential"]
        widgets = {"name": forms.TextInput(attrs={"dir": "auto"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class JoinForm(forms.Form):
    """What an invited person fills in."""

    name = forms.CharField(
        label=_("Your name, as colleagues know it"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    credential = forms.CharField(
        label=_("Credential, if you have one"),
        max_length=60,
        required=False,
        help_text=_("As it stands under a note, for example CPS."),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["name"].initial = user.name

    def clean(self) -> dict[str, Any]:
        """A password nobody guesses, also not from their name."""
        cleaned = super().clean()
        if cleaned.get("password"):
            self.user.name = cleaned.get("name", "")
            try:
                validate_password(cleaned["password"], self.user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
