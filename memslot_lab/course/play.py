"""Play a case with a function: what each call returned and left behind, within a budget of steps."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from memslot_lab.course.cases import Case
from memslot_lab.course.stages import Stage
from memslot_lab.course.stages.base import Args
from memslot_lab.course.stages.playing import (
    Facts,
    Function,
    Played,
    Printed,
    facts_of,
    play_calls,
    printing_into,
)
from memslot_lab.engine.model import Memslots
from memslot_lab.watch import Tape, record

__all__ = [
    "Attempt",
    "Function",
    "Here",
    "Known",
    "Outcome",
    "Player",
    "attempted",
    "formed",
    "known",
    "parting",
    "play",
    "same_outcomes",
    "stage_before",
]

Outcome = Played  # its value in the form that is compared


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Known:
    """A case, and what is right in it; found by which one it is, for a case with its slots is slow to hash.

    Parameters
    ----------
    case : Case
        The case.
    played : list[Played]
        What the reference returned and left behind in each call.
    right : list[Outcome]
        The same, each value in the form that is compared.
    """

    case: Case
    played: list[Played]
    right: list[Outcome]


class Attempt(NamedTuple):
    """What a function did in a case.

    Parameters
    ----------
    outcomes : list[Outcome]
        Of each call, up to the first that did not end by itself.
    broken : int or None
        The first call after which not all is as it should be; later ones are made on what is broken already.
    """

    outcomes: list[Outcome]
    broken: int | None

    @property
    def ended(self) -> bool:
        """Whether the function came to an end by itself."""
        return self.outcomes[-1].end != "stopped"


def known(case: Case, reference: Function) -> Known:
    """Return a case with what its reference does in it."""
    played = play_calls(case.start(), reference, case.calls, case.budget)
    return Known(case, played, formed(case, played))


class Player(Protocol):
    """Somewhere a learner's function can be called, and nothing else of it is known."""

    def facts(self, arguments: int) -> Facts:
        """Return what can be said of the function before it is called with so many arguments."""
        ...

    def play(self, known: Known) -> Attempt:
        """Make the calls of a case."""
        ...

    def record(self, slots: Memslots, args: Args, steps: int) -> Tape | None:
        """Return one call, recorded; None where it cannot be watched."""
        ...


class Here:
    """Plays a function in this process: for its own writer, and for those of the course.

    Parameters
    ----------
    function : object
        Any thing that a learner calls a function.
    """

    def __init__(self, function: object) -> None:
        self._function = function

    def facts(self, arguments: int) -> Facts:
        """Return what can be said of the function before it is called with so many arguments."""
        return facts_of(self._function, arguments)

    def play(self, known: Known) -> Attempt:
        """Make the calls of a case."""
        assert callable(self._function)
        return attempted(known, play(known.case, self._function))

    def record(self, slots: Memslots, args: Args, steps: int) -> Tape:
        """Return one call, recorded."""
        assert callable(self._function)
        with printing_into(Printed()):
            return record(self._function, slots, *args, steps=steps)


def play(case: Case, function: Function) -> list[Outcome]:
    """Make the calls of a case, each within its budget; the first that does not end by itself is the last."""
    return formed(case, play_calls(case.start(), function, case.calls, case.budget))


def formed(case: Case, played: list[Played]) -> list[Outcome]:
    """Return what was played, each value in the form that is compared."""
    return [one if one.end else one._replace(value=case.form(one.value)) for one in played]


def attempted(known: Known, outcomes: list[Outcome]) -> Attempt:
    """Return what was done in a case, beside what is right in it."""
    return Attempt(outcomes, parting(known.case, outcomes, known.right))


def same_outcomes(case: Case, one: list[Outcome], other: list[Outcome]) -> bool:
    """Return whether two functions did the same in a case: how they ended, what they returned and left behind."""
    return len(one) == len(other) and parting(case, one, other) is None


def parting(case: Case, one: list[Outcome], other: list[Outcome]) -> int | None:
    """Return the first call after which two functions are not alike, None if there is none."""
    for call, (a, b) in enumerate(zip(one, other, strict=False)):
        states = (case.blur(call, outcome.value, outcome.state) for outcome in (a, b))
        if a.end != b.end or not case.alike(a.value, b.value) or not case.same(*states):
            return call
    return None


def stage_before(case: Case, call: int, reference: Function) -> Stage:
    """Return the stage as it should be before one of a case's calls, a new one each time."""
    stage = case.start()
    for args in case.calls[:call]:
        stage.take(reference(*stage.arguments(args)))
    return stage
