"""Every example in a docstring of the package prints what it says."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "memslot_lab"
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if ">>> " in path.read_text()]
MODULES = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in SOURCES]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_print_what_they_say(name: str) -> None:
    """The examples run as a reader would type them."""
    results = doctest.testmod(import_module(name))

    assert results.attempted > 0
    assert results.failed == 0


def test_docstring_examples_cover_the_five_functions() -> None:
    """The page that is read first has examples."""
    assert "memslot_lab.engine.update" in MODULES
