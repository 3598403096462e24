"""How a team keeps its record."""

from django import forms

from caseload.models import RecordRules


class RecordRulesForm(forms.ModelForm):
    """Limits, thresholds, and how minutes become units."""

    class Meta:
        model = RecordRules
        fields = [field.name for field in RecordRules._meta.fields if field.name != "team"]
        widgets = {"unit_rule": forms.RadioSelect, "unit_scope": forms.RadioSelect}
