"""What became of an answer: a verdict for each cell, and facts about what was written."""

from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import Any

from memslot_lab.course.quiz.cells import NONE, Cell, Value
from memslot_lab.views.array import CELL, MONO, RIGHT, WRONG, Picture

__all__ = ["CellGrade", "Grade", "Mistake", "Verdict"]


class Verdict(Enum):
    """What one cell is."""

    RIGHT = "right"
    AFTER_SLIP = "right after the slip"  # not as it is, but as it follows from the learner's own earlier cell
    WRONG = "wrong"
    UNSURE = "not sure yet"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a wrong version of the code gives as the answer to a question.

    Parameters
    ----------
    name, function : str
        Of the version, and of the function that is changed.
    thinks : str
        What it is written by, one sentence.
    values : tuple[int or str or None, ...]
        Its answer; None where it has none.
    """

    name: str
    function: str
    thinks: str
    values: tuple[Value, ...]

    @property
    def says(self) -> str:
        """The fact, in one sentence; nothing about who answered."""
        return f"That is what comes out when {self.function}() is written by this rule: {self.thinks}"


@dataclass(frozen=True, slots=True)
class CellGrade:
    """The verdict on one cell.

    Parameters
    ----------
    cell : Cell
        What was asked.
    given : int or str or None
        What was answered.
    verdict : Verdict
        What it is.
    """

    cell: Cell
    given: Value
    verdict: Verdict

    @property
    def counts(self) -> bool:
        """Whether it earns its point."""
        return self.verdict in (Verdict.RIGHT, Verdict.AFTER_SLIP)

    @property
    def text(self) -> str:
        """The verdict in words."""
        want = "nothing" if self.cell.want == NONE else str(self.cell.want)
        if self.verdict is Verdict.UNSURE:
            return f"not sure yet: it is {want}"
        words = {
            Verdict.RIGHT: "right",
            Verdict.AFTER_SLIP: f"follows from the slip before it, and counts as right (it is {want})",
            Verdict.WRONG: f"wrong: it is {want}",
        }
        return f"{self.given}  {words[self.verdict]}"


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of the answer to one question; shows itself in a notebook.

    Parameters
    ----------
    number : int
        Of the question.
    cells : tuple[CellGrade, ...]
        In order.
    mistakes : tuple[Mistake, ...]
        Wrong versions whose answer is exactly this one.
    explain : str
        What happens, in words.
    """

    number: int
    cells: tuple[CellGrade, ...]
    mistakes: tuple[Mistake, ...] = ()
    explain: str = ""

    @property
    def right(self) -> bool:
        """Whether every cell is as it is, with no slip at all."""
        return all(cell.verdict is Verdict.RIGHT for cell in self.cells)

    @property
    def unsure(self) -> bool:
        """Whether nothing was answered yet."""
        return all(cell.verdict is Verdict.UNSURE for cell in self.cells)

    @property
    def points(self) -> int:
        """Cells that are right, or right after a slip."""
        return sum(cell.counts for cell in self.cells)

    @property
    def max_points(self) -> int:
        """Cells asked for."""
        return len(self.cells)

    @property
    def headline(self) -> str:
        """The outcome in one sentence."""
        if self.right:
            return "Right."
        if self.unsure:
            return "Not sure yet is an answer too. Here it is:"
        return f"{self.points} of {self.max_points} cells right."

    def _lines(self) -> list[str]:
        many = len(self.cells) > 1
        shown = [] if self.right else [c for c in self.cells if not many or c.verdict is not Verdict.RIGHT]
        return [f"{c.cell.name}  {c.cell.label}: {c.text}" if many else c.text for c in shown]

    def text(self) -> str:
        """Return it for a terminal."""
        says = [mistake.says for mistake in self.mistakes[:2]]
        lines = [f"  {line}" for line in self._lines()]
        return "\n".join([self.headline, *lines, *says, self.explain])

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "number": self.number,
            "right": self.right,
            "points": self.points,
            "max_points": self.max_points,
            "cells": [
                {"name": c.cell.name, "given": c.given, "want": c.cell.want, "verdict": c.verdict.name.lower()}
                for c in self.cells
            ],
            "mistakes": [mistake.name for mistake in self.mistakes],
            "text": self.text(),
        }

    def picture(self) -> Picture:
        """Return it as text and HTML."""
        tint = RIGHT if self.right else "" if self.unsure else WRONG
        sign = "✓ " if self.right else "" if self.unsure else "✗ "
        rows = [f'<div style="{tint}; padding: 6px 12px"><b>{sign}{escape(self.headline)}</b></div>']
        if lines := self._lines():
            cells = "".join(f'<tr><td style="{CELL}">{escape(line)}</td></tr>' for line in lines)
            rows.append(f'<table style="border-collapse: collapse">{cells}</table>')
        rows += [f"<p>{escape(mistake.says)}</p>" for mistake in self.mistakes[:2]]
        look = f"{MONO}; padding: 0" if "\n " in self.explain else "white-space: pre-line"  # code, or sentences
        rows += [f'<p style="{look}">{escape(self.explain)}</p>']
        return Picture(self.text(), "".join(rows))

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.picture().html
