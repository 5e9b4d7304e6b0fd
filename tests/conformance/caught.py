"""Which vector catches a wrong `update.py`; ``python -m tests.conformance.caught`` prints it for every mutant."""

import sys
from types import FrameType, ModuleType
from typing import Any, NamedTuple

from memslot_lab.course.mutants import load_mutants
from memslot_lab.engine import Memslots

from .operations import State, Update, expected, like, load_sequences, step

# Legal ones first, the shortest first: the first that differs is the one to show. Those with more than 12 slots are
# left out, as these catch everything.
SEQUENCES = [
    sequence
    for name in ("legal", "illegal")
    for sequence in sorted(load_sequences(name), key=lambda sequence: (len(sequence["ops"]), sequence["max_slots"]))
    if sequence["full_states"]
]
_BUDGET = 400  # lines an operation; the right functions need no more than 100 with 12 slots


class OverBudgetError(Exception):
    """An operation that ran too many lines: an endless loop."""


class Catch(NamedTuple):
    """The first operation after which a wrong version shows."""

    file: str
    sequence: str
    operation: str
    number: int
    how: str


def first_catch(module: ModuleType) -> Catch | None:
    """Run the vectors with the module's `update_memslots()`; return where it first differs from C, or None."""
    for sequence in SEQUENCES:
        slots = Memslots(sequence["max_slots"])
        for number, (operation, want) in enumerate(zip(sequence["ops"], sequence["states"], strict=True), 1):
            how = _difference(module, slots, operation, expected(want))
            if how is not None:
                return Catch(sequence["file"], sequence["id"], operation, number, how)
    return None


def _difference(module: ModuleType, slots: Memslots, operation: str, want: State) -> str | None:
    try:
        got = like(want, _budgeted_step(module.update_memslots, slots, operation))
    except Exception as error:  # whatever the mistake leads to is how it shows
        return type(error).__name__
    wrong = [key for key in dict.fromkeys([*want, *got]) if want.get(key) != got.get(key)]
    return ", ".join(wrong) or None


def _budgeted_step(update: Update, slots: Memslots, operation: str) -> State:
    """Apply one operation; count the lines that run in the file of `update`, no wall clock."""
    file, lines = update.__code__.co_filename, 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != file:
            return None
        lines += event == "line"
        if lines > _BUDGET:
            raise OverBudgetError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return step(update, slots, operation)
    finally:
        sys.settrace(before)


def main() -> None:
    """Print a table: mutant, what differs first, after which operation, of which sequence."""
    catches = {mutant.name: first_catch(mutant.module()) for mutant in load_mutants()}
    lines = [
        f"{name:38} {catch.how:28} {catch.number:3}: {catch.operation:16} {catch.file}: {catch.sequence}"
        if catch
        else f"{name:38} NOT CAUGHT"
        for name, catch in catches.items()
    ]
    caught = [catch for catch in catches.values() if catch]
    illegal = sum(catch.file == "illegal" for catch in caught)
    lines.append(f"{len(caught)} of {len(catches)} mutants caught, {illegal} of them by illegal operations only")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
