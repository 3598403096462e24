"""What stands in the way, where somebody belongs, the directory, and the list of activities."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import code_for
from caseload.models import Activity, Service
from caseload.models.strands import BarrierState


class BarrierForm(forms.Form):
    """Something in the way."""

    what = forms.CharField(
        label=_("Something in the way"), max_length=300, widget=forms.TextInput(attrs={"dir": "auto"})
    )


class ConnectionForm(forms.Form):
    """A place or circle they belong to."""

    what = forms.CharField(label=_("Where they belong"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))


class BarrierStateForm(forms.Form):
    """How it stands with a barrier now."""

    state = forms.ChoiceField(choices=BarrierState)


class ServiceForm(forms.ModelForm):
    """A place people can be pointed to."""

    class Meta:
        model = Service
        fields = ["name", "what_for", "phone", "address", "hours", "is_active"]

    def clean_name(self) -> str:
        """One of that name for everybody."""
        name = self.cleaned_data["name"]
        if Service.objects.filter(team=self.instance.team_id, name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This place is in the directory already."))
        return name


WORDS = {"strand": _("Strand"), "label": _("Words"), "position": _("Place in the list"), "is_active": _("In use")}


class ActivitiesInOrder(forms.BaseModelFormSet):
    """The list as it is offered: under each strand in its order."""

    def get_queryset(self) -> Any:
        """By strand and place."""
        return super().get_queryset().order_by("strand", "position", "code")


ActivityFormSet = forms.modelformset_factory(
    Activity,
    fields=["label", "position", "is_active"],
    labels=WORDS,
    extra=0,
    max_num=200,
    formset=ActivitiesInOrder,
)


class NewActivityForm(forms.ModelForm):
    """One more thing done together, or a topic of skill-building."""

    class Meta:
        model = Activity
        fields = ["strand", "label", "position"]
        labels = WORDS

    def clean(self) -> dict[str, Any]:
        """A code no other has, made from the words once; the same words are one entry of their strand."""
        cleaned = super().clean()
        label = cleaned.get("label")
        if label and Activity.objects.filter(strand=cleaned.get("strand"), label__iexact=label).exists():
            self.add_error("label", _("There is one with these words already."))
        elif label:
            taken = set(Activity.objects.values_list("pk", flat=True))
            self.instance.code = code_for(label, taken, otherwise="activity")
        return cleaned
