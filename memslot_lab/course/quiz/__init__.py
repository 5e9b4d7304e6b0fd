"""Practice that does not run out: questions made from tapes by a seed, judged cell by cell.

For a learner, `quiz()` in a notebook and ``memslot-lab quiz`` in a terminal. For other code one function:

>>> from memslot_lab.course.quiz import questions
>>> trace, *more = questions("deleting", seed=3, count=5)
>>> grade = trace.grade([cell.want for cell in trace.cells])
>>> grade.right, grade.points == grade.max_points
(True, True)

A `Question` is plain data: `text` and HTML in `picture()`, its `cells` with what is right, and `to_json()`.
`Question.grade()` takes a text, a list, or a dict by the names of the cells, and ``?`` for "not sure yet"; it raises
`AnswerError` where an answer cannot be read. What it returns is a `Grade`: a verdict a cell, `right`, `points`,
`text()`, `to_json()`. The same topic, seed and number give the same question for ever.
"""

from memslot_lab.course.quiz.cells import AnswerError, Cell, read_answer
from memslot_lab.course.quiz.grade import Grade, Verdict
from memslot_lab.course.quiz.making import questions
from memslot_lab.course.quiz.question import Question
from memslot_lab.course.quiz.sheet import Quiz, quiz, score_text
from memslot_lab.course.quiz.topics import KINDS, TOPICS, UnknownTopicError, find_topic

__all__ = [
    "KINDS",
    "TOPICS",
    "AnswerError",
    "Cell",
    "Grade",
    "Question",
    "Quiz",
    "UnknownTopicError",
    "Verdict",
    "find_topic",
    "questions",
    "quiz",
    "read_answer",
    "score_text",
]
