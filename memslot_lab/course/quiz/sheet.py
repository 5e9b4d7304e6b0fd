"""The quiz in a notebook: a sheet of questions, answered in the cells below it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from memslot_lab.course.quiz.cells import Answer, AnswerError
from memslot_lab.course.quiz.grade import Grade
from memslot_lab.course.quiz.making import questions
from memslot_lab.course.quiz.question import Question
from memslot_lab.course.quiz.topics import find_topic
from memslot_lab.views.array import Picture

__all__ = ["Quiz", "quiz", "score_text"]


@dataclass(eq=False)
class Quiz:
    """Some questions, and what has been answered; shows itself in a notebook.

    Parameters
    ----------
    topic : str or None
        What they are about; None for everything.
    seed : int
        Which ones.
    questions : tuple[Question, ...]
        In order; numbered from 1.
    grades : dict[int, Grade]
        The last answer to each, by number.
    """

    topic: str | None
    seed: int
    questions: tuple[Question, ...]
    grades: dict[int, Grade] = field(default_factory=dict[int, Grade])

    def __getitem__(self, number: int) -> Question:
        if not 1 <= number <= len(self.questions):
            raise AnswerError(f"there is no question {number!r}; the sheet has 1 to {len(self.questions)}")
        return self.questions[number - 1]

    def answer(self, number: int, answer: Answer = None) -> Grade:
        """Judge an answer, and remember it; an answer given again takes the place of the one before.

        Parameters
        ----------
        number : int
            Of the question.
        answer : str, int, sequence, mapping, None or ...
            Such as ``"2 3 - ?"``; ``?`` is "not sure yet".

        Raises
        ------
        AnswerError
            There is no such question, or the answer cannot be read.
        """
        grade = self[number].grade(answer)
        self.grades[number] = grade
        return grade

    @property
    def score(self) -> str:
        """How far it is, in one sentence."""
        return score_text(list(self.grades.values()), len(self.questions))

    def _headline(self) -> str:
        words = [repr(self.topic)] if self.topic else []
        again = f"quiz({', '.join([*words, f'seed={self.seed}', f'count={len(self.questions)}'])})"
        return (
            f"{len(self.questions)} questions, seed {self.seed}; another seed gives others. To answer, name the sheet: "
            f"q = {again} gives the same ones."
        )

    def picture(self) -> Picture:
        """Return the sheet as text and HTML."""
        texts, htmls = [self._headline()], [f"<p>{escape(self._headline())}</p>"]
        for question in self.questions:
            shown, how = question.picture(), self._how(question)
            texts.append(f"{shown.text}\n\n{how}")
            box = "border: 1px solid rgba(128, 128, 128, 0.5); border-radius: 8px; padding: 4px 14px; margin: 10px 0"
            htmls.append(f'<div style="{box}; overflow-x: auto">{shown.html}<p><code>{escape(how)}</code></p></div>')
        return Picture("\n\n\n".join(texts), "".join(htmls))

    def _how(self, question: Question) -> str:
        blanks = " ".join("?" for _ in question.cells)
        return f'answer it in a cell below: q.answer({question.origin.number}, "{blanks}")'

    def __repr__(self) -> str:
        return self.picture().text

    def _repr_html_(self) -> str:
        return self.picture().html

    def to_json(self) -> dict[str, Any]:
        """Return questions and grades as plain data."""
        return {
            "topic": self.topic,
            "seed": self.seed,
            "questions": [question.to_json() for question in self.questions],
            "grades": [grade.to_json() for _, grade in sorted(self.grades.items())],
        }


def score_text(grades: Sequence[Grade], count: int) -> str:
    """Return how many questions and cells are right, in one sentence.

    Parameters
    ----------
    grades : Sequence[Grade]
        One for each question that was answered.
    count : int
        How many questions there are.
    """
    cells, most = (sum(getattr(grade, name) for grade in grades) for name in ("points", "max_points"))
    right = sum(grade.right for grade in grades)
    words = f"{right} of {count} questions right, {cells} of {most} cells" if most else f"0 of {count} answered"
    left = count - len(grades)
    return f"{words}; {left} not answered." if left and most else f"{words}."


def quiz(topic: str | None = None, *, seed: int = 1, count: int = 3) -> Quiz:
    """Return a sheet of questions: name it `q`, show it, and answer below with `q.answer(1, "...")`.

    Parameters
    ----------
    topic : str or None, optional
        Such as ``"deleting"``; None takes all topics in turn.
    seed : int, optional
        Which of endlessly many sheets; the same number gives the same one.
    count : int, optional
        How many questions.

    Raises
    ------
    UnknownTopicError
        There is no such topic; the message names the nearest.

    Examples
    --------
    >>> q = quiz("counting", seed=2, count=1)
    >>> q.answer(1, "?").points
    0
    """
    name = find_topic(topic).name if topic else None
    return Quiz(name, seed, questions(name, seed=seed, count=count))
