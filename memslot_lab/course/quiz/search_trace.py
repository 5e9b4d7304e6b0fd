"""The search's trace: which entries it looks at, and what it returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar

from memslot_lab.course.quiz.cases import QuizCase
from memslot_lab.course.quiz.cells import NONE, Cell, Value
from memslot_lab.course.quiz.question import Origin, Question, mistakes_among
from memslot_lab.course.quiz.rivals import REFERENCE, play, rivals_for
from memslot_lab.course.quiz.tables import blank, block, joined, table
from memslot_lab.views.array import show
from memslot_lab.watch import Tape

__all__ = ["SearchTraceQuestion", "found_slot", "looks", "search_trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTraceQuestion(Question):
    """Which entries a bisection looks at, and which slot it returns."""

    kind: ClassVar[str] = "trace"

    def follow(self, values: Sequence[Value]) -> Sequence[tuple[Value, ...]]:
        """Go on from the learner's own looks."""
        used, gfn = self.case.used, self.case.slot.base_gfn
        start, end, follows = 0, len(used), list[tuple[Value, ...]]()
        for value in values[:-1]:
            pivot = start + (end - start) // 2 if start < end else None
            follows.append((pivot,))
            seen = pivot if value is None else value
            if not isinstance(seen, int) or not 0 <= seen < len(used):
                continue
            start, end = (start, seen) if gfn >= used[seen].base_gfn else (seen + 1, end)
        holds = 0 <= start < len(used) and 0 <= gfn - used[start].base_gfn < used[start].npages
        return [*follows, (used[start].id if holds else NONE,)]


def looks(tape: Tape) -> list[int]:
    """Return the indices of the entries whose GFN the loop compares."""
    slots = tape.before.memslots[: tape.before.used_slots]
    place = {slot.base_gfn: i for i, slot in enumerate(slots)}
    found = [c for frame in tape if frame.function == "search_memslots" for c in frame.compares if c.counts]
    return [place.get(comparison.gfns[0], place.get(comparison.gfns[1], -1)) for comparison in found]


def found_slot(tape: Tape) -> Value:
    """Return the id of the slot that a search returned, ``-`` for none; None where it ends badly."""
    if tape.returned is None:
        return None
    slots = tape.before.memslots[: tape.before.used_slots]
    return next((slot.id for slot in slots if f"id={slot.id}," in tape.returned), NONE)


def search_trace(origin: Origin, case: QuizCase) -> SearchTraceQuestion:
    """Make a question of a search."""
    tape = play(REFERENCE, case)
    turns = len(looks(tape))
    want = _answers(tape, turns)
    labels = [f"entry of look {k + 1}" for k in range(turns)] + ["id of the slot returned"]
    cells = tuple(
        Cell(name, label, value or 0, label) for name, label, value in zip(ascii_lowercase, labels, want, strict=False)
    )
    found = [(rival, _answers(play(rival, case), turns)) for rival in rivals_for("search")]
    heads = [*(f"look {k + 1}" for k in range(turns)), "returned"]
    return SearchTraceQuestion(
        origin=origin,
        case=case,
        ask="Which index does each turn look at, and the slot of which id comes back? - stands for none.",
        shown=joined(
            show(case.array()),
            block("The call:", case.call_text()),
            table(heads, [("index or id", [blank(cell.name) for cell in cells])]),
        ),
        cells=cells,
        mistakes=mistakes_among(found, want),
        explain="\n".join(f"- {frame.sentence}" for frame in tape if frame.compares),
    )


def _answers(tape: Tape, turns: int) -> tuple[Value, ...]:
    seen: list[Value] = [*looks(tape)]
    return (*(seen + [None] * turns)[:turns], found_slot(tape))
