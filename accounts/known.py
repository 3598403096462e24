"""A rule of the database: a column of choices holds one of them, whoever writes it."""

from django.db.models import CheckConstraint, Choices, Q


def known(model: str, field: str, choices: type[Choices], *, may_be_empty: bool = False) -> CheckConstraint:
    """The check `<model>_<field>_known`; with `may_be_empty` also where nothing was chosen."""
    values = [*choices.values, *([""] if may_be_empty and "" not in choices.values else [])]
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{model}_{field}_known")
