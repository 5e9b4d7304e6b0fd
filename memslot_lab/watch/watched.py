"""A `Memslots` that tells who reads and writes it, to any code that runs on it, unchanged.

The lists are lists, the slots are slots and a GFN is an int: only what Python calls for ``x[i]``, ``x[i] = y``,
``a < b`` and ``slots.name = y`` notes the access as well. Where C code changes a list as a whole (a slice, `insert`,
`sort`, a new list in its place), every entry that differs afterwards counts as written, at once.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from types import CodeType, FrameType
from typing import Any, Protocol, cast

from memslot_lab.engine.model import MemorySlot, Memslots

__all__ = ["Table", "WatchedGfn", "WatchedList", "WatchedMemslots", "Watcher", "plain_slot"]


class Table(IntEnum):
    """What is read or written; the numbers stand in a tape's JSON."""

    MEMSLOTS = 0
    ID_TO_INDEX = 1
    USED_SLOTS = 2
    WARNINGS = 3
    BEFORE_ARRAY = 4
    LEN_MEMSLOTS = 5
    LEN_ID_TO_INDEX = 6


_caller = sys._getframe  # pyright: ignore[reportPrivateUsage]  # inspect's way would cost more than all the rest
_LENGTHS = {Table.MEMSLOTS: Table.LEN_MEMSLOTS, Table.ID_TO_INDEX: Table.LEN_ID_TO_INDEX}


class Watcher(Protocol):
    """Who is told. `code` or `frame` is the function that asked: what a library does on its own does not count."""

    def read(self, table: Table, place: int, code: CodeType) -> None:
        """Take note that a place was read."""

    def wrote(self, changes: list[tuple[Table, int, object]]) -> None:
        """Take note of places written at once, each with its table and new value."""

    def compared(self, comparison: tuple[str, object, object, bool], frame: FrameType) -> None:
        """Take note of an operator, its two operands and the outcome."""


# GFNs.


def _comparison(operator: str, method: Callable[[int, int], Any]) -> Callable[["WatchedGfn", Any], Any]:
    def compare(self: "WatchedGfn", other: Any) -> Any:
        outcome = method(self, other)
        if outcome is not NotImplemented:
            self.watcher.compared((operator, self, other, outcome), _caller(1))
        return outcome

    return compare


class WatchedGfn(int):
    """A GFN that tells with what it is compared.

    An int in all else, save one trap of Python: ``gfn in range(...)`` walks a range for a subclass of int.

    Attributes
    ----------
    row : int
        Which slot of the tape it belongs to.
    """

    watcher: Watcher
    row: int

    __lt__ = _comparison("<", int.__lt__)
    __gt__ = _comparison(">", int.__gt__)
    __le__ = _comparison("<=", int.__le__)
    __ge__ = _comparison(">=", int.__ge__)
    __eq__ = _comparison("==", int.__eq__)  # pyright: ignore[reportAssignmentType]
    __ne__ = _comparison("!=", int.__ne__)  # pyright: ignore[reportAssignmentType]
    __hash__ = int.__hash__

    def __deepcopy__(self, memo: object) -> int:
        return int(self)


def plain_slot(slot: MemorySlot) -> MemorySlot:
    """Return the slot with a GFN that tells nothing."""
    if type(slot.base_gfn) is not WatchedGfn:
        return slot
    return MemorySlot(slot.id, int(slot.base_gfn), slot.npages, slot.flags, slot.userspace_addr)


# Lists.


def _bulk(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def change(self: "WatchedList", *args: Any, **kwargs: Any) -> Any:
        before = list[Any].copy(self)
        try:
            return method(self, *args, **kwargs)
        finally:
            self.tell_changes(before)

    change.__name__ = name
    return change


class WatchedList(list[Any]):
    """One table of a `WatchedMemslots`.

    Parameters
    ----------
    items : iterable
        Its entries.
    watcher : Watcher
        Who is told.
    table : Table
        Which table it is.
    """

    __slots__ = ("table", "watcher")

    def __init__(self, items: Iterable[Any], watcher: Watcher, table: Table) -> None:
        super().__init__(items)
        self.watcher: Watcher | None = watcher  # None once another list has taken its place
        self.table = table

    def __getitem__(self, index: Any) -> Any:
        value = list[Any].__getitem__(self, index)
        if self.watcher is not None:
            code = _caller(1).f_code
            if type(index) is int:
                self.watcher.read(self.table, index if index >= 0 else index + len(self), code)
            elif isinstance(index, slice):
                for place in range(*index.indices(len(self))):
                    self.watcher.read(self.table, place, code)
        return value

    def __setitem__(self, index: Any, value: Any) -> None:
        if type(index) is not int:
            _set_slice(self, index, value)
            return
        list[Any].__setitem__(self, index, value)
        if self.watcher is not None:
            self.watcher.wrote([(self.table, index if index >= 0 else index + len(self), value)])

    def __iter__(self) -> Iterator[Any]:
        i = 0
        while i < len(self):
            if self.watcher is not None:
                self.watcher.read(self.table, i, _caller(1).f_code)
            yield list[Any].__getitem__(self, i)
            i += 1

    def __reversed__(self) -> Iterator[Any]:
        for i in range(len(self) - 1, -1, -1):
            if self.watcher is not None:
                self.watcher.read(self.table, i, _caller(1).f_code)
            yield list[Any].__getitem__(self, i)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [plain_slot(item) if isinstance(item, MemorySlot) else item for item in list[Any].copy(self)]

    def tell_changes(self, before: list[Any]) -> None:
        """Tell every entry that is not what it was, and a new length."""
        if self.watcher is None:
            return
        now = list[Any].copy(self)
        changes: list[tuple[Table, int, object]] = [
            (self.table, i, value) for i, value in enumerate(now) if i >= len(before) or value is not before[i]
        ]
        if len(now) != len(before) and self.table in _LENGTHS:
            changes.append((_LENGTHS[self.table], 0, len(now)))
        if changes:
            self.watcher.wrote(changes)

    append = _bulk("append")
    clear = _bulk("clear")
    extend = _bulk("extend")
    insert = _bulk("insert")
    pop = _bulk("pop")
    remove = _bulk("remove")
    reverse = _bulk("reverse")
    sort = _bulk("sort")
    __delitem__ = _bulk("__delitem__")
    __iadd__ = _bulk("__iadd__")
    __imul__ = _bulk("__imul__")


_set_slice = _bulk("__setitem__")


# The whole.


def _list_property(name: str, table: Table) -> Any:
    def get(self: "WatchedMemslots") -> Any:
        return self.tables[name]

    def put(self: "WatchedMemslots", value: Any) -> None:
        old = self.tables[name]
        if value is old:
            return
        entries = cast("list[Any]", value)
        new = WatchedList(entries, self.watcher, table) if isinstance(value, list | tuple) else None
        self.tables[name] = value if new is None else new
        if isinstance(old, WatchedList):
            old.watcher = None
            before = list[Any].copy(old)
            (WatchedList([], self.watcher, table) if new is None else new).tell_changes(before)

    return property(get, put)


def _value_property(name: str, table: Table) -> Any:
    def get(self: "WatchedMemslots") -> Any:
        self.watcher.read(table, 0, _caller(1).f_code)
        return self.tables[name]

    def put(self: "WatchedMemslots", value: Any) -> None:
        self.tables[name] = value
        self.watcher.wrote([(table, 0, value)])

    return property(get, put)


class WatchedMemslots(Memslots):
    """A copy of a `Memslots` that tells what happens to it.

    Parameters
    ----------
    slots : Memslots
        What to copy; it is not touched.
    watcher : Watcher
        Who is told.
    lend : callable
        Gives each entry the form in which the code under watch gets it.
    """

    memslots = _list_property("memslots", Table.MEMSLOTS)
    id_to_index = _list_property("id_to_index", Table.ID_TO_INDEX)
    warnings = _list_property("warnings", Table.WARNINGS)
    used_slots = _value_property("used_slots", Table.USED_SLOTS)
    before_array = _value_property("before_array", Table.BEFORE_ARRAY)

    def __init__(self, slots: Memslots, watcher: Watcher, lend: Callable[[object], object]) -> None:
        self.capacity = slots.capacity
        self.last_used_slot = slots.last_used_slot
        self.watcher = watcher
        self.tables: dict[str, Any] = {
            "memslots": WatchedList(map(lend, slots.memslots), watcher, Table.MEMSLOTS),
            "id_to_index": WatchedList(slots.id_to_index, watcher, Table.ID_TO_INDEX),
            "warnings": WatchedList(slots.warnings, watcher, Table.WARNINGS),
            "used_slots": slots.used_slots,
            "before_array": slots.before_array,
        }

    def copy(self) -> Memslots:
        """Return a copy that is not watched."""
        new = Memslots(self.capacity)
        new.memslots = self.tables["memslots"].__deepcopy__({})
        new.id_to_index, new.warnings = list(self.tables["id_to_index"]), list(self.tables["warnings"])
        new.used_slots, new.last_used_slot = self.tables["used_slots"], self.last_used_slot
        new.before_array = cast("MemorySlot | None", self.tables["before_array"])
        return new

    def __deepcopy__(self, memo: object) -> Memslots:
        return self.copy()
