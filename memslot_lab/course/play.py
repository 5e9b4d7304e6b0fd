"""Play a case with a function: what each call returned and left behind, within a budget of steps."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import NamedTuple

from memslot_lab.course.cases import Case
from memslot_lab.course.looks import same_value
from memslot_lab.watch.budget import Run, run_with_budget

__all__ = [
    "Function",
    "Outcome",
    "Printed",
    "parting",
    "play",
    "printing_into",
    "same_outcomes",
    "subject_before",
]

Function = Callable[..., object]


class Outcome(NamedTuple):
    """What one call left behind.

    Parameters
    ----------
    run : Run
        How it ended.
    value : object
        What it returned, in the form that is compared.
    state : object
        What the subject holds afterwards.
    printed : str
        What it printed.
    """

    run: Run
    value: object
    state: object
    printed: str = ""

    @property
    def end(self) -> str:
        """How the call ended: "" by itself, else by the budget or by which exception."""
        return "stopped" if self.run.stopped_at else type(self.run.error).__name__ if self.run.error else ""


def play(case: Case, function: Function) -> list[Outcome]:
    """Make the calls of a case, each within its budget; the first that does not end by itself is the last."""
    subject = case.start()
    outcomes: list[Outcome] = []
    for args in case.calls:
        printed, own = Printed(), case.arguments(subject, args)
        with printing_into(printed):
            run = run_with_budget(lambda own=own: case.take(function(*own)), case.budget)
        outcomes.append(Outcome(run, run.value, case.read(subject), printed.text()))
        if outcomes[-1].end:
            break
    return outcomes


def same_outcomes(case: Case, one: list[Outcome], other: list[Outcome]) -> bool:
    """Return whether two functions did the same in a case: how they ended, what they returned and left behind."""
    return len(one) == len(other) and parting(case, one, other) is None


def parting(case: Case, one: list[Outcome], other: list[Outcome]) -> int | None:
    """Return the first call after which two functions are not alike, None if there is none."""
    for call, (a, b) in enumerate(zip(one, other, strict=False)):
        states = (case.blur(call, outcome.value, outcome.state) for outcome in (a, b))
        if a.end != b.end or not same_value(a.value, b.value) or not case.same(*states):
            return call
    return None


def subject_before(case: Case, call: int, reference: Function) -> object:
    """Return the subject as it should be before one of a case's calls, a new one each time."""
    subject = case.start()
    for args in case.calls[:call]:
        case.take(reference(*case.arguments(subject, args)))
    return subject


@contextmanager
def printing_into(stream: TextIOBase) -> Generator[None]:
    """Send what is printed, to either stream, into this one."""
    with redirect_stdout(stream), redirect_stderr(stream):
        yield


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
