"""What can come of a try: the table an organisation words for itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import code_for
from followups.models import Outcome
from followups.models.attempts import WITH_A_DATE, Effect

# The word in the address of the page that adds one.
ADDING = "new"


class OutcomeForm(forms.ModelForm):
    """Words and effect. The code is made once and stays, so that what was recorded keeps its meaning."""

    class Meta:
        model = Outcome
        fields = [
            "label",
            "effect",
            "again_in_days",
            "reached",
            "counts_as_presence",
            "channel",
            "is_quick",
            "position",
            "is_active",
        ]
        labels = {
            "label": _("What came of it"),
            "effect": _("What happens with the follow-up"),
            "again_in_days": _("Working days until the next date"),
            "reached": _("The person themselves was reached"),
            "counts_as_presence": _("Counts as contact when silence is measured"),
            "channel": _("By which way"),
            "is_quick": _("Stands on the card (others are under “More”)"),
            "position": _("Place in the list"),
            "is_active": _("In use"),
        }
        help_texts = dict.fromkeys(fields, "")
        widgets = {"effect": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effect"].choices = Effect.choices
        # What an outcome did is written into what was recorded with it; only new ones choose their effect.
        if not self.instance._state.adding:
            for name in ("effect", "reached", "counts_as_presence"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """A number of days where the effect needs one, and only there; a code no other outcome has."""
        cleaned = super().clean()
        if cleaned.get("effect") == Effect.COMPLETES and not cleaned.get("reached"):
            words = _("Only reaching the person themselves closes a follow-up. Tick this, or let it be tried again.")
            self.add_error("reached", words)
        days = cleaned.get("again_in_days")
        if cleaned.get("effect") in WITH_A_DATE and not days and "again_in_days" not in self.errors:
            self.add_error("again_in_days", _("After how many working days?"))
        if days is not None and cleaned.get("effect") in set(Effect) - set(WITH_A_DATE):
            self.add_error("again_in_days", _("With this effect there is no next date. Leave this empty."))
        elif days and days > 260:
            self.add_error("again_in_days", _("That is more than a year. Choose fewer days."))
        if self.instance._state.adding and cleaned.get("label"):
            if Outcome.objects.filter(label__iexact=cleaned["label"]).exists():
                self.add_error("label", _("There is one with these words already."))
                return cleaned
            taken = {ADDING, *(key.replace("_", "-") for key in Outcome.objects.values_list("pk", flat=True))}
            self.instance.code = code_for(cleaned["label"], taken, otherwise="outcome").replace("-", "_")
        return cleaned
