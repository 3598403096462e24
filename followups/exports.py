"""Tables for spreadsheets, safe to open."""

import csv
import io
from collections.abc import Iterable

# A cell that begins so would be taken for a formula (OWASP ASVS 5.0, V1.2.10); full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet program calculates."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA) or text[:1].isspace() else text


def as_csv(header: Iterable[object], lines: Iterable[Iterable[object]]) -> str:
    """The table as CSV with every cell quoted, and the mark that lets spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in line] for line in lines)
    return "\ufeff" + out.getvalue()
