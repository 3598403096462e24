"""Rules of the database: a column of choices holds one of them, a name is there once, whoever writes it."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import CheckConstraint, Choices, Q, UniqueConstraint
from django.db.models.functions import Lower

# Of no width, and no part of any word: blanks, hyphens that may be, marks of direction. Joiners are part of words.
UNSEEN = dict.fromkeys([0x00AD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF])


def known(model: str, field: str, choices: type[Choices], *, may_be_empty: bool = False) -> CheckConstraint:
    """The check `<model>_<field>_known`; with `may_be_empty` also where nothing was chosen."""
    values = [*choices.values, *([""] if may_be_empty and "" not in choices.values else [])]
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{model}_{field}_known")


def once(model: str, field: str, words: object) -> UniqueConstraint:
    """The rule `<model>_<field>_once`, in small letters or capitals; `words` are what is said of a second one."""
    name = f"{model}_{field}_once"
    return UniqueConstraint(Lower(field), name=name, violation_error_code=name, violation_error_message=words)


class AlreadyThere(Exception):
    """`row` is there already, in the database's eyes; `words` say so."""

    def __init__(self, row: Any, words: str) -> None:
        self.row, self.words = row, words


@contextmanager
def saving(row: Any) -> Iterator[None]:
    """Raises AlreadyThere where a rule `once` keeps the row out: another was quicker, or two names are the same.

    Only the database knows: it has its own small letters. The transaction is lost, as after any such error.
    """
    try:
        yield
    except IntegrityError as error:
        broken = error.__cause__.diag.constraint_name
        for rule in row._meta.constraints:
            if isinstance(rule, UniqueConstraint) and rule.name == broken:
                raise AlreadyThere(row, rule.violation_error_message) from error
        raise


def plain(name: str) -> str:
    """A name so that those which look the same are the same: no blanks around or doubled, whatever their kind."""
    return " ".join(unicodedata.normalize("NFC", name).translate(UNSEEN).split())


def beside(error: ValidationError, code: str, field: str) -> ValidationError:
    """The same errors, with the one of that code beside its field: a rule over an expression knows none."""
    errors: dict[str, list[ValidationError]] = {}
    for name, found in error.error_dict.items():
        for one in found:
            errors.setdefault(field if one.code == code else name, []).append(one)
    return ValidationError(errors)
