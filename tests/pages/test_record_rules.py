import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from caseload.models import RecordRules
from caseload.models.rules import rules_of

FIELDS = {field.name: field.get_default() for field in RecordRules._meta.fields if field.name != "team"}
CHANGED = {**FIELDS, "note_due_days": 5, "unit_rule": "round8", "narrative_required": "on"}
for name in ("narrative_required", "notes_are_reviewed"):
    FIELDS.pop(name)


def test_a_team_without_rules_keeps_to_the_defaults(team) -> None:
    rules = rules_of(team)
    assert (rules.note_due_days, rules.unit_rule, rules.narrative_required) == (2, "", False)
    assert not RecordRules.objects.exists()


def test_an_administrator_sets_them(sign_in, administrator, team) -> None:
    address = reverse("record_rules", args=[team.pk])
    for _twice in range(2):
        assert sign_in(administrator).post(address, CHANGED).status_code == 302

    rules = RecordRules.objects.get()
    assert (rules.team, rules.note_due_days, rules.unit_rule, rules.narrative_required) == (team, 5, "round8", True)
    assert AuditEvent.objects.filter(action="record_rules_saved").count() == 2
    assert 'value="5"' in sign_in(administrator).get(address).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("note_due_days", 0), ("note_due_days", 11), ("unit_rule", "ten"), ("unit_scope", ""), ("progress_days", 6)],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(sign_in, administrator, team, field: str, value: object) -> None:
    page = sign_in(administrator).post(reverse("record_rules", args=[team.pk]), {**CHANGED, field: value})
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"].data["group_size"] == "12"
    assert not RecordRules.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"note_due_days": 0}, "recordrules_numbers_in_range"),
        ({"silence_times": 0}, "recordrules_numbers_in_range"),
        ({"unit_rule": "ten"}, "recordrules_unit_rule_known"),
        ({"unit_scope": "week"}, "recordrules_unit_scope_known"),
        ({"words_again_days": 1}, "recordrules_days_in_range"),
    ],
)
def test_the_database_refuses_them(team, broken: dict[str, object], rule: str) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        RecordRules.objects.create(team=team, **broken)
