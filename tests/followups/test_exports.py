import csv
import io

import pytest

from followups.exports import as_csv, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1", "\n=1"])
def test_nothing_is_calculated(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["Maya", "a=b", "O’Malley", "محمد", "3", ""])
def test_other_text_is_left_alone(text: str) -> None:
    assert safe_cell(text) == text


def test_the_table_reads_back() -> None:
    table = as_csv(["Name", "Note"], [["Zoë", 'says "hi", twice\nand leaves'], ["=cmd", None]])
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
    assert rows == [["Name", "Note"], ["Zoë", 'says "hi", twice\nand leaves'], ["'=cmd", ""]]
