"""Fields in which a word that labels people gets a quiet suggestion, and the list of those words."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from caseload.models import WordHint


def hinted() -> dict[str, Any]:
    """Attributes of a staff field; static/js/hints.js reads them. A field of somebody's own words has none."""
    return {"data-hints": _("perhaps"), "data-hints-away": _("Leave it"), "data-hints-url": reverse_lazy("word_list")}


HintFormSet = forms.modelformset_factory(WordHint, fields=["avoid", "prefer", "is_active"], extra=0, max_num=400)


class NewHintForm(forms.ModelForm):
    """One more word; its code is made once and stays."""

    class Meta:
        model = WordHint
        fields = ["avoid", "prefer"]
