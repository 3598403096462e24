"""Units from minutes: every boundary of the three tables, and the two scopes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload.units import total, units

# minutes → round8, floor15, upto15 (research: domain facts, section 1.5)
VECTORS = {
    0: (0, 0, 0), 7: (0, 0, 1), 8: (1, 0, 1), 14: (1, 0, 1), 15: (1, 1, 1), 16: (1, 1, 2), 22: (1, 1, 2),
    23: (2, 1, 2), 30: (2, 2, 2), 37: (2, 2, 3), 38: (3, 2, 3), 45: (3, 3, 3), 52: (3, 3, 4), 53: (4, 3, 4),
    60: (4, 4, 4), 67: (4, 4, 5), 68: (5, 4, 5), 120: (8, 8, 8), 127: (8, 8, 9), 128: (9, 8, 9),
}  # fmt: skip
# The first and last minute of each number of units.
ROUND8 = [(0, 7), (8, 22), (23, 37), (38, 52), (53, 67), (68, 82), (83, 97), (98, 112), (113, 127)]
FLOOR15 = [(0, 14), (15, 29), (30, 44), (45, 59), (60, 74), (75, 89), (90, 104), (105, 119), (120, 134)]
UPTO15 = [(0, 0), (1, 15), (16, 30), (31, 45), (46, 60), (61, 75), (76, 90), (91, 105), (106, 120)]
DAY = date(2026, 5, 6)


@pytest.mark.parametrize(("minutes", "expected"), VECTORS.items())
def test_every_boundary(minutes: int, expected: tuple[int, int, int]) -> None:
    assert tuple(units(minutes, rule) for rule in ("round8", "floor15", "upto15")) == expected


@pytest.mark.parametrize(("rule", "table"), [("round8", ROUND8), ("floor15", FLOOR15), ("upto15", UPTO15)])
def test_the_whole_table(rule: str, table: list[tuple[int, int]]) -> None:
    for number, (first, last) in enumerate(table):
        assert {units(minutes, rule) for minutes in range(first, last + 1)} == {number}


@pytest.mark.parametrize(("rule", "alone", "pooled"), [("round8", 2, 1), ("floor15", 0, 1), ("upto15", 2, 2)])
def test_two_short_contacts_on_one_day_depend_on_the_scope(rule: str, alone: int, pooled: int) -> None:
    twice = [("Sam", "Maya", DAY, False, 10)] * 2
    assert (total(twice, rule, "session"), total(twice, rule, "day")) == (alone, pooled)


@pytest.mark.parametrize(
    "other",
    [
        ("Kim", "Maya", DAY, False),
        ("Sam", "Noa", DAY, False),
        ("Sam", "Maya", date(2026, 5, 7), False),
        ("Sam", "Maya", DAY, True),
    ],
)
def test_only_one_colleague_one_person_one_day_and_one_kind_are_pooled(other: tuple[str, str, date, bool]) -> None:
    contacts = [("Sam", "Maya", DAY, False, 10), (*other, 10)]
    assert total(contacts, "floor15", "day") == 0


def test_without_a_rule_nothing_is_counted() -> None:
    assert total([("Sam", "Maya", DAY, False, 60)], "", "day") == 0


@given(st.integers(0, 1440), st.integers(0, 1440))
def test_more_minutes_are_never_fewer_units_and_the_rules_keep_their_order(first: int, more: int) -> None:
    for rule in ("round8", "floor15", "upto15"):
        assert units(first, rule) <= units(first + more, rule)
        assert units(first + 15, rule) == units(first, rule) + 1
    assert units(first, "floor15") <= units(first, "round8") <= units(first, "upto15")
