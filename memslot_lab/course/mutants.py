"""Wrong versions of `update.py`, each with what its writer probably thinks.

The list is data, mutants.toml: a textual replacement inside one function. The same list proves that the tests
and the graders work, names a learner's mistake, and chooses quiz questions.
"""

import ast
import linecache
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import ModuleType

__all__ = ["Mutant", "load_mutants"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong version of one function.

    Parameters
    ----------
    name : str
        In kebab case, unique.
    function : str
        The function of `update.py` that is wrong.
    thinks : str
        What somebody who writes this probably thinks, one sentence.
    old : str
        Source text that occurs exactly once in the function.
    new : str
        What stands there instead.
    """

    name: str
    function: str
    thinks: str
    old: str
    new: str

    @property
    def source(self) -> str:
        """The text of `update.py` with the mistake in it.

        Raises
        ------
        ValueError
            There is no such function, or `old` does not occur exactly once in it.
        """
        right = _right_source()
        lines = right.splitlines(keepends=True)
        spans = [
            (node.lineno - 1, node.end_lineno)
            for node in ast.parse(right).body
            if isinstance(node, ast.FunctionDef) and node.name == self.function
        ]
        if len(spans) != 1:
            raise ValueError(f"mutant {self.name}: update.py has no function {self.function}; correct mutants.toml")
        start, end = spans[0]
        body = "".join(lines[start:end])
        if body.count(self.old) != 1:
            raise ValueError(
                f"mutant {self.name}: the old text occurs {body.count(self.old)} times in {self.function}(), not once; "
                f"follow update.py in mutants.toml:\n{self.old}"
            )
        return "".join([*lines[:start], body.replace(self.old, self.new), *lines[end:]])

    def module(self) -> ModuleType:
        """Compile the source into a module of its own; `update.py` itself is not touched.

        Examples
        --------
        >>> from memslot_lab.engine import Change, MemorySlot, Memslots
        >>> wrong = next(mutant for mutant in load_mutants() if mutant.name == "insert-keeps-the-count").module()
        >>> slots = Memslots(capacity=2)
        >>> wrong.update_memslots(slots, MemorySlot(id=0, base_gfn=0x100, npages=0x10), Change.CREATE)
        >>> slots.used_slots
        0
        """
        module = ModuleType(f"mutant_{self.name.replace('-', '_')}")
        source, filename = self.source, f"<mutant {self.name}>"
        # So that tracebacks and tapes can show its lines.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        exec(compile(source, filename, "exec"), module.__dict__)
        return module


def load_mutants() -> list[Mutant]:
    """Return every mutant of mutants.toml, in its order: that of the functions in `update.py`."""
    with files("memslot_lab.course").joinpath("mutants.toml").open("rb") as file:
        return [Mutant(**entry) for entry in tomllib.load(file)["mutant"]]


def _right_source() -> str:
    return files("memslot_lab.engine").joinpath("update.py").read_text(encoding="utf-8")
