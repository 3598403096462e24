from hypothesis import given
from hypothesis import strategies as st

from followups.calendar import AGES, age_of, spread


@given(st.integers(-10, 400))
def test_every_overdue_day_has_one_column(count: int) -> None:
    assert sum(age.holds(count) for age in AGES) == (1 if count > 0 else 0)
    assert (age_of(count) is None) == (count < 1)


def test_counts_are_spread_over_the_columns() -> None:
    assert spread([(1, 2), (3, 1), (4, 5), (15, 1), (400, 1), (0, 9)]) == {"1-3": 3, "4-7": 5, "8-14": 0, "15": 2}
