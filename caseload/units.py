"""Units of fifteen minutes, by the rule a team has chosen. Pure; none of the three is the law.

Tables: Medicare manual 100-04, chapter 5, section 20.2 (`round8`); Michigan's community mental health encounter
reporting sheet (`floor15`, `upto15`).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

UNIT = 15


def units(minutes: int, rule: str) -> int:
    """Units in so many minutes, by one of the three rules; 0 where a team counts none."""
    if rule == "round8":
        return (minutes + 7) // UNIT
    if rule == "floor15":
        return minutes // UNIT
    return -(-minutes // UNIT) if rule == "upto15" else 0


def total(contacts: Iterable[tuple[Any, Any, date, bool, int]], rule: str, scope: str) -> int:
    """Units of contacts, each (colleague, person, local day, whether in a group, minutes).

    By session each is counted alone; by day, what one colleague did with one person on a day is pooled first.
    Payers tell group from individual time, so the two are pooled apart.
    """
    if scope == "session":
        return sum(units(minutes, rule) for *_which, minutes in contacts)
    pooled: dict[tuple[Any, Any, date, bool], int] = {}
    for *which, minutes in contacts:
        pooled[tuple(which)] = pooled.get(tuple(which), 0) + minutes
    return sum(units(minutes, rule) for minutes in pooled.values())
