"""Names, ways to be reached, and first words."""

from typing import Any

import phonenumbers
from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams, teams_of
from accounts.ids import new_id
from accounts.models import Team
from caseload.models import Participant, PhoneNumber
from caseload.models.participants import Channel
from caseload.models.phones import MessagePermission

# How a number without a country code is read; the programs are in the United States.
HOME_REGION = "US"


class ParticipantForm(forms.ModelForm):
    """Who they are and how they like to be reached. Only the name they go by is needed."""

    class Meta:
        model = Participant
        fields = ["name_used", "pronouns", "legal_name", "language", "preferred_channel", "good_times"]
        widgets = {"preferred_channel": forms.RadioSelect}
        error_messages = {"name_used": {"required": _("What do they like to be called? A nickname is fine.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name_used", "legal_name", "pronouns", "good_times", "language"):
            self.fields[name].widget.attrs.update({"dir": "auto", "autocomplete": "off"})
        self.fields["preferred_channel"].choices = [("", _("not said")), *Channel.choices]

    def clean_name_used(self) -> str:
        """Without blanks around or doubled; everything else is as they say it."""
        return " ".join(self.cleaned_data["name_used"].split())


class IntakeForm(ParticipantForm):
    """A new participant: the same, with team and first words. The hidden id makes a second click harmless."""

    new_id = forms.UUIDField(widget=forms.HiddenInput)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    vision = forms.CharField(
        label=_("What recovery looks like for them, in their words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    helps = forms.CharField(
        label=_("What helps, in their words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    reaching_me = forms.CharField(
        label=_("How to reach them, in their words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    is_somebody_else = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        teams = Team.objects.filter(pk__in=teams_of(user)).order_by("name")
        first = teams.first()
        initial = {"new_id": new_id(), "team": first and first.pk, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["team"].queryset = teams
        self.supervised = supervised_teams(user)
        if len(teams) < 2:
            self.fields["team"].widget = forms.HiddenInput()

    def words(self) -> dict[str, str]:
        """What was written under each topic."""
        return {topic: text for topic in ("vision", "helps", "reaching_me") if (text := self.cleaned_data[topic])}

    def participant(self) -> Participant:
        """The participant, not saved; call on a valid form."""
        participant = self.save(commit=False)
        participant.pk = self.cleaned_data["new_id"]
        participant.team = self.cleaned_data["team"]
        return participant


class PhoneForm(forms.Form):
    """One number and what it may be used for; nothing is allowed until it is ticked."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    label = forms.CharField(
        label=_("Whose or where"), max_length=60, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    may_call = forms.BooleanField(label=_("may be called"), required=False)
    may_text = forms.BooleanField(label=_("may be texted"), required=False)
    message = forms.ChoiceField(
        label=_("Leaving a message"), choices=MessagePermission, initial=MessagePermission.NONE, required=False
    )
    message_text = forms.CharField(
        label=_("What a message may say"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("number"):
            self.fields["number"].help_text = _("Empty it to take this number away.")

    def clean_number(self) -> str:
        """The number in one international form (E.164)."""
        text = self.cleaned_data["number"].strip()
        if not text:
            return ""
        try:
            parsed = phonenumbers.parse(text, HOME_REGION)
        except phonenumbers.NumberParseException:
            raise forms.ValidationError(_("We cannot read this as a phone number.")) from None
        # "Possible" alone would take a number without its area code, which nobody can dial from here.
        if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
            raise forms.ValidationError(_("This number has too few or too many digits. It needs its area code."))
        if parsed.extension:
            raise forms.ValidationError(_("Please write the extension beside it, under “whose or where”."))
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    def clean(self) -> dict[str, Any]:
        """A message that may say something says what; permissions belong to a number."""
        cleaned = super().clean()
        # Emptying a known number takes it away with all that belongs to it.
        taken_away = bool(self.initial.get("number")) and cleaned.get("number") == ""
        says = cleaned.get("message") == MessagePermission.MAY_SAY and not taken_away
        if says and not cleaned.get("message_text"):
            self.add_error("message_text", _("What may a message say?"))
        ticked = any(cleaned.get(name) for name in ("label", "may_call", "may_text", "message_text"))
        ticked = ticked or cleaned.get("message") not in (None, "", MessagePermission.NONE)
        if ticked and not taken_away and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", _("Which number is this for?"))
        return cleaned

    def phone(self) -> PhoneNumber:
        """The number, not saved; call on a valid form that has one."""
        cleaned = self.cleaned_data
        return PhoneNumber(**{**cleaned, "message": cleaned["message"] or MessagePermission.NONE})


class BasePhones(forms.BaseFormSet):
    """All numbers of one person."""

    def clean(self) -> None:
        """No number twice."""
        numbers = [form.cleaned_data.get("number") for form in self.forms if form.is_valid()]
        given = [number for number in numbers if number]
        if len(given) != len(set(given)):
            raise forms.ValidationError(_("The same number stands there twice."))

    def phones(self) -> list[PhoneNumber]:
        """The numbers given, in order, not saved; emptied rows are left out."""
        return [form.phone() for form in self.forms if form.cleaned_data.get("number")]


PhoneFormSet = formset_factory(PhoneForm, formset=BasePhones, extra=2, max_num=8)


def phones_of(participant: Participant) -> list[dict[str, Any]]:
    """What the formset starts with on the edit page."""
    fields = ("number", "label", "may_call", "may_text", "message", "message_text")
    return list(participant.phones.order_by("position", "pk").values(*fields))
