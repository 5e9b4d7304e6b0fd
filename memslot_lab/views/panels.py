"""The parts of the stepper's screen: the array, the id table and the source, as styled lines of a given size.

HIGHEST GFN FIRST: the front, index 0, is on top. What a style says, a sign or a word says too.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import NamedTuple, TypeAlias, cast

from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.units import size_of
from memslot_lab.views.walk import Walk
from memslot_lab.watch import Table, Tape
from memslot_lab.watch.words import local_in_words

__all__ = ["Line", "Scene", "Span", "Style", "array_panel", "fit", "index_panel", "scene_of", "source_panel"]

READ, WRITTEN = "○", "●"
ROOMY = 110  # columns from which on sizes and line numbers have room


class Style(Enum):
    """How a piece of text stands out."""

    PLAIN = "plain"
    BOLD = "bold"
    FAINT = "faint"
    LIT = "lit"
    READ = "read"
    WRITTEN = "written"
    HOLE = "hole"
    WRONG = "wrong"


class Span(NamedTuple):
    """A piece of a line, one column a character."""

    text: str
    style: Style = Style.PLAIN


Line: TypeAlias = tuple[Span, ...]


def fit(line: Line, width: int) -> Line:
    """Return the line with exactly so many columns: filled up with blanks, or cut with a sign at its end."""
    missing = width - sum(len(span.text) for span in line)
    if missing >= 0:
        return (*line, Span(" " * missing))
    left, spans = width - 1, list[Span]()
    for text, style in line:
        spans.append(Span(text[:left], style))
        left -= len(spans[-1].text)
    return (*spans, Span("…"))


# What is to be seen.


@dataclass(frozen=True)
class Scene:
    """The state at the frame looked at, and what the frame did.

    Attributes
    ----------
    entries : list[MemorySlot or None]
        The array, up to the last entry in use or ever written.
    used : int
        How many of them are in use.
    index : dict[int, int]
        `id_to_index` without what is -1, but for ids that the request or the frame is about.
    hand : MemorySlot or None
        The changed slot, while it is not in the array.
    hole : int or None
        Index of the place left open.
    focus : int
        Index around which things happen.
    focus_id : int
        The same for the id table.
    read, written : set[tuple[Table, int]]
        The places that the frame read and wrote.
    shifts, compares : int
        How many until now.
    """

    entries: list[MemorySlot | None]
    used: int
    index: dict[int, int]
    hand: MemorySlot | None = None
    hole: int | None = None
    focus: int = 0
    focus_id: int = 0
    read: set[tuple[Table, int]] = field(default_factory=set[tuple[Table, int]])
    written: set[tuple[Table, int]] = field(default_factory=set[tuple[Table, int]])
    shifts: int = 0
    compares: int = 0

    def sign(self, table: Table, place: int = 0) -> Span:
        """Return the sign of what the frame did to a place, one column wide."""
        if (table, place) in self.written:
            return Span(WRITTEN, Style.WRITTEN)
        return Span(READ, Style.READ) if (table, place) in self.read else Span(" ")


def scene_of(walk: Walk) -> Scene:
    """Return what is to be seen now."""
    tape = walk.tape
    return _playing(tape, walk.step) if tape else _still(walk)


def _still(walk: Walk) -> Scene:
    """Return the array that a request leaves as it is, seen where the request's range would be."""
    slots, region = walk.slots, walk.answer.request.region
    entries = cast("list[MemorySlot | None]", slots.memslots)
    focus = sum(slot.base_gfn << 12 > region.guest_phys_addr for slot in slots.memslots[: slots.used_slots])
    slot_id = region.slot & 0xFFFF
    end = max(slots.used_slots, _written(entries))
    return Scene(entries[:end], slots.used_slots, _present(slots.id_to_index, {slot_id}), focus=focus, focus_id=slot_id)


def _playing(tape: Tape, step: int) -> Scene:
    frame, tables = tape[step], tape.tables(step)
    reads, writes = set(frame.reads), {(write.table, write.place) for write in frame.writes}
    hand = cast("MemorySlot", tape.slot_at(tape.hand))
    done = tape.moments[: step + 1]
    stored = any((write.table, write.value) == (Table.MEMSLOTS, tape.hand) for one in done for write in one.writes)
    touched = [(*_places(writes, table), *_places(reads, table)) for table in (Table.MEMSLOTS, Table.ID_TO_INDEX)]
    entries = cast("list[MemorySlot | None]", [tape.slot_at(row) for row in tables.memslots])
    index = cast("list[int]", tables.id_to_index)
    at_rest = index[hand.id] if index[hand.id] >= 0 else tables.used
    return Scene(
        entries=entries[: max(tables.used, _written(entries))],
        used=tables.used,
        index=_present(index, {hand.id, *touched[1]}),
        hand=None if stored else hand,
        hole=frame.hole,
        focus=next(iter(touched[0]), at_rest if frame.hole is None else frame.hole),
        focus_id=next(iter(touched[1]), hand.id),
        read=reads,
        written=writes,
        shifts=sum(write.origin is not None for one in done for write in one.writes),
        compares=sum(comparison.counts for one in done for comparison in one.compares),
    )


def _places(touched: set[tuple[Table, int]], table: Table) -> list[int]:
    return sorted(place for at, place in touched if at is table)


def _written(entries: list[MemorySlot | None]) -> int:
    return next((i + 1 for i in range(len(entries) - 1, -1, -1) if entries[i] is not None), 0)


def _present(index: list[int], wanted: set[int]) -> dict[int, int]:
    present = {slot_id: i for slot_id, i in enumerate(index) if i >= 0 or slot_id in wanted}
    return present | {slot_id: -1 for slot_id in sorted(wanted) if slot_id >= len(index)}


# The array.


def array_panel(scene: Scene, height: int, *, roomy: bool) -> list[Line]:
    """Return the array in so many lines: a window around the action, with what it leaves out counted."""
    entries = _entries(scene, roomy=roomy)
    first, end, last = _window(scene, height - 3)
    hidden, stale, total = scene.used - end, len(scene.entries) - last, len(scene.entries)
    lines = [_hand(scene), (Span("  FRONT", Style.BOLD), Span(" index 0, highest GFN"))]
    if first:
        lines.append(_faint(f"     … {first} more, with higher GFNs"))
    lines += entries[first:end]
    if hidden:
        lines.append(_faint(f"     … {hidden} more, with lower GFNs"))
    lines.append(_fence(scene))
    lines += entries[scene.used : last]
    if stale and total > last:
        lines.append(_faint(f"     … {stale} more stale"))
    return lines + [()] * (height - len(lines))


def _window(scene: Scene, room: int) -> tuple[int, int, int]:
    """Return the first entry shown and the end of those in use, and the end of the stale ones."""
    used, total = scene.used, len(scene.entries)
    if total <= room:
        return 0, used, total
    stale = min(total - used, max(2, room - used))
    shown = stale - (used + stale < total)  # one line says how many more
    room -= stale
    if used <= room:
        return 0, used, used + shown
    focus = min(scene.focus, used - 1)
    if focus < room - 1:
        return 0, room - 1, used + shown
    if focus > used - room:
        return used - room + 1, used, used + shown
    first = max(2, min(_start(focus, room - 2, used), used - room))
    return first, first + room - 2, used + shown


def _start(focus: int, room: int, total: int) -> int:
    """Return where a window begins; it moves by halves of itself, so that the picture stands still for some steps."""
    half = max(room // 2, 1)
    return max(0, min(focus - focus % half - half // 2, total - room))


def _hand(scene: Scene) -> Line:
    if scene.hand is None:
        return _faint("  HAND  nothing")
    return (Span("  HAND  ", Style.BOLD), Span("  ".join(_slot_text(scene.hand)), Style.HOLE))


def _fence(scene: Scene) -> Line:
    back = (Span(" BACK", Style.BOLD), Span(" lowest GFN, used_slots = "))
    style = Style.BOLD if (Table.USED_SLOTS, 0) in scene.written else Style.PLAIN
    return (scene.sign(Table.USED_SLOTS), *back, Span(str(scene.used), style))


def _entries(scene: Scene, *, roomy: bool) -> list[Line]:
    width = len(str(len(scene.entries)))
    texts = [_slot_text(slot, roomy=roomy) for slot in scene.entries]
    columns = [max((len(text[i]) for text in texts if i < len(text)), default=0) for i in range(3)]
    lines: list[Line] = []
    for i, text in enumerate(texts):
        sign, hole = scene.sign(Table.MEMSLOTS, i), i == scene.hole
        words = "  ".join(cell.ljust(column) for cell, column in zip(text, columns, strict=False)).rstrip()
        stale = i >= scene.used
        style = sign.style if sign.text != " " else Style.FAINT if stale else Style.PLAIN
        place = (sign, Span(f" [{i:>{width}}] "))
        if hole:
            lines.append((*place, Span("(hole)", Style.HOLE), Span(f" {_left(scene.entries[i])}", Style.FAINT)))
        else:
            lines.append((*place, Span(words + " stale" * stale, style)))
    return lines


def _left(slot: MemorySlot | None) -> str:
    return f"still slot {slot.id}" if slot else "nothing yet"


def _slot_text(slot: MemorySlot | None, *, roomy: bool = False) -> tuple[str, ...]:
    if slot is None:
        return ("nothing",)
    if not slot.npages:
        return (f"slot {slot.id}", "blank")
    gfns = f"{slot.base_gfn:#x}..{slot.base_gfn + slot.npages - 1:#x}"
    return (f"slot {slot.id}", gfns, size_of(slot.npages)) if roomy else (f"slot {slot.id}", gfns)


def _faint(text: str) -> Line:
    return (Span(text, Style.FAINT),)


# The id table.


def index_panel(scene: Scene, width: int, height: int) -> list[Line]:
    """Return `id_to_index` in at most so many lines, those nearest to the action if there is no room for all."""
    name = "  id_to_index "
    size = max((len(f"[{slot_id}]={i}") for slot_id, i in scene.index.items()), default=0) + 2
    a_line = max((width - len(name)) // size, 1)
    ending = -(-12 // size)  # cells that the words at the end take
    shown = _nearest(list(scene.index), scene.focus_id, a_line * height - ending)
    cells = [_index_cell(scene, slot_id, size) for slot_id in shown]
    rows = [cells[i : i + a_line] for i in range(0, len(cells), a_line)] or [[]]
    if len(rows[-1]) > a_line - ending and len(rows) < height:
        rows.append([])
    rest = len(scene.index) - len(shown)
    rows[-1].append((Span(f" … {rest} more" if rest else " others -1", Style.FAINT),))
    starts = [name, *[" " * len(name)] * (len(rows) - 1)]
    return [(Span(start), *chain.from_iterable(row)) for start, row in zip(starts, rows, strict=True)]


def _index_cell(scene: Scene, slot_id: int, size: int) -> Line:
    index, sign = scene.index[slot_id], scene.sign(Table.ID_TO_INDEX, slot_id)
    style = sign.style if sign.text != " " else Style.FAINT if index < 0 else Style.PLAIN
    text = f"[{slot_id}]={index}"
    return (sign, Span(text, style), Span(" " * (size - 1 - len(text))))


def _nearest(ids: list[int], focus: int, room: int) -> list[int]:
    if len(ids) <= room:
        return ids
    first = _start(ids.index(focus), room, len(ids))
    return ids[first : first + room]


# The source.


def source_panel(walk: Walk, width: int, height: int, *, roomy: bool) -> list[Line]:
    """Return the function that runs, its current line lit, a window of it, and below it its variables."""
    if walk.tape is None:
        return [*_note("update_memslots() is not called:"), *_note("the array stays as it is"), *[()] * (height - 2)]
    frame = walk.tape[walk.step]
    source = walk.tape.codes[walk.tape.moments[walk.step].code].source
    room = height - 2
    at = next((i for i, (number, _) in enumerate(source) if number == frame.line), 0)
    first = _start(at, room, len(source))
    lines: list[Line] = [(Span(f" {frame.function}()", Style.BOLD), Span(f"  line {frame.line}", Style.FAINT))]
    for number, text in source[first : first + room]:
        text = re.sub("  # noqa.*", "", text)
        code = text if roomy else text[(len(text) - len(text.lstrip())) // 2 :]  # half the indentation: it has to fit
        start = f"{number:4} {code}" if roomy else code
        lit = number == frame.line
        lines.append(fit((Span(f"> {start} ", Style.LIT),), width) if lit else (Span(f"  {start}"),))
    shown = "  ".join(local_in_words(*each) for each in reversed(frame.locals.items()))
    lines += [(), (Span(f" {shown}", Style.BOLD),)][-max(height - len(lines), 1) :]
    return lines + [()] * (height - len(lines))


def _note(text: str) -> list[Line]:
    return [(Span(f" {text}", Style.FAINT),)]
