"""Known wrong implementations, by name: what their writers think, and the question that leads on.

The list is data, one file an exercise in ``misconceptions/``. A learner's mistake is called by a name only when
the learner's function and the known one did the same in every case: then the name is a fact and no guess.
"""

import linecache
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pkgutil import resolve_name
from typing import Any, cast

from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import Exercise, find_task, read_manifest
from memslot_lab.course.mirror import lowest_first
from memslot_lab.course.play import Attempt, Here, Known, play, same_outcomes
from memslot_lab.course.tasks import cases_of, judged_of

__all__ = ["Candidates", "Misconception", "all_misconceptions", "known", "smallest_case"]


@dataclass(frozen=True, slots=True)
class Misconception:
    """One known wrong implementation of a function that learners write.

    Parameters
    ----------
    name : str
        In kebab case, unique over the course.
    function : str
        Which function.
    thinks : str
        What somebody who writes this probably thinks, one sentence; for teachers.
    says : str
        What is wrong, for the learner, as a fact.
    asks : str
        A question that leads to the mend.
    source : str
        The function as text; it sees what the exercise imports.
    """

    name: str
    function: str
    thinks: str
    says: str
    asks: str
    source: str

    def implementation(self) -> Callable[..., object]:
        """Return the function, made anew, so that no call remembers another's."""
        exercise, _ = find_task(self.function)
        namespace = {**_names(exercise), "__name__": "misconception"}
        filename = f"<known mistake: {self.name}>"
        # So that a tape can show its lines.
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(keepends=True), filename)
        exec(compile(self.source, filename, "exec"), namespace)
        return cast("Callable[..., object]", namespace[self.function])


def _names(exercise: Exercise) -> dict[str, Any]:
    return {name.partition(":")[2]: resolve_name(name) for name in exercise.imports}


@cache
def known(exercise: str) -> tuple[Misconception, ...]:
    """Return the misconceptions about the functions of an exercise; none where it has no file."""
    path = files("memslot_lab.course") / "misconceptions" / f"{exercise}.toml"
    if not path.is_file():
        return ()
    return tuple(Misconception(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["misconception"])


def all_misconceptions() -> list[Misconception]:
    """Return all of them, in the order of the course."""
    return [each for exercise in read_manifest() for each in known(exercise)]


class Candidates:
    """The known mistakes of a function, on cases in the order in which they are played.

    Parameters
    ----------
    function : str
        Name of the function.
    cases : Sequence[Known]
        In that order: a function may remember earlier calls.
    mirrored : bool, optional
        Whether they are played with the lowest GFN first.
    """

    def __init__(self, function: str, cases: Sequence[Known], *, mirrored: bool = False) -> None:
        exercise, _ = find_task(function)
        self._cases = cases
        self._played = [_Played(each, mirrored) for each in known(exercise.name) if each.function == function]

    def named(self, attempts: Sequence[Attempt]) -> Misconception | None:
        """Return the one that did the same in each of the first cases, None where none or several did."""
        pairs = list(zip(self._cases, attempts, strict=False))
        alike = [each.misconception for each in self._played if each.did(pairs)]
        return alike[0] if len(alike) == 1 else None


class _Played:
    """One known mistake, and what it did so far: a case is played when it is first asked for."""

    def __init__(self, misconception: Misconception, mirrored: bool) -> None:
        self.misconception = misconception
        self._attempts: list[Attempt] = []
        self._mirrored = mirrored
        self._here: Here | None = None

    def did(self, pairs: Iterable[tuple[Known, Attempt]]) -> bool:
        """Return whether it did what was done in each of these cases, as far as that tells of a mistake."""
        return all(self._did(number, *pair) for number, pair in enumerate(pairs))

    def _did(self, number: int, known: Known, other: Attempt) -> bool:
        own = self._attempt(number, known)
        if own.broken != other.broken:
            return False
        end = None if other.broken is None else other.broken + 1
        return end is None or same_outcomes(known.case, own.outcomes[:end], other.outcomes[:end])

    def _attempt(self, number: int, known: Known) -> Attempt:
        if number == len(self._attempts):
            if not self._here:
                function = self.misconception.implementation()
                self._here = Here(lowest_first(function) if self._mirrored else function)
            self._attempts.append(self._here.play(known))
        return self._attempts[number]


def smallest_case(misconception: Misconception, cases: Iterable[Case] | None = None) -> Case | None:
    """Return the first of the cases that tells the misconception from what is right, None where none does."""
    implementation, reference = misconception.implementation(), judged_of(misconception.function).reference
    for case in cases if cases is not None else cases_of(misconception.function):
        if not same_outcomes(case, play(case, implementation), play(case, reference)):
            return case
    return None
