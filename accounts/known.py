"""Rules of the database: a column of choices holds one of them, a name is there once, whoever writes it."""

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Choices, Q, UniqueConstraint
from django.db.models.functions import Lower


def known(model: str, field: str, choices: type[Choices], *, may_be_empty: bool = False) -> CheckConstraint:
    """The check `<model>_<field>_known`; with `may_be_empty` also where nothing was chosen."""
    values = [*choices.values, *([""] if may_be_empty and "" not in choices.values else [])]
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{model}_{field}_known")


def once(model: str, field: str, words: object) -> UniqueConstraint:
    """The rule `<model>_<field>_once`, in small letters or capitals; `words` are what is said of a second one."""
    name = f"{model}_{field}_once"
    return UniqueConstraint(Lower(field), name=name, violation_error_code=name, violation_error_message=words)


def beside(error: ValidationError, code: str, field: str) -> ValidationError:
    """The same errors, with the one of that code beside its field: a rule over an expression knows none."""
    errors: dict[str, list[ValidationError]] = {}
    for name, found in error.error_dict.items():
        for one in found:
            errors.setdefault(field if one.code == code else name, []).append(one)
    return ValidationError(errors)
