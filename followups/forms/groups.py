"""A group, and who comes to it; its meetings are in `meetings`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from caseload.models import GroupSeries, Participant


class SeriesForm(forms.ModelForm):
    """A group that meets again and again."""

    class Meta:
        model = GroupSeries
        fields = ["name", "when_words", "method", "place", "facilitators", "is_active"]
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "when_words": forms.TextInput(attrs={"dir": "auto"}),
            "facilitators": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facilitators"].queryset = colleagues
        self.fields["method"].choices = GroupSeries.method.field.choices
        if self.instance._state.adding:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        """One group of that name meets in a team."""
        name = self.cleaned_data["name"]
        same = GroupSeries.objects.filter(team=self.instance.team_id, name=name, is_active=True)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A group of this name meets already."))
        return name


class RosterForm(forms.Form):
    """Who comes to the group from now on."""

    participant = forms.ModelChoiceField(label=_("Somebody more"), queryset=Participant.objects.none())

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = people


def colleagues_of(team: Any) -> Any:
    """Who may lead a group of the team: its peer specialists and supervisors."""
    return User.objects.active().filter(memberships__team=team).distinct().order_by("name")
