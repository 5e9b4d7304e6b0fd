"""Turn an array around: LOWEST GFN FIRST, for the mirrored variants of the exercises.

A slot that begins at `base_gfn` begins at ``limit - (base_gfn + npages)`` afterwards, and a frame `gfn` becomes
``limit - 1 - gfn``: memory is read from the other end. What was in the kernel's order, highest first, then stands
lowest first, entry by entry; index table, warnings and counts are the same. So the engine needs no second version of
itself: `lowest_first()` turns the array, lets the kernel's function run, and turns the array back.
"""

from collections.abc import Callable, Iterator
from copy import copy
from functools import update_wrapper
from inspect import signature
from typing import Any, cast

from memslot_lab.engine.model import Gfn, MemorySlot, Memslots

__all__ = ["LowestFirst", "is_blank", "lowest_first", "turn_array", "turn_gfn", "turn_slot"]

_LIMIT: Gfn = 1 << 64  # beyond any guest frame


def turn_gfn(gfn: Gfn, limit: Gfn = _LIMIT) -> Gfn:
    """Return the frame that lies as far from the other end of memory.

    Examples
    --------
    >>> hex(turn_gfn(0x100, 0x1000)), hex(turn_gfn(0xEFF, 0x1000))
    ('0xeff', '0x100')
    """
    return limit - 1 - gfn


def turn_slot(slot: MemorySlot, limit: Gfn = _LIMIT) -> MemorySlot:
    """Return the slot over the same frames, read from the other end of memory; a blank one stays blank.

    Examples
    --------
    >>> turn_slot(MemorySlot(id=3, base_gfn=0x100, npages=0x80), 0x1000).base_gfn == 0xE80
    True
    """
    if is_blank(slot):
        return slot
    base_gfn = limit - (slot.base_gfn + slot.npages)
    return MemorySlot(slot.id, base_gfn, slot.npages, slot.flags, slot.userspace_addr)


def is_blank(slot: MemorySlot) -> bool:
    """Return whether this is what a delete is handed: an id, and nothing else that is looked at."""
    return not slot.base_gfn and not slot.npages


def turn_array(slots: Memslots, limit: Gfn = _LIMIT) -> Memslots:
    """Return a copy of an array with every slot turned; entries that are none are left as they are."""
    new = copy(slots)
    new.memslots, new.before_array = _turned(slots.memslots, limit), _turned(slots.before_array, limit)
    new.id_to_index, new.warnings = [*slots.id_to_index], [*slots.warnings]
    return new


def _turned(value: Any, limit: Gfn = _LIMIT) -> Any:
    """Return a value with the slots in it turned; what is no slot, list, tuple or iterator of slots stays."""
    if isinstance(value, MemorySlot):
        return turn_slot(value, limit)
    if isinstance(value, list):
        return [_turned(item, limit) for item in cast("list[object]", value)]
    if isinstance(value, tuple):
        return tuple(_turned(item, limit) for item in cast("tuple[object, ...]", value))
    return map(_turned, cast("Iterator[object]", value)) if isinstance(value, Iterator) else value


class LowestFirst:
    """A function of the kernel that works on arrays with the lowest GFN first.

    Parameters
    ----------
    function : callable
        Takes a Memslots, and keeps it highest GFN first.

    Attributes
    ----------
    kernels : callable
        That function.
    """

    __name__: str

    def __init__(self, function: Callable[..., object]) -> None:
        self.kernels = function
        self._gfns = frozenset(i for i, name in enumerate(list(signature(function).parameters)[1:]) if name == "gfn")
        update_wrapper(self, function)
        self.__module__ = __name__

    def __call__(self, slots: Memslots, *args: object) -> object:
        """Run it on the array seen in a mirror: each access reaches the array itself, turned back."""
        return _turned(self.kernels(_Mirror(slots), *self.turned_arguments(args)))

    def turned_arguments(self, args: tuple[object, ...]) -> tuple[object, ...]:
        """Return the arguments after the array, turned."""
        return tuple(turn_gfn(cast("int", arg)) if i in self._gfns else _turned(arg) for i, arg in enumerate(args))


def lowest_first(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of the kernel, made for arrays with the LOWEST GFN FIRST.

    Examples
    --------
    >>> from memslot_lab.engine import Change, update_memslots
    >>> slots = Memslots(capacity=4)
    >>> for slot in MemorySlot(2, 0x100, 0x80), MemorySlot(0, 0, 0x80):
    ...     lowest_first(update_memslots)(slots, slot, Change.CREATE)
    >>> [slot.id for slot in slots.memslots[:2]]
    [0, 2]
    """
    return LowestFirst(function)


class _Mirror:
    """An array seen the other way round, by a function that takes it for a Memslots."""

    def __init__(self, slots: Memslots) -> None:
        self.__dict__.update(_slots=slots, _entries=_seen(slots.memslots))

    def __getattr__(self, name: str) -> Any:
        value = self._entries if name == "memslots" else getattr(self._slots, name)
        return _turned(value) if name == "before_array" else value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._slots, name, _turned(value) if name in ("memslots", "before_array") else value)
        if name == "memslots":
            self.__dict__["_entries"] = _seen(self._slots.memslots)

    def copy(self) -> Memslots:
        return turn_array(self._slots.copy())


def _seen(entries: Any) -> Any:
    return _Entries(cast("list[Any]", entries)) if isinstance(entries, list) else entries


class _Entries(list[Any]):
    """A list of slots, turned; what is read or written here is read or written in the list itself, too."""

    def __init__(self, entries: list[Any]) -> None:
        super().__init__(map(_turned, list[Any].copy(entries)))
        self.entries = entries

    def __getitem__(self, index: Any) -> Any:
        self.entries[index]  # counted there, if anybody counts
        return list[Any].__getitem__(self, index)

    def sort(self, **how: Any) -> None:
        list[Any].sort(self, **how)
        self.entries[:] = [_turned(item) for item in list[Any].copy(self)]


def _on_both(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def change(self: _Entries, *args: Any) -> Any:
        value = method(self, *args)
        getattr(self.entries, name)(*map(_turned, args))
        return self if name in ("__iadd__", "__imul__") else value

    return change


_CHANGES = ("__delitem__", "__iadd__", "__imul__", "__setitem__", "append", "clear", "extend", "insert", "pop")
for _name in (*_CHANGES, "remove", "reverse"):
    setattr(_Entries, _name, _on_both(_name))
