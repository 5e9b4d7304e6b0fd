"""The kernel's code and its wrong versions, played on a case: what the quiz knows of mistakes."""

import linecache
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import ModuleType

from memslot_lab.course.mutants import load_mutants
from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.watch import Tape, record

__all__ = ["REFERENCE", "Rival", "play", "right_source", "rivals_for"]

_STEPS = 400  # lines; a right run on eight slots needs a quarter of it


@dataclass(frozen=True, slots=True)
class Rival:
    """One version of the code.

    Parameters
    ----------
    name : str
        In kebab case; empty for the kernel's own.
    function : str
        The one that is changed.
    thinks : str
        What this version is written by, one sentence.
    old, new : str
        The text that was changed, and what stands there instead.
    """

    name: str = ""
    function: str = ""
    thinks: str = ""
    old: str = ""
    new: str = ""


REFERENCE = Rival()


def right_source(function: str) -> str:
    """Return the text of the module that a function of the engine lives in."""
    module = "lookup.py" if function == "search_memslots" else "update.py"
    return files("memslot_lab.engine").joinpath(module).read_text(encoding="utf-8")


@cache
def _rivals() -> tuple[Rival, ...]:
    changed = tuple(Rival(m.name, m.function, m.thinks, m.old, m.new) for m in load_mutants())
    with files("memslot_lab.course.quiz").joinpath("search.toml").open("rb") as file:
        searches = tomllib.load(file)["rival"]
    return (*changed, *(Rival(function="search_memslots", **entry) for entry in searches))


@cache
def rivals_for(call: str) -> tuple[Rival, ...]:
    """Return the wrong versions that a call can run into, in the order of the code."""
    return tuple(rival for rival in _rivals() if rival.function in _FUNCTIONS[call])


_FUNCTIONS = {
    "delete": ("delete",),
    "create": ("insert_back", "move_forward", "update_memslots"),
    "move_backward": ("move_backward",),
    "move": ("move_backward", "move_forward", "update_memslots"),
    "search": ("search_memslots",),
}


@cache
def _module(rival: Rival, entry: str) -> ModuleType:
    """Compile a version; what it replaces occurs once in its function."""
    if rival.name and rival.function != "search_memslots":
        return next(mutant for mutant in load_mutants() if mutant.name == rival.name).module()
    source = right_source(entry)
    if rival.name and source.count(rival.old) != 1:
        raise ValueError(
            f"{rival.name}: the old text does not occur once in {entry}(); follow lookup.py in search.toml"
        )
    source, filename = source.replace(rival.old, rival.new) if rival.name else source, f"<quiz {rival.name or entry}>"
    module = ModuleType(f"quiz_{rival.name.replace('-', '_')}")
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), module.__dict__)
    return module


@lru_cache(maxsize=2048)
def play(rival: Rival, case: QuizCase) -> Tape:
    """Return the tape of one version on one case."""
    module = _module(rival, case.entry)
    return record(getattr(module, case.entry), case.array(), *case.arguments, steps=_STEPS)
