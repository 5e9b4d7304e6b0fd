"""A question: what is shown, what is asked, what is right, and what each known mistake would answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar, NamedTuple

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import Answer, Cell, Value, read_answer
from memslot_lab.course.quiz.grade import CellGrade, Grade, Mistake, Verdict
from memslot_lab.course.quiz.rivals import Rival
from memslot_lab.views.array import Picture

__all__ = ["Origin", "Question", "mistakes_among"]


class Origin(NamedTuple):
    """Where a question comes from; the same origin and kind give the same question.

    Parameters
    ----------
    topic : str
        Of the course.
    seed : int
        Which endless row of questions.
    number : int
        Which of them, from 1.
    """

    topic: str
    seed: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question as plain data.

    Parameters
    ----------
    origin : Origin
        Topic, seed and number.
    case : QuizCase
        The call that it is about.
    ask : str
        What is asked.
    shown : Picture
        What is shown with it, as text and HTML.
    cells : tuple[Cell, ...]
        What is to be filled in.
    mistakes : tuple[Mistake, ...]
        What the wrong versions of the code would answer.
    explain : str
        Shown after the answer.
    """

    kind: ClassVar[str] = ""

    origin: Origin
    case: QuizCase
    ask: str
    shown: Picture
    cells: tuple[Cell, ...]
    mistakes: tuple[Mistake, ...] = ()
    explain: str = ""

    def grade(self, answer: Answer) -> Grade:
        """Judge an answer, cell by cell.

        A cell that is not as it is, but follows from a wrong cell before it, counts as right: one slip costs once.

        Parameters
        ----------
        answer : str, int, sequence, mapping, None or ...
            As `read_answer()` takes it; ``?`` or None for "not sure yet".

        Raises
        ------
        AnswerError
            It cannot be read as an answer to this question.
        """
        values = read_answer(self.cells, answer)
        verdicts = self._verdicts(values)
        cells = tuple(map(CellGrade, self.cells, values, verdicts))
        return Grade(self.origin.number, cells, self._named(values), self._explained(values))

    def _verdicts(self, values: Sequence[Value]) -> list[Verdict]:
        follows = self.follow(values)
        return [_verdict(cell.want, value, own) for cell, value, own in zip(self.cells, values, follows, strict=True)]

    def follow(self, values: Sequence[Value]) -> Sequence[tuple[Value, ...]]:
        """Return for each cell what would follow from the values before it."""
        return [()] * len(values)

    def _named(self, values: Sequence[Value]) -> tuple[Mistake, ...]:
        """Return the mistakes that answer the same: in all cells, and not as the kernel does."""
        if tuple(values) == tuple(cell.want for cell in self.cells) or None in values:
            return ()
        return tuple(mistake for mistake in self.mistakes if mistake.values == tuple(values))

    def _explained(self, values: Sequence[Value]) -> str:
        return self.explain

    @property
    def spread(self) -> int:
        """How many different answers the kernel's code and its wrong versions give: what the question tells apart."""
        return len({mistake.values for mistake in self.mistakes} | {tuple(cell.want for cell in self.cells)})

    @property
    def title(self) -> str:
        """Number, topic and kind."""
        words = self.kind.replace("-", " ")
        return f"Question {self.origin.number}: {self.origin.topic.replace('_', ' ')}, {words}"

    def picture(self) -> Picture:
        """Return title, what is asked, and what is shown, as text and HTML."""
        text = f"{self.title}\n{self.ask}\n\n{self.shown.text}"
        html = f"<p><b>{escape(self.title)}</b><br>{escape(self.ask)}</p>{self.shown.html}"
        return Picture(text, html)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, the right answer with it."""
        return {
            "kind": self.kind,
            **self.origin._asdict(),
            "ask": self.ask,
            "call": self.case.call_text(),
            "shown": self.shown.text,
            "cells": [
                {"name": c.name, "label": c.label, "row": c.row, "choices": list(c.choices), "want": c.want}
                for c in self.cells
            ],
            "mistakes": [
                {"name": m.name, "function": m.function, "thinks": m.thinks, "values": list(m.values)}
                for m in self.mistakes
            ],
            "explain": self.explain,
        }

    def __repr__(self) -> str:
        return self.picture().text

    def _repr_html_(self) -> str:
        return self.picture().html


def _verdict(want: Value, value: Value, own: tuple[Value, ...]) -> Verdict:
    if value is None:
        return Verdict.UNSURE
    if value == want:
        return Verdict.RIGHT
    return Verdict.AFTER_SLIP if value in own else Verdict.WRONG


def mistakes_among(found: Sequence[tuple[Rival, tuple[Value, ...]]], want: tuple[Value, ...]) -> tuple[Mistake, ...]:
    """Return what wrong versions answer, without those that answer as the kernel does."""
    return tuple(Mistake(r.name, r.function, r.thinks, values) for r, values in found if values != want)
