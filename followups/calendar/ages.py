"""How long something is overdue: the columns of the board."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Age:
    """A column of the overdue board: days overdue from `first` to `last` inclusive; the last has no end."""

    code: str
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        """Whether something that many days overdue belongs here."""
        return self.first <= days and (self.last is None or days <= self.last)


AGES = (Age("1-3", 1, 3), Age("4-7", 4, 7), Age("8-14", 8, 14), Age("15", 15, None))


def age_of(days: int) -> Age | None:
    """The board's column for that many days overdue; None when it is not overdue."""
    return next((age for age in AGES if age.holds(days)), None)


def spread(counts: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Sum (days overdue, count) pairs into the board's columns."""
    columns = {age.code: 0 for age in AGES}
    for days, count in counts:
        age = age_of(days)
        if age is not None:
            columns[age.code] += count
    return columns
