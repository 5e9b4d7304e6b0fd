"""A tape at one of its steps, as text and as HTML tables: the sentence, the counts, and the array."""

from collections.abc import Iterable, Iterator
from html import escape

from memslot_lab.views.array import CELL, Picture, show, show_diff
from memslot_lab.watch import Difference, Tape

__all__ = ["show_pair", "show_tape"]


def show_tape(tape: Tape, step: int = 0) -> Picture:
    """Return a picture of a tape after frame `step`.

    Raises
    ------
    IndexError
        There is no such step.

    Examples
    --------
    >>> from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
    >>> from memslot_lab.watch import record
    >>> tape = record(update_memslots, Memslots(capacity=2), MemorySlot(id=1, base_gfn=0, npages=8), Change.CREATE)
    >>> show_tape(tape, -1)
    update_memslots(slots, slot 1, CREATE)
    step 21 of 21 in update_memslots(): slots.id_to_index[slot.id] = i
    update_memslots() returns None
    0 shifts, 0 comparisons so far
    FRONT (index 0, highest GFN)
      [0]  slot 1  gfn 0x0..0x7  0x8 pages
    BACK (lowest GFN); used_slots = 1
      [1]  never written
    id_to_index  [1] = 0  all others -1
    """
    step = _checked(tape, step)
    array = show(tape.state(step))
    lines = [tape.title, *_frame_lines(tape, step)]
    return Picture("\n".join([*lines, array.text]), _lines_html(lines) + array.html)


def show_pair(tape: Tape, other: Tape, difference: Difference, position: int = 0) -> Picture:
    """Return a picture of two tapes at one of the positions that a difference lays side by side.

    Raises
    ------
    IndexError
        There is no such position.
    """
    step, other_step = difference.pairs[position]
    arrays = show_diff(tape.state(step), other.state(other_step), names=difference.names)
    lines = [tape.title, difference.sentence]
    for name, each, at in zip(difference.names, (tape, other), (step, other_step), strict=True):
        lines += [f"{name}:", *_frame_lines(each, at)]
    return Picture("\n".join([*lines, arrays.text]), _lines_html(lines) + arrays.html)


def _checked(tape: Tape, step: int) -> int:
    if not -len(tape) <= step < len(tape):
        raise IndexError(f"step {step}: this tape has the steps 0 to {len(tape) - 1}; pick one of them")
    return range(len(tape))[step]


def _frame_lines(tape: Tape, step: int) -> Iterator[str]:
    frame = tape[step]
    line = f": {frame.source}" if frame.source else ""
    yield f"step {step} of {len(tape) - 1} in {frame.function}(){line}"
    yield frame.sentence
    shifts = sum(past.shifts for past in tape[: step + 1])
    compares = sum(compared.counts for past in tape[: step + 1] for compared in past.compares)
    hole = "" if frame.hole is None else f"; the hole is index {frame.hole}"
    yield f"{_count(shifts, 'shift')}, {_count(compares, 'comparison')} so far{hole}"


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _lines_html(lines: Iterable[str]) -> str:
    rows = "".join(f'<tr><td style="{CELL}">{escape(line)}</td></tr>' for line in lines)
    return f'<table style="border-collapse: collapse"><tbody>{rows}</tbody></table>'
