"""Templates hold no inline code, nothing from elsewhere, and none of the words we avoid."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\bstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
AVOIDED = re.compile(
    r"\b(patients?|clients?|non-?compliant|refused|abandoned|relaps\w+|addicts?|abuser|risk score|dirty|clean time)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_inline_code_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not INLINE.search(text)
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", [*TEMPLATES, *ROOT.glob("*/forms/*.py"), *ROOT.glob("*/models/*.py")], ids=str)
def test_the_words_we_avoid_are_on_no_screen(path: Path) -> None:
    assert not AVOIDED.search(path.read_text()), AVOIDED.search(path.read_text())


def test_no_form_is_cut_off_from_its_token() -> None:
    """A part with a form needs what the page knows: included with `only` it would be refused, each time."""
    with_form = {
        str(path.relative_to(ROOT / "templates")) for path in TEMPLATES if "{% csrf_token %}" in path.read_text()
    }
    for path in TEMPLATES:
        for part, more in re.findall(r'{% include "([^"]+)"([^%]*)%}', path.read_text()):
            assert part not in with_form or not more.strip().endswith("only"), (path.name, part)


def test_static_files_come_from_here() -> None:
    for path in [*ROOT.glob("static/css/*"), *ROOT.glob("static/js/*")]:
        assert not re.search(r"(https?:)?//[a-z0-9.-]+\.[a-z]{2,}/", path.read_text()), path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_moment_is_shown_on_the_clocks_of_a_team(path: Path) -> None:
    assert not re.search(r"_at\|(date|time)\b", path.read_text()), "put |timezone:… before |date"
