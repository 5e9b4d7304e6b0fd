"""Known wrong implementations, by name: what their writers think, and the question that leads on.

The list is data, one file an exercise in ``misconceptions/``. A learner's mistake is called by a name only when
the learner's function and the known one did the same in every case: then the name is a fact and no guess.
"""

import linecache
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pkgutil import resolve_name
from typing import Any, cast

from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import Exercise, find_task, read_manifest
from memslot_lab.course.mirror import lowest_first
from memslot_lab.course.play import Outcome, play, same_outcomes
from memslot_lab.course.tasks import cases_of, judged_of

__all__ = ["Misconception", "all_misconceptions", "known", "named", "smallest_case"]


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


def named(function: str, outcomes: Mapping[Case, list[Outcome]], *, mirrored: bool = False) -> Misconception | None:
    """Return the one misconception that did the same in each of these cases, None where none or several did.

    Parameters
    ----------
    function : str
        Name of the learner's function.
    outcomes : Mapping[Case, list[Outcome]]
        What the learner's function did, in the order in which it did it: it may remember earlier calls.
    mirrored : bool, optional
        Whether it did so with the lowest GFN first.
    """
    exercise, _ = find_task(function)
    candidates = [each for each in known(exercise.name) if each.function == function]
    alike = [each for each in candidates if _alike(each, outcomes, mirrored)]
    return alike[0] if len(alike) == 1 else None


def _alike(misconception: Misconception, outcomes: Mapping[Case, list[Outcome]], mirrored: bool) -> bool:
    implementation = misconception.implementation()
    implementation = lowest_first(implementation) if mirrored else implementation
    return all(same_outcomes(case, play(case, implementation)[: len(own)], own) for case, own in outcomes.items())


def smallest_case(misconception: Misconception, cases: Iterable[Case] | None = None) -> Case | None:
    """Return the first of the cases that tells the misconception from what is right, None where none does."""
    implementation, reference = misconception.implementation(), judged_of(misconception.function).reference
    for case in cases if cases is not None else cases_of(misconception.function):
        if not same_outcomes(case, play(case, implementation), play(case, reference)):
            return case
    return None
