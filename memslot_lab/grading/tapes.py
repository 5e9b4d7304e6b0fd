"""Read the tape that a child sends of one call of a submission.

A child may lie in its tape. That changes one page, its own, and never a mark: no point follows from a tape. So what
is asked here is only that the judge and the page come to no harm: exact types, bounded numbers and lengths, no format
string. Sentences, holes, shifts and captions are not taken from the child but made here, from what is left. Texts,
such as a line of source, stay a stranger's: escape them wherever they are shown.
"""

from collections.abc import Callable
from typing import Any, cast

from memslot_lab.course.stages.base import Args
from memslot_lab.engine.model import Memslots
from memslot_lab.views.array import is_slot
from memslot_lab.watch import Tape
from memslot_lab.watch.moment import Kind
from memslot_lab.watch.narrate import narrate
from memslot_lab.watch.tape_json import FORMAT, VERSION
from memslot_lab.watch.watched import Table
from memslot_lab.watch.words import COMPARISONS, KERNEL, KernelFunction

__all__ = ["read_tape"]

_FRAMES, _FUNCTIONS, _LINES, _ROWS = 8000, 64, 2000, 4000
_WORDS = 400  # characters of a text
_PLACES = 4096  # of a table; no array of a case has more
_NUMBER = 1 << 64
_EVENTS = 4000  # reads, writes or comparisons of one frame
_TABLES = {table.value for table in Table}
_KINDS = {kind.value for kind in Kind} - {"line"}


class _OddError(ValueError):
    """Something that no recorder writes."""


def read_tape(data: object, slots: Memslots, args: Args) -> Tape | None:
    """Return the tape of one call; None if anything is odd about it.

    Parameters
    ----------
    data : object
        What the child sent, as plain data that `sandbox.wire` has read.
    slots : Memslots
        The array of the call, which the tape must begin with.
    args : Args
        What the call was given besides.
    """
    try:
        tape = narrate(Tape.from_json(_checked(data, slots.capacity, args)))
        return tape if _begins_with(tape, slots) else None
    except Exception:  # whatever a stranger's numbers lead to: there is only no recording
        return None


def _begins_with(tape: Tape, slots: Memslots) -> bool:
    before = tape.before
    return (
        [*map(_plain, before.memslots)] == [*map(_plain, slots.memslots)]
        and before.id_to_index == slots.id_to_index
        and before.used_slots == slots.used_slots
        and before.warnings == slots.warnings
        and _plain(before.before_array) == _plain(slots.before_array)
    )


def _plain(entry: object) -> object:
    return entry if entry is None or is_slot(entry) else str(entry)


# The form that docs/tape.md tells, piece by piece.


def _checked(data: object, capacity: int, args: Args) -> dict[str, Any]:
    """Return what is taken of a tape, or raise _OddError, KeyError or TypeError."""
    given = _table(data)
    if given["format"] != FORMAT or given["version"] != VERSION or given["capacity"] != capacity:
        raise _OddError
    functions = [_function(each) for each in _list(given["functions"], _FUNCTIONS, least=1)]
    if sum(len(function["source"]) for function in functions) > _LINES:
        raise _OddError
    rows = [_row(each) for each in _list(given["rows"], _ROWS)]
    bounds = _Bounds(len(functions), len(rows))
    hand = next((row for row, slot in enumerate(rows) if slot == _hand(args)), None)
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": _text(given["title"]),
        "arguments": [_text(each) for each in _list(given["arguments"], 8)],
        "functions": functions,
        "rows": rows,
        "hand": hand,
        "opens": next((arg for arg in args if type(arg) is int), None),
        "capacity": capacity,
        "start": _start(given["start"], bounds),
        "frames": [bounds.frame(each) for each in _list(given["frames"], _FRAMES, least=1)],
        "says": [""],
        "returned": None if given["returned"] is None else _text(given["returned"]),
    }


def _hand(args: Args) -> object:
    slot = next((arg for arg in args if is_slot(arg)), None)
    return slot and [slot.id, slot.base_gfn, slot.npages, slot.flags, slot.userspace_addr]


def _function(data: object) -> dict[str, Any]:
    given = _table(data)
    name = _text(given["name"])
    kernel = KERNEL.get(name, KernelFunction())
    source = [_list(line, 2, least=2) for line in _list(given["source"], _LINES)]
    lines = [(_whole(number, 0, _NUMBER), _text(text)) for number, text in source]
    own = given.get("own") is True
    return {"name": name, "kernel": kernel.name, "caption": kernel.caption, "source": lines, "own": own}


def _row(data: object) -> list[int] | str:
    if type(data) is str:
        return _text(data)
    return [_whole(number, 0, _NUMBER) for number in _list(data, 5, least=5)]


def _start(data: object, bounds: "_Bounds") -> dict[str, Any]:
    given = _table(data)
    return {
        "memslots": [bounds.row(each) for each in _list(given["memslots"], _PLACES)],
        "id_to_index": [_entry(each) for each in _list(given["id_to_index"], _PLACES)],
        "used_slots": _entry(given["used_slots"]),
        "warnings": [_text(each) for each in _list(given["warnings"], _EVENTS)],
        "before_array": bounds.row(given["before_array"]),
    }


class _Bounds:
    """Reads frames, whose numbers must name functions and rows that there are."""

    def __init__(self, functions: int, rows: int) -> None:
        self._functions, self._rows = functions, rows
        self._readers: dict[str, Callable[[Any], Any]] = {
            "f": lambda number: _whole(number, 0, functions - 1),
            "d": lambda number: _whole(number, 0, _FRAMES),
            "n": lambda number: _whole(number, 0, _NUMBER),
            "t": _text,
            "v": _variables,
            "r": lambda reads: [self._read(each) for each in _list(reads, _EVENTS)],
            "w": lambda writes: [self._write(each) for each in _list(writes, _EVENTS)],
            "c": lambda compares: [self._comparison(each) for each in _list(compares, _EVENTS)],
        }

    def frame(self, data: object) -> dict[str, Any]:
        """Return what is taken of a frame."""
        given = _table(data)
        frame = {key: read(given[key]) for key, read in self._readers.items() if key in given}
        if "k" in given:
            frame["k"] = _one_of(given["k"], _KINDS)
        return frame | {"s": [0]}

    def row(self, data: object) -> int | None:
        """Return the number of a row, or None."""
        return None if data is None else _whole(data, 0, self._rows - 1)

    def _read(self, data: object) -> list[int]:
        table, place = _list(data, 2, least=2)
        return [_one_of(table, _TABLES), _whole(place, -_PLACES, _PLACES)]

    def _write(self, data: object) -> list[Any]:
        table, place, value, *_ = _list(data, 4, least=3)
        return [_one_of(table, _TABLES), _whole(place, 0, _PLACES), self._value(Table(table), value)]

    def _value(self, table: Table, value: object) -> object:
        match table:
            case Table.MEMSLOTS | Table.BEFORE_ARRAY:
                return self.row(value)
            case Table.WARNINGS:
                return _text(value)
            case Table.LEN_MEMSLOTS | Table.LEN_ID_TO_INDEX:
                return _whole(value, 0, _PLACES)
            case Table.ID_TO_INDEX | Table.USED_SLOTS:
                return _entry(value)

    def _comparison(self, data: object) -> list[Any]:
        operator, one, other, outcome, *gfns = _list(data, 5, least=4)
        rows = [self.row(one), self.row(other)]
        if bool(gfns) != (None in rows):
            raise _OddError
        values = [[_whole(gfn, -_NUMBER, _NUMBER) for gfn in _list(pair, 2, least=2)] for pair in gfns]
        return [_one_of(operator, COMPARISONS), *rows, _whole(outcome, 0, 1), *values]


def _variables(data: object) -> dict[str, int | str | None]:
    given = _table(data)
    if len(given) > _EVENTS or not all(name.isidentifier() and len(name) <= _WORDS for name in given):
        raise _OddError
    return {name: None if value is None else _entry(value) for name, value in given.items()}


def _entry(data: object) -> int | str:
    return _text(data) if type(data) is str else _whole(data, -_NUMBER, _NUMBER)


def _whole(data: object, least: int, most: int) -> int:
    if type(data) is not int or not least <= data <= most:
        raise _OddError
    return data


def _text(data: object) -> str:
    if type(data) is not str or len(data) > _WORDS:
        raise _OddError
    return data


def _one_of(data: object, known: "set[Any] | dict[str, Any]") -> Any:
    if type(data) not in (int, str) or data not in known:
        raise _OddError
    return data


def _table(data: object) -> dict[str, Any]:
    if type(data) is not dict:
        raise _OddError
    return cast("dict[str, Any]", data)


def _list(data: object, most: int, *, least: int = 0) -> list[Any]:
    if type(data) is not list or not least <= len(cast("list[Any]", data)) <= most:
        raise _OddError
    return cast("list[Any]", data)
