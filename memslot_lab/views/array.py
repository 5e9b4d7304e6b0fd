"""A memslot array, or two of them side by side, as text and as an HTML table.

HIGHEST GFN FIRST: the front, index 0, is on top.

An array may hold anything: what a learner's half-finished function leaves behind is what has to be seen.
The HTML uses tables and inline styles only, so that it survives the sanitiser of an untrusted notebook, and no
text colour of its own, so that it reads in a light and in a dark theme.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from html import escape
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeGuard, cast

from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.units import flag_names
from memslot_lab.watch.words import in_words

__all__ = [
    "COLUMNS",
    "ArrayState",
    "Picture",
    "entry_text",
    "in_words",
    "is_slot",
    "read_state",
    "same_entry",
    "show",
    "show_diff",
]

# Okabe-Ito, as tints that leave the theme's own text colour readable; a sign always says the same.
WRONG = "background-color: rgba(213, 94, 0, 0.25)"
RIGHT = "background-color: rgba(0, 114, 178, 0.25)"
CELL = "text-align: left; padding: 2px 10px; white-space: pre; vertical-align: top"
MONO = f"{CELL}; font-family: monospace"

_NAMES = [field.name for field in fields(MemorySlot)]
_values = attrgetter(*_NAMES)
_ALL_INT = (int,) * len(_NAMES)
COLUMNS = 80  # of a terminal as it opens
_LONGEST = 32767  # entries that are read; a kernel array has no more


@dataclass(frozen=True, slots=True)
class Picture:
    """Something to show: text for a terminal, HTML for a notebook."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True, slots=True)
class ArrayState:
    """What an array held at one moment, whatever it was.

    Parameters
    ----------
    memslots, id_to_index : tuple[object, ...]
        The entries; empty when there was no list.
    used_slots : object
        As it stood there, a number or not.
    warnings : tuple[object, ...]
        As noted so far.
    troubles : tuple[str, ...]
        What could not be read, in words.
    before_array : object
        What was stored in front of the array, None if nothing was.
    """

    memslots: tuple[object, ...]
    id_to_index: tuple[object, ...]
    used_slots: object
    warnings: tuple[object, ...] = ()
    troubles: tuple[str, ...] = ()
    before_array: object = None

    @property
    def written(self) -> int:
        """Index behind the last entry that was ever written."""
        return max((i + 1 for i, entry in enumerate(self.memslots) if entry is not None), default=0)

    @property
    def used(self) -> int:
        """Entries that `used_slots` takes in; all that were written when it is no such number."""
        sane = type(self.used_slots) is int and 0 <= self.used_slots <= len(self.memslots)
        return cast("int", self.used_slots) if sane else self.written


def read_state(slots: object) -> ArrayState:
    """Return what `slots` holds now; never raises, whatever it holds."""
    if isinstance(slots, ArrayState):
        return slots
    troubles: list[str] = []
    tables = [_entries(slots, name, troubles) for name in ("memslots", "id_to_index", "warnings")]
    used_slots = getattr(slots, "used_slots", None)
    if type(used_slots) is not int:
        troubles.append(f"used_slots is {in_words(used_slots)}, not an int")
    elif not 0 <= used_slots <= len(tables[0]) and not troubles:
        troubles.append(f"used_slots is {used_slots}, and memslots has {len(tables[0])} entries")
    before_array = getattr(slots, "before_array", None)
    return ArrayState(tables[0], tables[1], used_slots, tables[2], tuple(troubles), before_array)


def _entries(slots: object, name: str, troubles: list[str]) -> tuple[object, ...]:
    entries: Any = getattr(slots, name, None)
    if type(entries) is not list:
        troubles.append(f"{name} is {in_words(entries)}, not a list")
    if not isinstance(entries, list | tuple):
        return ()
    return tuple(cast("Iterable[object]", entries[:_LONGEST]))


def entry_text(entry: object, *, brief: bool = False) -> str:
    """Return one entry in words, without the host address; a brief one without the number of pages.

    Examples
    --------
    >>> entry_text(MemorySlot(id=5, base_gfn=0x300, npages=0x80))
    'slot 5  gfn 0x300..0x37f  0x80 pages'
    >>> entry_text(MemorySlot(id=5, base_gfn=0, npages=0)), entry_text(None), entry_text("x")
    ('slot 5  blank', 'None', "'x', no MemorySlot")
    """
    if entry is None:
        return "None"
    return _slot_text(entry, brief) if is_slot(entry) else f"{in_words(entry)}, no MemorySlot"


def is_slot(entry: object) -> TypeGuard[MemorySlot]:
    """Return whether an entry is a MemorySlot of numbers, and nothing that looks like one."""
    # Subtle: asked some 100,000 times a check, so without a generator; a frozen slot can still lose an attribute.
    try:
        return type(entry) is MemorySlot and (*map(type, _values(entry)),) == _ALL_INT
    except AttributeError:
        return False


def same_entry(one: object, other: object) -> bool:
    """Return whether two entries are alike: the same slot, field by field and type by type, or both None.

    Nothing is asked of the entries themselves: a learner's class may call itself equal to anything.
    """
    if one is None or other is None:
        return one is other
    return is_slot(one) and is_slot(other) and one == other


def _slot_text(slot: MemorySlot, brief: bool) -> str:
    if slot == MemorySlot(slot.id, 0, 0):
        return f"slot {slot.id}  blank"
    end = f"..{slot.base_gfn + slot.npages - 1:#x}" if slot.npages else ""
    pages = "" if brief and slot.npages else f"  {slot.npages:#x} pages"
    flags = f"  {flag_names(slot.flags)}" if slot.flags else ""
    return f"slot {slot.id}  gfn {slot.base_gfn:#x}{end}{pages}{flags}"


# One array.


def show(slots: object, *, lowest_first: bool = False) -> Picture:
    """Return a picture of one array: entries, both ends, what is stale, and the id table.

    Parameters
    ----------
    slots : Memslots or ArrayState
        Any array, also a broken one.
    lowest_first : bool, optional
        Name the ends as a mirrored variant of an exercise has them; the entries stay where they are.

    Examples
    --------
    >>> from memslot_lab.engine import Change, Memslots, update_memslots
    >>> slots = Memslots(capacity=4)
    >>> update_memslots(slots, MemorySlot(id=0, base_gfn=0x0, npages=0x80), Change.CREATE)
    >>> update_memslots(slots, MemorySlot(id=2, base_gfn=0x100, npages=0x80), Change.CREATE)
    >>> show(slots)
    FRONT (index 0, highest GFN)
      [0]  slot 2  gfn 0x100..0x17f  0x80 pages
      [1]  slot 0  gfn 0x0..0x7f  0x80 pages
    BACK (lowest GFN); used_slots = 2
      [2]..[3]  never written
    id_to_index  [0] = 1  [2] = 0  all others -1
    """
    state = read_state(slots)
    rows = list(_rows(state))
    table = _index_text(state)
    front, back = _ends(state, lowest_first)
    lines = [*_in_front(state), front, *(row.text() for row in rows if row.used), back]
    lines += [row.text() for row in rows if not row.used]
    lines += [f"id_to_index  {table}", *(f"! {trouble}" for trouble in state.troubles)]
    return Picture("\n".join(lines), _array_html(state, rows, table, front, back))


def _in_front(state: ArrayState) -> list[str]:
    """Return the line of what a failed move stored in front of the array, if one did."""
    if state.before_array is None:
        return []
    return [f"! in front of the array [-1]: {entry_text(state.before_array)}"]


def _ends(state: ArrayState, lowest_first: bool) -> tuple[str, str]:
    front, back = ("lowest", "highest") if lowest_first else ("highest", "lowest")
    return f"FRONT (index 0, {front} GFN)", f"BACK ({back} GFN); used_slots = {in_words(state.used_slots)}"


class _Row(NamedTuple):
    place: str
    entry: str
    used: bool

    def text(self) -> str:
        return f"  {self.place}  {self.entry}"


def _rows(state: ArrayState) -> Iterator[_Row]:
    end, length = max(state.used, state.written), len(state.memslots)
    for i in range(end):
        yield _Row(f"[{i}]", _entry_cell(state, i), i < state.used)
    if end < length:
        places = f"[{end}]" if end == length - 1 else f"[{end}]..[{length - 1}]"
        yield _Row(places, "never written", used=False)


def _entry_cell(state: ArrayState, i: int, *, brief: bool = False) -> str:
    if i >= len(state.memslots):
        return "no such entry"
    text = entry_text(state.memslots[i], brief=brief)
    return f"{text}  (stale)" if i >= state.used and state.memslots[i] is not None else text


def _index_text(state: ArrayState) -> str:
    present = [(i, index) for i, index in enumerate(state.id_to_index) if _index_cell(index) != "-1"]
    cells = [f"[{slot_id}] = {_index_cell(index)}" for slot_id, index in present]
    if len(cells) < len(state.id_to_index):
        cells.append("all others -1" if cells else "all -1")
    return "  ".join(cells) or "empty"


def _index_cell(index: object) -> str:
    return str(index) if type(index) is int else in_words(index)


def _array_html(state: ArrayState, rows: list[_Row], table: str, front: str, back: str) -> str:
    body = [_line_html(line, style=WRONG) for line in _in_front(state)]
    body += [_line_html(front)]
    body += [_row_html(row) for row in rows if row.used]
    body += [_line_html(back, fence=True)]
    body += [_row_html(row) for row in rows if not row.used]
    body += [_line_html(f"id_to_index  {table}")]
    body += [_line_html(f"! {trouble}", style=WRONG) for trouble in state.troubles]
    return f'<table style="border-collapse: collapse">{"".join(body)}</table>'


def _row_html(row: _Row) -> str:
    faint = "" if row.used else "; opacity: 0.7"
    cells = "".join(f'<td style="{MONO}{faint}">{escape(cell)}</td>' for cell in (row.place, row.entry))
    return f"<tr>{cells}</tr>"


def _line_html(text: str, *, fence: bool = False, style: str = "") -> str:
    line = "; border-top: 2px solid" if fence else ""
    return f'<tr><td colspan="2" style="{CELL}{line}; {style}">{escape(text)}</td></tr>'


# Two arrays.


class _Pair(NamedTuple):
    label: str
    cells: tuple[str, ...]  # before (if given), got, want
    differs: bool


_Table: TypeAlias = list[_Pair]


def show_diff(got: object, want: object, *, before: object = None, names: tuple[str, str] = ("got", "want")) -> Picture:
    """Return two arrays side by side; each row that differs is marked by a sign and by colour.

    Parameters
    ----------
    got, want : Memslots or ArrayState
        What is there, and what should be.
    before : Memslots or ArrayState, optional
        Where both came from, as a column of its own.
    names : tuple[str, str], optional
        Headings of the two.
    """
    states = [read_state(state) for state in (before, got, want) if state is not None]
    heads = ("before", *names)[-len(states) :]
    rows = [
        *_pair_used(states),
        *_pair_before_array(states),
        *_pair_entries(states),
        *_pair_index(states),
        *_pair_warnings(states),
    ]
    return Picture(_diff_text(heads, rows), _diff_html(heads, rows))


def _pair_used(states: list[ArrayState]) -> Iterator[_Pair]:
    cells = tuple(in_words(state.used_slots) for state in states)
    yield _Pair("used_slots", cells, cells[-2] != cells[-1])


def _pair_before_array(states: list[ArrayState]) -> Iterator[_Pair]:
    stored = [state.before_array for state in states]
    if any(entry is not None for entry in stored):
        cells = tuple(entry_text(entry, brief=True) for entry in stored)
        yield _Pair("in front of the array [-1]", cells, not same_entry(*stored[-2:]))


def _pair_entries(states: list[ArrayState]) -> Iterator[_Pair]:
    for i in range(max(max(state.written, state.used) for state in states)):
        got, want = (_at(state, i) for state in states[-2:])
        cells = tuple(_entry_cell(state, i, brief=True) for state in states)
        if cells[-2] == cells[-1] and not same_entry(got, want):  # what the words leave out
            cells = (*cells[:-2], in_words(got, most=120), in_words(want, most=120))
        yield _Pair(f"{_end(i, states[-1].used)}[{i}]", cells, cells[-2] != cells[-1])
    yield from _pair_lengths("memslots", [len(state.memslots) for state in states])


def _end(i: int, used: int) -> str:
    front, back = i == 0 < used, i == used - 1
    return "FRONT, BACK " if front and back else "FRONT " if front else "BACK " if back else ""


def _pair_lengths(name: str, lengths: list[int]) -> Iterator[_Pair]:
    if lengths[-2] != lengths[-1]:
        yield _Pair(f"len({name})", tuple(map(str, lengths)), differs=True)


def _at(state: ArrayState, i: int) -> object:
    return state.memslots[i] if i < len(state.memslots) else None


def _pair_index(states: list[ArrayState]) -> Iterator[_Pair]:
    tables = [state.id_to_index for state in states]
    for slot_id in range(max(map(len, tables))):
        cells = tuple(_index_cell(table[slot_id]) if slot_id < len(table) else "no such entry" for table in tables)
        if not set(cells) <= {"-1", "no such entry"}:
            yield _Pair(f"id_to_index[{slot_id}]", cells, cells[-2] != cells[-1])
    yield from _pair_lengths("id_to_index", [len(table) for table in tables])


def _pair_warnings(states: list[ArrayState]) -> Iterator[_Pair]:
    cells = tuple(", ".join(getattr(w, "site", in_words(w)) for w in state.warnings) or "none" for state in states)
    if cells[-2] != cells[-1]:
        yield _Pair("warnings", cells, differs=True)


def _diff_text(heads: tuple[str, ...], rows: _Table) -> str:
    """Return the table; where it is wider than a terminal, in fewer words."""
    text = _diff_lines(heads, rows, 3)
    if max(map(len, text.splitlines())) <= COLUMNS:
        return text
    return _diff_lines(heads, [_Pair(_fewer(row.label), tuple(map(_fewer, row.cells)), row.differs) for row in rows], 2)


def _fewer(words: str) -> str:
    return words.replace(" of the array", "").replace(" gfn ", " ").replace("  ", " ")


def _diff_lines(heads: tuple[str, ...], rows: _Table, gap: int) -> str:
    table = [("", *heads)] + [(row.label, *row.cells) for row in rows]
    signs = ["  "] + ["!=" if row.differs else "  " for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines: list[str] = []
    for sign, (label, *cells) in zip(signs, table, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append((" " * gap).join([label.rjust(widths[0]), *padded[:-1]]) + f" {sign} {padded[-1]}".rstrip())
    return "\n".join(line.rstrip() for line in lines)


def _diff_html(heads: tuple[str, ...], rows: _Table) -> str:
    top = "".join(f'<th scope="col" style="{CELL}">{head}</th>' for head in ("", *heads[:-1], "", heads[-1]))
    return (
        f'<table style="border-collapse: collapse"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(map(_pair_html, rows))}</tbody></table>"
    )


def _pair_html(row: _Pair) -> str:
    wrong, right = (f"; {WRONG}", f"; {RIGHT}") if row.differs else ("", "")
    sign = "<b>≠</b>" if row.differs else ""
    before = "".join(f'<td style="{MONO}">{escape(cell)}</td>' for cell in row.cells[:-2])
    return (
        f'<tr><th scope="row" style="{MONO}; text-align: right">{escape(row.label)}</th>{before}'
        f'<td style="{MONO}{wrong}">{escape(row.cells[-2])}</td><td style="{CELL}">{sign}</td>'
        f'<td style="{MONO}{right}">{escape(row.cells[-1])}</td></tr>'
    )
