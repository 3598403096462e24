"""Fields in which a word that labels people gets a quiet suggestion, and the list of those words."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.known import plain
from caseload.models import WordHint


def hinted() -> dict[str, Any]:
    """Attributes of a staff field; static/js/hints.js reads them. A field of somebody's own words has none."""
    return {"data-hints": _("perhaps"), "data-hints-away": _("Leave it"), "data-hints-url": reverse_lazy("word_list")}


class HintForm(forms.ModelForm):
    """A word of the list, or one more."""

    class Meta:
        model = WordHint
        fields = ["avoid", "prefer"]

    def clean_avoid(self) -> str:
        """As it looks."""
        return plain(self.cleaned_data["avoid"])


HintFormSet = forms.modelformset_factory(
    WordHint, form=HintForm, fields=["avoid", "prefer", "is_active"], extra=0, max_num=400
)
