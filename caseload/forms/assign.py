"""Choosing who walks with somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.models import PeerRequest


class AssignForm(forms.Form):
    """One of the team's active peer specialists; `instead_of` is who was seen to walk with them.

    `answers` are those of their wishes for another peer that this answers, as the supervisor says.
    """

    specialist = forms.ModelChoiceField(
        label=_("Peer specialist"),
        queryset=User.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose a peer specialist."),
            "invalid_choice": _("This colleague cannot be chosen any more. Choose another one."),
        },
    )
    instead_of = forms.UUIDField(required=False, widget=forms.HiddenInput)
    answers = forms.ModelMultipleChoiceField(queryset=PeerRequest.objects.none(), required=False)

    def __init__(self, *args: Any, specialists: Any, wishes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specialist"].queryset = specialists
        self.fields["answers"].queryset = wishes

    @property
    def said(self) -> Any:
        """Which wishes were ticked; None before anybody was asked."""
        return self.cleaned_data.get("answers", ()) if self.is_bound else None
