"""The first check-in, and who walks with somebody new."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from followups.actions.planning import NextContact
from followups.forms.what_next import WhatNextFields


class FirstStepForm(WhatNextFields):
    """When we are in touch first, and who walks with them: oneself, a colleague, or nobody yet."""

    walks_with = forms.ChoiceField(label=_("Who walks with them"), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, team: Team, today: date, specialists: list[User], me: User | None = None, **kwargs: Any
    ) -> None:
        """`specialists` may be chosen; `me` is preselected if given."""
        initial = {"walks_with": str(me.pk) if me else "nobody", "next_choice": "tomorrow"}
        super().__init__(*args, initial={**initial, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.specialists = {str(user.pk): user for user in specialists}
        self.offer(team=team, today=today, may_be_none=False)
        self.fields["next_choice"].label = _("First check-in")
        self.fields["walks_with"].choices = [
            *((key, _("I do") if me and user.pk == me.pk else user.name) for key, user in self.specialists.items()),
            ("nobody", _("Nobody yet: they wait for a peer")),
        ]

    def clean(self) -> dict[str, Any]:
        """A picked day is there."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        return cleaned

    def specialist(self) -> User | None:
        """Who was chosen; call on a valid form."""
        return self.specialists.get(self.cleaned_data["walks_with"])

    def contact(self) -> NextContact:
        """The first check-in; call on a valid form."""
        chosen = self.what_next()
        assert isinstance(chosen, NextContact)  # noqa: S101 - neither plan nor none is offered here
        return chosen
