"""What can be practised: the lessons' topics, their calls, and the shapes that a call can have."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from memslot_lab.course.catalog import did_you_mean, read_manifest
from memslot_lab.course.errors import CourseError
from memslot_lab.course.quiz.cases import Call, QuizCase, Shape
from memslot_lab.course.quiz.count import count
from memslot_lab.course.quiz.find_mutant import find_mutant
from memslot_lab.course.quiz.next_write import next_write
from memslot_lab.course.quiz.order import order
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.search_trace import search_trace
from memslot_lab.course.quiz.trace import trace

__all__ = ["KINDS", "TOPICS", "Topic", "UnknownTopicError", "find_topic", "make", "shapes_of"]

_Maker: TypeAlias = Callable[[Origin, QuizCase], "Question | None"]

KINDS = ("trace", "next-write", "order", "find-mutant", "count")


class UnknownTopicError(CourseError):
    """A topic or a kind of question that there is not."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the course, as far as the quiz asks about it.

    Parameters
    ----------
    name, lesson, exercise : str
        As it is typed; the stems of its lesson and of its exercise.
    calls : tuple[Call, ...]
        What its questions call.
    function : str
        Whose lines are put in order; empty for none.
    kinds : tuple[str, ...]
        Kinds of questions.
    """

    name: str
    lesson: str
    exercise: str
    calls: tuple[Call, ...]
    function: str
    kinds: tuple[str, ...] = KINDS


TOPICS = {
    topic.name: topic
    for topic in (
        Topic(
            "searching",
            "02_finding_a_slot",
            "02_search",
            ("search",),
            "search_memslots",
            ("trace", "order", "find-mutant", "count"),
        ),
        Topic("deleting", "03_deleting", "03_delete", ("delete",), "delete"),
        Topic("creating", "04_creating", "04_create", ("create",), "move_forward"),
        Topic("moving_backward", "05_moving_backward", "05_move_backward", ("move_backward",), "move_backward"),
        Topic("falling_through", "06_falling_through", "06_update", ("move",), "update_memslots"),
        Topic("counting", "09_counting", "09_cost", ("create", "move", "delete"), "", ("count",)),
    )
}


def find_topic(name: str) -> Topic:
    """Return a topic by its name, or by that of its lesson, its exercise or the exercise's topic.

    Raises
    ------
    UnknownTopicError
        There is none; the message names the nearest.
    """
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    if plain in TOPICS:
        return TOPICS[plain]
    for topic in TOPICS.values():
        if plain in (topic.lesson, topic.exercise) or plain == read_manifest()[topic.exercise].topic.replace(" ", "_"):
            return topic
    raise UnknownTopicError(f"the quiz has no topic {name!r}; {did_you_mean(plain, list(TOPICS))}")


@cache
def shapes_of(call: Call) -> tuple[Shape, ...]:
    """Return the shapes that a call is drawn from."""
    return tuple(_SHAPES[call]())


def _deletes() -> Iterator[Shape]:
    return (Shape("delete", n, k, n, stale=s) for n in (3, 4, 5) for k in range(n) for s in (False, True))


def _creates() -> Iterator[Shape]:
    return (Shape("create", n, n, k, stale=s) for n in (2, 3, 4, 5) for k in range(n + 1) for s in (False, True))


def _moves(call: Call) -> Iterator[Shape]:
    pairs = ((n, p, t) for n in (3, 4, 5) for p in range(n) for t in range(n))
    return (Shape(call, n, p, t, stale=s) for n, p, t in pairs for s in (False, True))


def _searches() -> Iterator[Shape]:
    return (Shape("search", n, n, k) for n in (3, 4, 5, 6) for k in range(n + 1))


_SHAPES: dict[str, Callable[[], Iterator[Shape]]] = {
    "delete": _deletes,
    "create": _creates,
    "move_backward": lambda: (s for s in _moves("move_backward") if s.target >= s.place),
    "move": lambda: _moves("move"),
    "search": _searches,
}


def make(topic: Topic, kind: str, origin: Origin, case: QuizCase) -> "Question | None":
    """Make a question of a kind; None where the case does not do."""
    if kind == "order":
        return order(origin, case, topic.function)
    makers: dict[str, _Maker] = {
        "trace": search_trace if case.shape.call == "search" else trace,
        "next-write": next_write,
        "find-mutant": find_mutant,
        "count": count,
    }
    return makers[kind](origin, case)
