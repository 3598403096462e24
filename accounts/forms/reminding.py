"""How a colleague wants to be reminded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.users import RemindBy


class RemindingForm(forms.Form):
    """One of the ways; in the program it always stands too."""

    remind_by = forms.ChoiceField(label=_("When something is due"), choices=RemindBy, widget=forms.RadioSelect)
