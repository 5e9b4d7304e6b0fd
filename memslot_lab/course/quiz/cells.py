"""What is asked for, cell by cell, and how what was typed is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import TypeAlias, cast

from memslot_lab.course.errors import CourseError

__all__ = ["NONE", "UNSURE", "Answer", "AnswerError", "Cell", "Value", "read_answer", "read_value"]

Value: TypeAlias = int | str | None  # None: not sure yet
Answer: TypeAlias = "str | int | Sequence[object] | Mapping[str, object] | EllipsisType | None"

UNSURE = "?"
NONE = "-"  # no entry, no slot, nothing
_NUMBER = re.compile(r"-?(?:0x[0-9a-f]+|\d+)", re.IGNORECASE)


class AnswerError(CourseError):
    """An answer that cannot be read; one line in a notebook, which says what can."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that is asked for.

    Parameters
    ----------
    name : str
        Short, unique in its question.
    label : str
        What it is, in words.
    want : int or str
        The right value: a number, ``-`` for nothing, or the name of a choice.
    row : str
        What is asked for together.
    choices : tuple[str, ...]
        What it may be; empty for a number or ``-``.
    """

    name: str
    label: str
    want: int | str
    row: str = ""
    choices: tuple[str, ...] = ()


def read_value(cell: Cell, given: object) -> Value:
    """Return what was answered in one cell; None for "not sure yet".

    Raises
    ------
    AnswerError
        It is no value that this cell can have.

    Examples
    --------
    >>> cell = Cell("a", "i after turn 1", 3)
    >>> read_value(cell, " 0x3 "), read_value(cell, "-"), read_value(cell, "?")
    (3, '-', None)
    """
    if given is None or given is ... or (isinstance(given, str) and given.strip() in (UNSURE, "")):
        return None
    text = str(given).strip()
    if cell.choices:
        for choice in cell.choices:
            if choice.casefold() == text.casefold():
                return choice
        raise AnswerError(f"{cell.name}: {text!r} is none of {', '.join(cell.choices)}; {UNSURE} means not sure yet")
    if isinstance(given, bool) or not (text.casefold() in (NONE, "none") or _NUMBER.fullmatch(text)):
        raise AnswerError(
            f"{cell.name} ({cell.label}): {text!r} is no whole number; "
            f"write a number, {NONE} for nothing, or {UNSURE} for not sure yet"
        )
    return NONE if text.casefold() in (NONE, "none") else int(text, 0 if "x" in text.casefold() else 10)


def read_answer(cells: Sequence[Cell], answer: Answer) -> tuple[Value, ...]:
    """Return the values of all cells, in order.

    Parameters
    ----------
    cells : Sequence[Cell]
        Of the question.
    answer : str, int, sequence, mapping, None or ...
        A text with a value for each cell, between spaces or commas; or the values; or some of them by the names of
        their cells, the others being not sure yet; None or three dots for nothing yet.

    Raises
    ------
    AnswerError
        Too many or too few values, an unknown name, or a value that its cell cannot have.
    """
    if answer is None or answer is ... or answer == UNSURE:
        return (None,) * len(cells)
    if isinstance(answer, Mapping):
        return _by_name(cells, answer)
    values: list[object] = _listed(answer)
    if len(values) != len(cells):
        names = ", ".join(cell.name for cell in cells)
        raise AnswerError(
            f"{len(values)} {'value' if len(values) == 1 else 'values'} for {len(cells)} "
            f"{'cell' if len(cells) == 1 else 'cells'} ({names}); write {UNSURE} for each that you are not sure of yet"
        )
    return tuple(read_value(cell, value) for cell, value in zip(cells, values, strict=True))


def _listed(answer: object) -> list[object]:
    if isinstance(answer, str):
        return [word for word in re.split(r"[\s,;]+", answer.strip()) if word]
    return list(cast("Sequence[object]", answer)) if isinstance(answer, list | tuple) else [answer]


def _by_name(cells: Sequence[Cell], answer: Mapping[str, object]) -> tuple[Value, ...]:
    known = [cell.name for cell in cells]
    for name in answer:
        if name not in known:
            raise AnswerError(f"no cell is called {name!r}; the cells are {', '.join(known)}")
    return tuple(read_value(cell, answer.get(cell.name)) for cell in cells)
