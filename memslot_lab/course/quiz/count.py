"""Count the shifts and the comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import NONE, Cell, Value
from memslot_lab.course.quiz.question import Origin, Question, mistakes_among
from memslot_lab.course.quiz.rivals import REFERENCE, play, rivals_for
from memslot_lab.course.quiz.search_trace import found_slot, looks
from memslot_lab.course.quiz.tables import block, joined
from memslot_lab.views.array import show
from memslot_lab.watch import Tape

__all__ = ["CountQuestion", "compares_from", "count", "shifts_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountQuestion(Question):
    """Where the slot ends, and what that costs."""

    kind: ClassVar[str] = "count"

    def follow(self, values: Sequence[Value]) -> Sequence[tuple[Value, ...]]:
        """Count from the learner's own index, and the comparisons also from the learner's own shifts."""
        shape, (index, *rest) = self.case.shape, values
        if shape.call == "search":
            return [(), ()]
        index = self.cells[0].want if index is None else index
        own = (shifts_from(self.case, index),) if isinstance(index, int) else ()
        if shape.call == "delete":
            return [(), own]
        ends = [index, *_ends(self.case, rest[0])]
        return [(), own, tuple(compares_from(self.case, end) for end in ends if isinstance(end, int))]


def _ends(case: QuizCase, shifts: Value) -> list[int]:
    """Return where a slot would end after so many shifts, the way that it really goes."""
    way = -1 if case.shape.target < case.shape.place else 1
    return [case.shape.place + way * shifts] if isinstance(shifts, int) else []


def shifts_from(case: QuizCase, index: int) -> int:
    """Return how many slots are shifted for a slot that ends, or for a delete stood, at an index."""
    if case.shape.call == "delete":
        return len(case.used) - 1 - index
    return abs(case.shape.place - index)


def compares_from(case: QuizCase, index: int) -> int:
    """Return how many comparisons ask for the order: one a shift, and one that ends each way before the array does."""
    shape = case.shape
    shifts, last = shifts_from(case, index), len(case.used) - 1
    if shape.call == "create":
        return shifts + (index > 0)
    backward = max(index, shape.place) < last if index >= shape.place else shape.place < last
    forward = index > 0 and shape.call == "move"
    return shifts + backward + forward


def count(origin: Origin, case: QuizCase) -> CountQuestion:
    """Make a counting question of a case."""
    tape = play(REFERENCE, case)
    names = _names(case)
    want = _answers(tape, case)
    cells = tuple(
        Cell(name, label, 0 if value is None else value, label)
        for name, label, value in zip("abc", names, want, strict=False)
    )
    found = [(rival, _answers(play(rival, case), case)) for rival in rivals_for(case.shape.call)]
    rows = "\n".join(f"({cell.name}) {cell.label}" for cell in cells)
    return CountQuestion(
        origin=origin,
        case=case,
        ask="Count, without running it. A comparison counts when it asks which of two GFNs is higher.",
        shown=joined(show(case.array()), block("The call:", case.call_text()), block("How many, and where:", rows)),
        cells=cells,
        mistakes=mistakes_among(found, want),
        explain="\n".join(f"- {frame.sentence}" for frame in tape if frame.shifts or frame.compares or frame.writes),
    )


def _names(case: QuizCase) -> tuple[str, ...]:
    if case.shape.call == "search":
        return ("comparisons in the loop", "id of the slot returned, - for none")
    if case.shape.call == "delete":
        return ("index of the slot before the call", "slots shifted")
    return ("index where the slot belongs", "slots shifted", "comparisons of GFNs")


def _answers(tape: Tape, case: QuizCase) -> tuple[Value, ...]:
    call = case.shape.call
    if tape.error or tape.stopped:
        return (None,) * len(_names(case))
    if call == "search":
        return len(looks(tape)), found_slot(tape)
    if call == "delete":
        return case.shape.place, tape.shifts
    if call == "move_backward":
        return int(tape.returned or -1), tape.shifts, tape.compares
    index = tape.after.id_to_index[case.slot.id]
    return index if index >= 0 else NONE, tape.shifts, tape.compares
