"""Fields in which a word that labels people gets a quiet suggestion, and the list of those words."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from caseload.models import WordHint
from caseload.models.hints import IN_THE_LIST


def hinted() -> dict[str, Any]:
    """Attributes of a staff field; static/js/hints.js reads them. A field of somebody's own words has none."""
    return {"data-hints": _("perhaps"), "data-hints-away": _("Leave it"), "data-hints-url": reverse_lazy("word_list")}


class BaseHintFormSet(forms.BaseModelFormSet):
    """The words of the list, each in it once."""

    def clean(self) -> None:
        """Two that are made the same at once: said beside the second."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            word = form.cleaned_data.get("avoid", "").lower()
            if word and word in seen and not form.errors:
                form.add_error("avoid", IN_THE_LIST)
            seen.add(word)

    @property
    def words(self) -> set[str]:
        """The words as they are to be, in small letters."""
        return {form.cleaned_data.get("avoid", "").lower() for form in self.forms}


HintFormSet = forms.modelformset_factory(
    WordHint, formset=BaseHintFormSet, fields=["avoid", "prefer", "is_active"], extra=0, max_num=400
)


class NewHintForm(forms.ModelForm):
    """One more word; its code is made once and stays. `listed` are the words it stands beside, in small letters."""

    class Meta:
        model = WordHint
        fields = ["avoid", "prefer"]

    def __init__(self, *args: Any, listed: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed

    def clean_avoid(self) -> str:
        """Not one that a word of the list was changed to on the same page."""
        word: str = self.cleaned_data["avoid"]
        if word.lower() in self.listed:
            raise forms.ValidationError(IN_THE_LIST)
        return word
