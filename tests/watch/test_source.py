"""The source of a function as it is shown: its own, whatever other code is equal to it."""

import linecache
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from memslot_lab.engine import Memslots
from memslot_lab.watch import record
from memslot_lab.watch.source import code_of

Compiler = Callable[[str, str], Callable[..., Any]]


@pytest.fixture
def compiled() -> Iterator[Compiler]:
    """Return a function that compiles another from a text, as a notebook does a cell."""
    names: set[str] = set()

    def compile_cell(filename: str, text: str) -> Callable[..., Any]:
        names.add(filename)
        linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
        namespace: dict[str, Any] = {"__name__": "answer"}
        exec(compile(text, filename, "exec"), namespace)
        return namespace["helper"]

    yield compile_cell
    for name in names:
        linecache.cache.pop(name, None)


def test_source_of_a_cell_that_was_run_again_is_the_new_one(compiled: Compiler) -> None:
    """Its code may be equal: a comment is none."""
    texts = ["def helper(n):\n    return n  # first\n", "def helper(n):\n    return n  # second thoughts\n"]
    functions = [compiled("<a cell>", texts[0])]
    shown = [code_of(functions[0].__code__).line(2)]
    functions.append(compiled("<a cell>", texts[1]))
    shown.append(code_of(functions[1].__code__).line(2))

    assert functions[0].__code__ == functions[1].__code__
    assert shown == ["return n  # first", "return n  # second thoughts"]


def test_recording_shows_of_equal_functions_each_its_own_text(compiled: Compiler) -> None:
    """Two files may have the same helper."""
    one = compiled("<one>", "def helper(n):\n    return n  # in one\n")
    two = compiled("<two>", "def helper(n):\n    return n  # in two\n")

    def call_both(slots: Memslots) -> int:
        return one(1) + two(2)

    tape = record(call_both, Memslots(4))

    assert one.__code__ == two.__code__
    assert {frame.source for frame in tape if "# in" in frame.source} == {"return n  # in one", "return n  # in two"}
