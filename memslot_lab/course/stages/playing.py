"""Make the calls of one case on its stage, each within a budget of steps; say as plain data how each of them went."""

import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterable
from io import TextIOBase
from types import FunctionType, TracebackType
from typing import NamedTuple, TypeAlias

from memslot_lab.course.stages.base import Args, Stage
from memslot_lab.watch.budget import Place, RoughTracer, is_library, place_of, run_with_budget
from memslot_lab.watch.words import in_words

__all__ = [
    "Facts",
    "Function",
    "Played",
    "Printed",
    "Raised",
    "Spot",
    "facts_of",
    "message_of",
    "play_calls",
    "printing_into",
]

Function: TypeAlias = Callable[..., object]

_LONGEST = 200  # characters of an exception's message, or of a line
_ADDRESS = re.compile(" at 0x[0-9A-Fa-f]+(?=>|, file )")  # as Python writes it, not a GFN
_VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class Spot(NamedTuple):
    """A line of the learner's, with the local variables there that are numbers."""

    line: int
    source: str
    numbers: tuple[tuple[str, int], ...]


class Raised(NamedTuple):
    """An exception.

    Parameters
    ----------
    kinds : tuple[str, ...]
        Names of its class and of those above it.
    message : str
        In one line.
    spot : Spot or None
        The innermost line of the learner's own code.
    """

    kinds: tuple[str, ...]
    message: str
    spot: Spot | None


class Played(NamedTuple):
    """What one call left behind.

    Parameters
    ----------
    value : object
        What was taken of what it returned.
    state : object
        What the subject holds afterwards.
    steps : int
        How many it took until it was stopped; 0 where it was not.
    stopped : Spot or None
        Where the budget was spent.
    raised : Raised or None
        What it raised instead of returning.
    printed : str
        The beginning of what it printed.
    """

    value: object
    state: object
    steps: int = 0
    stopped: Spot | None = None
    raised: Raised | None = None
    printed: str = ""

    @property
    def end(self) -> str:
        """How the call ended: "" by itself, else by the budget or by which exception."""
        return "stopped" if self.stopped else next(iter(self.raised.kinds), "Exception") if self.raised else ""


def play_calls(
    stage: Stage, function: Function, calls: Iterable[Args], budget: int, *, tracer: RoughTracer | None = None
) -> list[Played]:
    """Make calls one after the other, each within its budget; the first that does not end by itself is the last.

    With a rough tracer nothing is told, an empty list, where its count goes beyond the budget: whether a call is to be
    stopped, and where, an exact one has to say, in a process of its own.
    """
    played: list[Played] = []
    for args in calls:
        printed, own = Printed(), stage.arguments(args)
        if tracer:
            tracer.start(budget)
        with printing_into(printed):
            run = run_with_budget(lambda own=own: stage.take(function(*own)), budget, tracer=tracer)
        if tracer and run.stopped_at:
            return []
        stopped = _spot(run.stopped_at) if run.stopped_at else None
        raised = _raised(run.error) if run.error is not None and not stopped else None
        steps = run.steps if stopped else 0
        played.append(Played(run.value, stage.read(), steps, stopped, raised, printed.text()))
        if played[-1].end:
            break
    return played


def _spot(place: Place) -> Spot:
    """Return a place with the text of its line."""
    source = linecache.getline(place.filename, place.line).strip()[:_LONGEST]
    return Spot(place.line, source, tuple(place.numbers.items()))


def _raised(error: BaseException) -> Raised:
    kinds = tuple(kind.__name__ for kind in type(error).__mro__[:-1])
    return Raised(kinds, message_of(error), _learners_spot(error.__traceback__))


def message_of(error: BaseException) -> str:
    """Return what an exception says, in one line and without an address, which differs from run to run."""
    try:
        return _ADDRESS.sub("", " ".join(str(error).split()))[:_LONGEST] or "no message"
    except Exception:  # a learner's own exception may do anything
        return "no message"


def _learners_spot(walk: TracebackType | None) -> Spot | None:
    place: Place | None = None
    while walk:
        if not is_library(walk.tb_frame):
            place = place_of(walk.tb_frame, walk.tb_lineno)
        walk = walk.tb_next
    return _spot(place) if place else None


# What can be said of a function before it is called.


class Facts(NamedTuple):
    """What a name was found to be.

    Parameters
    ----------
    words : str
        The thing in words, where it cannot be called; else empty.
    kind : str
        "generator", "async generator" or "coroutine"; else empty.
    parameters : str
        As a signature shows them, "(slots, slot)"; empty where nobody can tell.
    fits : bool
        Whether it takes so many arguments as it will be given.
    ours : bool
        Whether it is a function of this package.
    """

    words: str
    kind: str = ""
    parameters: str = ""
    fits: bool = True
    ours: bool = False


def facts_of(function: object, arguments: int) -> Facts:
    """Return what can be said of a thing that is to be called with so many arguments."""
    if not callable(function):
        return Facts(in_words(function))
    ours = str(getattr(function, "__module__", "")).startswith("memslot_lab.")
    parameters, fits = _signature(function, arguments)
    return Facts("", _kind(function), parameters, fits, ours)


def _kind(function: Function) -> str:
    if inspect.isgeneratorfunction(function):
        return "generator"
    if inspect.isasyncgenfunction(function):
        return "async generator"
    return "coroutine" if inspect.iscoroutinefunction(function) else ""


def _signature(function: Function, arguments: int) -> tuple[str, bool]:
    if type(function) is FunctionType and not vars(function) and not function.__code__.co_flags & _VARIABLE:
        code = function.__code__
        if not code.co_kwonlyargcount:  # the usual case, which needs none of the work below
            names = code.co_varnames[: code.co_argcount]
            needed = code.co_argcount - len(function.__defaults__ or ())
            return f"({', '.join(names)})", needed <= arguments <= code.co_argcount
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a builtin tells none
        return "", True
    parameters = f"({', '.join(signature.parameters)})"
    try:
        signature.bind(*[None] * arguments)
    except TypeError:
        return parameters, False
    return parameters, True


# What is printed meanwhile.


class printing_into:  # noqa: N801  # called like a function, as those of contextlib
    """Send what is printed, to either stream, into this one: a context manager."""

    def __init__(self, stream: TextIOBase) -> None:
        self._stream, self._before = stream, (sys.stdout, sys.stderr)

    def __enter__(self) -> None:
        sys.stdout = sys.stderr = self._stream

    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self._before


class Printed(TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = 2000  # characters

    def write(self, text: str, /) -> int:
        """Keep what there is room for."""
        if self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)
        return len(text)

    def text(self) -> str:
        """Return what was kept."""
        return "".join(self._parts) + ("\n..." if self._room < 0 else "")
