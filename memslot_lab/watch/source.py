"""The source of a function as a learner should see it: numbered lines, without the docstring."""

import ast
import inspect
import os
import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType

from memslot_lab.watch.words import KERNEL, KernelFunction

_KERNELS = tuple(f"{Path(__file__).parents[1] / name}{os.sep}" for name in ("engine", "eras"))
_WORKSHOP = re.compile(r"  # (?:noqa|pyright|type):[^#]*(?=  #|$)")  # notes to the tools, not to a reader

__all__ = ["Code", "code_of", "loops_in_a_line"]


@dataclass(frozen=True, slots=True)
class Code:
    """A function that ran.

    Parameters
    ----------
    name : str
        Its Python name.
    kernel : KernelFunction
        What it stands for.
    source : tuple[tuple[int, str], ...]
        Line numbers and lines; empty where the source is not to be had.
    own : bool
        Whether it is neither the engine's nor an era's, so stands in the place of the kernel's function, not for it.
    """

    name: str
    kernel: KernelFunction
    source: tuple[tuple[int, str], ...] = ()
    own: bool = False

    def line(self, number: int) -> str:
        """Return one line without its indentation, or an empty string."""
        return next((text.strip() for at, text in self.source if at == number), "")


def code_of(code: CodeType) -> Code:
    """Return what there is to show of a code object."""
    return _code_of(_Same(code))


class _Same:
    """A code object as a key, equal to no other: equal ones may stand in two files, or have other comments."""

    __slots__ = ("code",)

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.code is other.code

    def __hash__(self) -> int:
        return id(self.code)


@lru_cache(maxsize=256)
def _code_of(key: _Same) -> Code:
    code = key.code
    name, filename = code.co_name, code.co_filename
    return Code(name, KERNEL.get(name, KernelFunction()), _source(code), own=not filename.startswith(_KERNELS))


def _source(code: CodeType) -> tuple[tuple[int, str], ...]:
    try:
        lines, first = inspect.getsourcelines(code)
    except (OSError, TypeError, SyntaxError):
        return ()
    text = textwrap.dedent("".join(lines))
    hidden = _docstring_lines(text)
    return tuple(
        (first + i, _WORKSHOP.sub("", line))
        for i, line in enumerate(text.rstrip("\n").split("\n"))
        if i + 1 not in hidden
    )


def _docstring_lines(text: str) -> range:
    """Return the lines, from 1, of the docstring and of the blank line below it."""
    try:
        function = ast.parse(text).body[0]
    except (SyntaxError, IndexError):  # the lines of a lambda need not be a statement
        return range(0)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not ast.get_docstring(function):
        return range(0)
    first, rest = function.body[0], function.body[1:]
    return range(first.lineno, rest[0].lineno if rest else (first.end_lineno or 0) + 1)


def loops_in_a_line(code: CodeType) -> bool:
    """Return whether a loop may turn without a new line: ``while True: pass``, a comprehension."""
    return _loops_in_a_line(_Same(code))


@lru_cache(maxsize=256)
def _loops_in_a_line(key: _Same) -> bool:
    code = key.code
    if code.co_name.startswith("<"):
        return True
    source = _source(code)
    if not source:
        return True
    try:
        tree = ast.parse(textwrap.dedent("\n".join(text for _, text in source)))
    except SyntaxError:
        return True
    return any(isinstance(node, ast.comprehension) or _is_one_line_loop(node) for node in ast.walk(tree))


def _is_one_line_loop(node: ast.AST) -> bool:
    return isinstance(node, ast.While | ast.For | ast.AsyncFor) and node.body[0].lineno == node.lineno
